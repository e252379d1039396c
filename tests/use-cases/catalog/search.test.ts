import { expect } from 'chai';
import { DAY, after } from '../../../src/kernel/instant.ts';
import type { BrowseFilter, BrowseRequest } from '../../../src/catalog/index.ts';
import { catalogWorld, NOBODY, NOON, type CatalogWorld } from '../../world/catalog.ts';
import { openers } from '../../world/stores.ts';

let world: CatalogWorld;

beforeEach(async () => {
  world = catalogWorld((await openers.memory()).unitOfWork);
});

const EVERYTHING: BrowseFilter = {
  kind: null,
  q: null,
  genreId: null,
  accessLevel: null,
  channelId: null,
  status: null,
};
const browse = (filter: Partial<BrowseFilter> = {}, sort: BrowseRequest['sort'] = null) =>
  world.catalog.browse({
    page: { limit: 20 },
    sort,
    viewer: NOBODY,
    filter: { ...EVERYTHING, ...filter },
  });

describe('searching the catalogue', () => {
  it('searches for words; a blank search is none, and one without words finds nothing', async () => {
    await world.published({ title: 'Été Indien' });
    for (const q of ['  ETE   in', 'indien été', '   ', ''])
      expect((await browse({ q })).items, q).to.have.length(1);
    for (const q of ['hiver', '!?', '"', '*', '\0', '\ud800', '\u200f'])
      expect(await browse({ q }), q).to.deep.equal({ items: [], nextCursor: null });
  });

  it('orders a search by relevance, any other list by age, unless told otherwise', async () => {
    await world.published({ title: 'Moon' });
    world.advance(DAY);
    await world.published({ title: 'Apollo', description: 'To the moon.' });
    const names = async (q: string | null, sort: BrowseRequest['sort'] = null): Promise<readonly string[]> =>
      (await browse({ q }, sort)).items.map(({ title }) => title.title);
    expect(await names('moon')).to.deep.equal(['Moon', 'Apollo']);
    expect(await names(null)).to.deep.equal(['Apollo', 'Moon']);
    expect(await names('moon', 'newest')).to.deep.equal(['Apollo', 'Moon']);
    expect(await names('moon', 'title')).to.deep.equal(['Apollo', 'Moon']);
  });

  it('finds the titles of a channel by its name, for as long as it has it', async () => {
    const title = await world.published();
    await world.unitOfWork.run(({ titles }) =>
      titles.save({ ...title, channelId: 'channel-1', version: title.version + 1 }),
    );
    const found = async (q: string) => (await browse({ q })).items.length;
    await world.catalog.nameChannel({ channelId: 'channel-1', name: 'Café Müller' });
    expect([await found('cafe square'), await found('mull')]).to.deep.equal([1, 1]);
    await world.catalog.nameChannel({ channelId: 'channel-1', name: 'Bar' });
    expect([await found('cafe'), await found('bar')]).to.deep.equal([0, 1]);
    await world.catalog.forgetChannel('channel-1');
    expect(await found('bar')).to.equal(0);
  });
});

describe('what trends', () => {
  it('trends by the views of seven days, each worth half of the next', async () => {
    const [old, fresh] = [await world.published({ title: 'old' }), await world.published({ title: 'fresh' })];
    let told = 0;
    const viewed = (titleId: string, times: number) =>
      world.catalog.countViews(
        Array.from({ length: times }, () => {
          told += 1;
          return { key: `view ${told}`, titleId };
        }),
      );
    const order = async (sort: BrowseRequest['sort']): Promise<readonly string[]> =>
      (await browse({}, sort)).items.map(({ title }) => title.title);
    await viewed(old.id, 5);
    expect(await order('trending')).to.deep.equal(['old', 'fresh']);
    world.advance(DAY);
    await viewed(fresh.id, 3);
    expect(await world.catalog.rankTrending(10)).to.deep.equal({ done: 1 });
    expect(await order('trending')).to.deep.equal(['fresh', 'old']);
    expect(await order('popular')).to.deep.equal(['old', 'fresh']);
    expect(await world.catalog.rankTrending(10)).to.deep.equal({ done: 0 });
  });

  it('forgets a trend after seven days, halting at each midnight', async () => {
    const { id } = await world.published();
    await world.catalog.countViews([{ key: 'one', titleId: id }]);
    const scores: number[] = [];
    for (let halt = 0; halt < 9; halt += 1) {
      const next = await world.catalog.nextDueAt(after(NOON, 30 * DAY));
      if (next === undefined) break;
      expect(next % DAY).to.equal(0);
      world.advance(next - world.now());
      await world.catalog.rankTrending(10);
      scores.push((await world.catalog.detailMany([id]))[0]?.figures.trending ?? 0);
    }
    expect(scores).to.deep.equal([32, 16, 8, 4, 2, 1, 0]);
  });
});
