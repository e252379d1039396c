import type { CatalogDeps } from './deps.ts';
import { wordText } from './words.ts';

/** What the owner of channels tells of them, so that their titles are found by their names. */
export interface ChannelNameCommands {
  /** Once: the same name again changes nothing. */
  nameChannel(channel: { readonly channelId: string; readonly name: string }): Promise<void>;
  forgetChannel(channelId: string): Promise<void>;
}

export const channelNameCommands = ({ unitOfWork }: CatalogDeps): ChannelNameCommands => ({
  nameChannel: ({ channelId, name }) =>
    unitOfWork.run(({ channelNames }) => channelNames.put({ channelId, name, words: wordText(name) })),
  forgetChannel: (channelId) => unitOfWork.run(({ channelNames }) => channelNames.remove(channelId)),
});
