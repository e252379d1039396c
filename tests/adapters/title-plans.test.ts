import { expect } from 'chai';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Knex } from 'knex';
import { openPostgres, openSqlite, type Connections } from '../../adapters/persistence/knex/connection.ts';
import { rawRows } from '../../adapters/persistence/knex/json-rows.ts';
import { migrate } from '../../adapters/persistence/knex/migrate.ts';
import { knexStores } from '../../adapters/persistence/knex/stores/all.ts';
import { KnexUnitOfWork } from '../../adapters/persistence/knex/unit-of-work.ts';
import type { AllStores } from '../../adapters/persistence/all-stores.ts';
import type { TitleFilter, TitleListing } from '../../src/catalog/ports.ts';
import { HOUR, MINUTE, after as since } from '../../src/kernel/instant.ts';
import { listing, NOW, published, viewTitles, genre } from '../contracts/catalog.fixtures.ts';
import { chanceOf, proving, sized } from '../races/race.ts';
import { figure } from '../world/figures.ts';
import { postgres } from '../world/postgres.ts';

/** How many titles: enough for the planner to have a choice. */
const TITLES = sized(20_000, 1_000);
/** Generous, for machines that do other things: what has to read every title takes longer than this at full size. */
const MOST_MILLISECONDS = 250;
const TIMES = sized(20, 3);

interface Catalogue {
  readonly connections: Connections;
  readonly unitOfWork: KnexUnitOfWork<AllStores>;
  close(): Promise<void>;
}

const openers: Readonly<Record<Connections['dialect'], () => Promise<Catalogue>>> = {
  sqlite: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'usher-titles-'));
    const connections = openSqlite(join(folder, 'usher.sqlite'));
    await migrate(connections);
    return catalogueOn(connections, () => rm(folder, { recursive: true }));
  },
  postgres: async () => {
    // One of its own: plans follow the size of the files, which others may have filled.
    const database = await (await postgres()).createDatabase();
    const connections = openPostgres(database.url);
    await migrate(connections);
    return catalogueOn(connections, () => database.drop());
  },
};

const catalogueOn = (connections: Connections, remove: () => Promise<void>): Catalogue => ({
  connections,
  unitOfWork: new KnexUnitOfWork(connections, knexStores),
  close: async () => {
    await connections.close();
    await remove();
  },
});

/** Words as frequent as words are: the first of the vocabulary in most texts, the last in hardly any. */
async function fill({ unitOfWork, connections }: Catalogue): Promise<{ readonly genreId: string }> {
  const chance = chanceOf(7);
  const word = (): string => `w${Math.floor(4_000 * chance() ** 4).toString(36)}`;
  const words = (count: number): string => Array.from({ length: count }, word).join(' ');
  const genres = ['Drama', 'Noir', 'Rare'].map(genre);
  await unitOfWork.run(async (stores) => {
    for (const each of genres) await stores.genres.add(each);
  });
  const [drama, noir] = genres.map(({ id }) => id) as [string, string];
  for (let made = 0; made < TITLES; made += 500) {
    const batch = Array.from({ length: 500 }, (_, index) => ({
      ...published(
        `${words(3)}${(made + index) % 1_000 === 0 ? ' zanzibar' : ''}`,
        since(NOW, -made - index),
      ),
      description: words(40),
      genreIds: chance() < 0.01 ? [noir] : chance() < 0.4 ? [drama] : [],
      visibility: chance() < 0.9 ? ('public' as const) : ('private' as const),
    }));
    await unitOfWork.run(async ({ titles }) => {
      for (const each of batch) await titles.add(each);
    });
    const views = batch.filter(() => chance() < 0.2).map(({ id }) => [id, 1 + Math.floor(9 * chance() ** 3)]);
    await viewTitles(unitOfWork, since(NOW, -HOUR), Object.fromEntries(views) as Record<string, number>);
  }
  await connections.writer.raw('analyze');
  return { genreId: noir };
}

/** The plans of all that a question asks of the reader. */
async function plansOf({ reader, dialect }: Connections, ask: () => Promise<unknown>): Promise<string> {
  const asked: { readonly sql: string; readonly bindings: readonly Knex.RawBinding[] }[] = [];
  const listen = ({ sql, bindings }: { sql: string; bindings: Knex.RawBinding[] }): void => {
    asked.push({ sql, bindings });
  };
  reader.on('query', listen);
  await ask();
  reader.removeListener('query', listen);
  const plans: string[] = [];
  for (const { sql, bindings } of asked) {
    const explain = dialect === 'postgres' ? 'explain' : 'explain query plan';
    const text = dialect === 'postgres' ? sql.replaceAll(/\$\d+/g, '?') : sql;
    const rows = await rawRows({ knex: reader, dialect }, `${explain} ${text}`, bindings);
    plans.push(rows.map((row) => String(row['QUERY PLAN'] ?? row['detail'])).join('\n'));
  }
  return plans.join('\n\n');
}

for (const dialect of ['sqlite', 'postgres'] as const) {
  describe(`lists of ${TITLES} titles on ${dialect}`, function () {
    this.timeout(300_000);
    let catalogue: Catalogue;
    let genreId: string;
    before(async () => {
      catalogue = await openers[dialect]();
      ({ genreId } = await fill(catalogue));
    });
    after(() => catalogue.close());

    const ask = (asked: Partial<TitleListing>, filter: Partial<TitleFilter>, cursor?: string) =>
      catalogue.unitOfWork.read(({ titles }) =>
        titles.list({ limit: 20, cursor }, listing({ ...asked }, filter)),
      );
    const index = dialect === 'postgres' ? 'title_documents_words' : 'title_index';
    const ownWords = dialect === 'postgres' ? 'title_documents_title_words' : 'title_index';

    const LISTS: readonly (readonly [
      name: string,
      asked: Partial<TitleListing>,
      filter: () => Partial<TitleFilter>,
      indexes: readonly string[],
    ])[] = [
      ['newest', {}, () => ({}), ['titles_listed_at_id_index']],
      [
        'newest of a kind and level',
        {},
        () => ({ kind: 'video', accessLevel: 'basic' }),
        ['titles_listed_at_id_index'],
      ],
      ['by title', { order: 'title' }, () => ({}), ['titles_sort_title_id_index']],
      ['popular', { order: 'popular' }, () => ({}), ['title_figures_views_title_id_index']],
      ['trending', { order: 'trending' }, () => ({}), ['title_figures_trending_title_id_index']],
      ['newest of a rare genre', {}, () => ({ genreId }), ['title_genres']],
      ['popular of a rare genre', { order: 'popular' }, () => ({ genreId }), []],
      ['a rare word', { order: 'relevance' }, () => ({ words: ['zanzi'] }), [index, ownWords]],
      ['a rare word, popular', { order: 'popular' }, () => ({ words: ['zanzi'] }), [index]],
      ['frequent words', { order: 'relevance' }, () => ({ words: ['w0', 'w1', 'w2'] }), []],
      ['one letter', { order: 'relevance' }, () => ({ words: ['w'] }), []],
      ['a word that is a genre', { order: 'relevance' }, () => ({ words: ['noir'] }), []],
      ['a word that is a frequent genre, by title', { order: 'title' }, () => ({ words: ['dra', 'w0'] }), []],
      ['words that nothing has', { order: 'relevance' }, () => ({ words: [...'abcdefghijklmnopqrst'] }), []],
    ];
    for (const [name, asked, filter, indexes] of LISTS) {
      it(`${name}${indexes.length > 0 ? ': by an index,' : ':'} in time`, async () => {
        const plans = await plansOf(catalogue.connections, () => ask(asked, filter()));
        for (const each of proving || dialect === 'sqlite' ? indexes : []) expect(plans).to.include(each);
        const times: number[] = [];
        let next: string | undefined;
        for (let time = 0; time < TIMES; time += 1) {
          const start = performance.now();
          const { nextCursor } = await ask(asked, filter(), next);
          times.push(performance.now() - start);
          next = nextCursor ?? undefined;
        }
        const median = times.sort((a, b) => a - b)[Math.floor(TIMES / 2)] ?? 0;
        figure({ titles: TITLES, 'median µs': Math.round(median * 1_000) });
        expect(median).to.be.lessThan(MOST_MILLISECONDS);
      });
    }

    for (const order of ['popular', 'trending'] as const) {
      it(`${order}, turning pages while titles are viewed: by an index, in time`, async () => {
        const { items, nextCursor } = await ask({ order }, {});
        await viewTitles(
          catalogue.unitOfWork,
          since(NOW, MINUTE),
          Object.fromEntries(items.map(({ title }) => [title.id, 1])),
        );
        const laterOn = { order, now: since(NOW, 2 * MINUTE) };
        const plans = await plansOf(catalogue.connections, () => ask(laterOn, {}, nextCursor ?? ''));
        expect(plans).to.include('counted_views_at_title_id_index');
        expect(plans).to.include(
          `title_figures_${order === 'popular' ? 'views' : 'trending'}_title_id_index`,
        );
        const start = performance.now();
        await ask(laterOn, {}, nextCursor ?? '');
        const took = performance.now() - start;
        figure({ titles: TITLES, µs: Math.round(took * 1_000) });
        expect(took).to.be.lessThan(MOST_MILLISECONDS);
      });
    }
  });
}
