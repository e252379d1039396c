import { MEDIA_PROVIDER } from '../../../../adapters/composition/keys.ts';
import type { MediaProvider } from '../../../../src/catalog/index.ts';
import type { FakeNews, FakeProvider } from '../../../fakes/media/fake-provider.ts';
import type { StoreName } from '../../../world/stores.ts';
import { startUsher, type RunningUsher } from '../../../world/usher.ts';
import { FAKES, hasty, type ProviderName } from './providers.ts';

/** A whole product whose media is kept by one of the synthetic providers of `tests/fakes`, over HTTP both ways. */
export interface RemoteWorld {
  readonly world: RunningUsher;
  readonly fake: FakeProvider;
  /** Where the provider's webhooks go. */
  readonly hook: string;
  /** Delivers what the provider has to tell; by default all that it did not tell yet. */
  news(news?: readonly FakeNews[]): Promise<void>;
  stop(): Promise<void>;
}

export interface RemoteOptions {
  /** What is sent on is ready at once, and has been told of when the sender is answered. */
  readonly isPrompt?: boolean;
  readonly variables?: Readonly<Record<string, string>>;
}

export async function startRemoteWorld(
  name: ProviderName,
  store: StoreName = 'memory',
  { isPrompt = false, variables = {} }: RemoteOptions = {},
): Promise<RemoteWorld> {
  const fake = await FAKES[name]();
  let news: RemoteWorld['news'] = async () => undefined;
  const prompt = (provider: MediaProvider): MediaProvider => ({
    ...provider,
    relay: async (begun, arrival) => {
      const receipt = await provider.relay(begun, arrival);
      fake.work();
      await news();
      return receipt;
    },
  });
  const world = await startUsher(store, {
    variables: { ...fake.variables, ...variables },
    override: (container) => {
      hasty(container, fake);
      if (!isPrompt) return;
      const provider = prompt(container.get<MediaProvider>(MEDIA_PROVIDER));
      container.unbind(MEDIA_PROVIDER);
      container.bind(MEDIA_PROVIDER).toConstantValue(provider);
    },
  });
  const hook = `${world.base}/api/v1/webhooks/${name}`;
  news = async (told) => {
    const statuses = await fake.tell(hook, told);
    const refused = statuses.filter((status) => status !== 200);
    if (refused.length > 0) throw new Error(`webhooks were answered with ${refused.join(', ')}`);
  };
  return {
    ...{ world, fake, hook },
    news: (told) => news(told),
    stop: async () => {
      await world.stop();
      await fake.stop();
    },
  };
}
