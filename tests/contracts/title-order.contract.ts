import { expect } from 'chai';
import { rankByViews } from '../../src/catalog/count-views.ts';
import type { CatalogStores, TitleFilter, TitleListing } from '../../src/catalog/ports.ts';
import { TITLE_SORTS, type TitleOrder } from '../../src/catalog/title-order.ts';
import type { Title } from '../../src/catalog/title.ts';
import { after, DAY, HOUR, instant, MINUTE, type Instant } from '../../src/kernel/instant.ts';
import { encodeCursor, type Page } from '../../src/kernel/page.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import { genre, listing, nextId, NOW, published, rejection, viewTitles } from './catalog.fixtures.ts';
import type { Open } from './contract.ts';
import { titlePagesContract } from './title-pages.contract.ts';

const ORDERS: readonly TitleOrder[] = [...TITLE_SORTS, 'relevance'];

/** Filters, orders, and the places between pages. */
export function titleOrderContract(open: Open<CatalogStores>): void {
  let unitOfWork: UnitOfWork<CatalogStores>;
  beforeEach(async () => {
    unitOfWork = await open();
  });
  const add = (...all: readonly Title[]): Promise<void> =>
    unitOfWork.run(async ({ titles }) => {
      for (const each of all) await titles.add(each);
    });
  const list = async (asked: TitleListing, limit = 50): Promise<readonly string[]> =>
    (await unitOfWork.read(({ titles }) => titles.list({ limit }, asked))).items.map(
      ({ title }) => title.title,
    );
  const page = (asked: TitleListing, cursor?: string | null, limit = 2): Promise<Page<string>> =>
    unitOfWork.read(async ({ titles }) => {
      const { items, nextCursor } = await titles.list({ limit, cursor: cursor ?? undefined }, asked);
      return { items: items.map(({ title }) => title.title), nextCursor };
    });
  const view = (at: Instant, views: Readonly<Record<string, number>>): Promise<void> =>
    viewTitles(unitOfWork, at, views);

  it('filters by kind, level, genre, channel and combined with every order', async () => {
    const drama = genre('Drama');
    await unitOfWork.run(({ genres }) => genres.add(drama));
    await add(
      { ...published('Ärger im Paradies'), ...{ kind: 'music', accessLevel: 'free' } },
      { ...published('100% Wolf_x'), genreIds: [drama.id], channelId: 'channel-1' },
    );
    const narrowed = (filter: Partial<TitleFilter>) => list(listing({}, filter));
    expect(await narrowed({ kind: 'music' })).to.deep.equal(['Ärger im Paradies']);
    expect(await narrowed({ accessLevel: 'free' })).to.deep.equal(['Ärger im Paradies']);
    expect(await narrowed({ genreId: drama.id })).to.deep.equal(['100% Wolf_x']);
    expect(await narrowed({ channelId: 'channel-1' })).to.deep.equal(['100% Wolf_x']);
    expect(await narrowed({ channelId: 'nobody' })).to.deep.equal([]);
    expect(await narrowed({ genreId: nextId() })).to.deep.equal([]);
    for (const order of ORDERS) {
      const combined = (filter: Partial<TitleFilter>) => list(listing({ order }, filter));
      const wolf = { genreId: drama.id, kind: 'video', accessLevel: 'basic', status: 'published' } as const;
      expect(await combined({ ...wolf, words: ['wolf', 'rabb'] }), order).to.deep.equal(['100% Wolf_x']);
      expect(await combined({ ...wolf, words: ['paradies'] }), order).to.deep.equal([]);
      expect(await combined({ ...wolf, kind: 'music', words: ['wolf'] }), order).to.deep.equal([]);
    }
  });

  it('pages newest first, ties by id, while titles are added', async () => {
    const twins = [published('a'), published('b')];
    await add(published('old', instant(NOW - DAY)), ...twins);
    const first = await page(listing());
    expect(first.items).to.deep.equal(['b', 'a']);
    await add(published('newer', instant(NOW - 1)), published('newest'));
    const second = await page(listing(), first.nextCursor);
    expect(second).to.deep.equal({ items: ['newer', 'old'], nextCursor: null });
  });

  it('sorts titles by code point in one order everywhere, and pages through them', async () => {
    const names = [
      'Zebra',
      'apple',
      'Éclair',
      '\u{1F600} smile',
      '\uFB01ne',
      'apple',
      '10 things',
      ' 9 lives',
    ];
    await add(...names.map((name) => published(name)));
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await unitOfWork.read(({ titles }) =>
        titles.list({ limit: 3, cursor }, listing({ order: 'title' })),
      );
      seen.push(...page.items.map(({ title }) => title.title));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).to.deep.equal([
      '10 things',
      ' 9 lives',
      'apple',
      'apple',
      'Zebra',
      'Éclair',
      '\uFB01ne',
      '\u{1F600} smile',
    ]);
  });

  it('refuses a cursor of another order, and what no cursor of ours holds', async () => {
    await add(published('a'), published('b'));
    const asked = (order: TitleOrder) => listing({ order }, { words: ['rabbit'] });
    for (const order of ORDERS) {
      const { nextCursor } = await page(asked(order), null, 1);
      for (const other of ORDERS.filter((each) => each !== order)) {
        const refused = rejection(page(asked(other), nextCursor));
        expect(await refused, `${order} for ${other}`).to.have.property('code', 'request.invalid');
      }
      const huge = '9'.repeat(16);
      const values = [
        '',
        '0 1 1',
        `${order} 2 1 1`,
        `${order} 0 -1 1`,
        `${order} 0 1`,
        `${order} 0 ${huge} 1`,
      ];
      if (order !== 'title') values.push(`${order} 0 1 x`, `${order} 0 1 1.5`, `${order} 0 1 ${huge}`);
      for (const value of values) {
        const refused = rejection(page(asked(order), encodeCursor({ value, id: 'x' })));
        expect(await refused, value).to.have.property('code', 'request.invalid');
      }
    }
  });

  it('orders by all views, and by what the days make of them', async () => {
    const [old, fresh, none] = [published('old'), published('fresh'), published('none')];
    await add(old, fresh, none);
    await view(after(NOW, -2 * DAY), { [old.id]: 3 });
    await view(NOW, { [fresh.id]: 2 });
    expect(await list(listing({ order: 'popular' }))).to.deep.equal(['old', 'fresh', 'none']);
    await unitOfWork.run(async ({ figures }) => rankByViews(figures, await figures.takeDue(NOW, 9), NOW));
    expect(await list(listing({ order: 'trending' }))).to.deep.equal(['fresh', 'old', 'none']);
    expect(await list(listing({ order: 'popular' }, { words: ['old'] }))).to.deep.equal(['old']);
  });

  for (const order of ['popular', 'trending'] as const) {
    it(`keeps the order of the first page for an hour, however titles are viewed: ${order}`, async () => {
      const all = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => published(name));
      await add(...all);
      const viewed = (minutes: number, views: Readonly<Record<string, number>>): Promise<void> => {
        const byId = all.flatMap(({ id, title }) => (views[title] === undefined ? [] : [[id, views[title]]]));
        return view(after(NOW, minutes * MINUTE), Object.fromEntries(byId) as Record<string, number>);
      };
      const at = (minutes: number): TitleListing => listing({ order, now: after(NOW, minutes * MINUTE) });
      await viewed(0, { a: 6, b: 5, c: 4, d: 3, e: 2, f: 1 });
      const first = await page(at(1));
      expect(first.items).to.deep.equal(['a', 'b']);
      await viewed(2, { f: 20, b: 1, d: 9 });
      const second = await page(at(3), first.nextCursor);
      expect(second.items).to.deep.equal(['c', 'd']);
      await viewed(4, { c: 9, e: 30 });
      const third = await page(at(5), second.nextCursor);
      expect(third).to.deep.equal({ items: ['e', 'f'], nextCursor: null });
      expect((await page(at(5), null, 9)).items).to.deep.equal(['e', 'f', 'c', 'd', 'b', 'a']);
      const later = await page(at(HOUR / MINUTE + 2), second.nextCursor, 9);
      expect(later.items, 'by then: what has fewer views than the place').to.deep.equal([]);
    });
  }

  it('goes on behind the same place when midnight has halved the scores', async () => {
    const all = ['a', 'b', 'c'].map((name) => published(name));
    const [a, b, c] = all.map(({ id }) => id) as [string, string, string];
    await add(...all);
    const evening = after(NOW, 11 * HOUR);
    await view(evening, { [a]: 3, [b]: 2, [c]: 1 });
    const first = await page(listing({ order: 'trending', now: evening }), null, 1);
    const morning = after(evening, 2 * HOUR);
    await unitOfWork.run(async ({ figures }) =>
      rankByViews(figures, await figures.takeDue(morning, 9), morning),
    );
    const second = await page(listing({ order: 'trending', now: morning }), first.nextCursor);
    expect(second).to.deep.equal({ items: ['b', 'c'], nextCursor: null });
  });

  for (const order of ORDERS) titlePagesContract(open, order);
}
