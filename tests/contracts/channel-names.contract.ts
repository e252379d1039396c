import { expect } from 'chai';
import type { CatalogStores } from '../../src/catalog/ports.ts';
import { wordText } from '../../src/catalog/words.ts';
import { listing, published } from './catalog.fixtures.ts';
import type { Open } from './contract.ts';

export function channelNamesContract(open: Open<CatalogStores>): void {
  it('finds the titles of a channel by its newest name, until it is forgotten', async () => {
    const unitOfWork = await open();
    const title = { ...published('Episode 1'), channelId: 'channel-1' };
    const call = (name: string): Promise<void> =>
      unitOfWork.run(({ channelNames }) =>
        channelNames.put({ channelId: 'channel-1', name, words: wordText(name) }),
      );
    const found = async (word: string): Promise<number> => {
      const asked = listing({}, { words: [word] });
      return (await unitOfWork.read(({ titles }) => titles.list({ limit: 9 }, asked))).items.length;
    };
    await unitOfWork.run(({ titles }) => titles.add(title));
    await call('Harbour Lights');
    await call('Harbour Nights');
    await call('Harbour Nights');
    expect([await found('harbour'), await found('nights'), await found('lights')]).to.deep.equal([1, 1, 0]);
    await unitOfWork.run(({ channelNames }) => channelNames.remove('channel-1'));
    await unitOfWork.run(({ channelNames }) => channelNames.remove('nobody'));
    expect([await found('harbour'), await found('episode')]).to.deep.equal([0, 1]);
  });
}
