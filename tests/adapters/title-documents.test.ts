import { expect } from 'chai';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Knex } from 'knex';
import { openPostgres, openSqlite, type Connections } from '../../adapters/persistence/knex/connection.ts';
import { migrate } from '../../adapters/persistence/knex/migrate.ts';
import { migrationSource } from '../../adapters/persistence/knex/migrations/index.ts';
import { knexStores } from '../../adapters/persistence/knex/stores/all.ts';
import { KnexUnitOfWork } from '../../adapters/persistence/knex/unit-of-work.ts';
import { rankByViews } from '../../src/catalog/count-views.ts';
import { listing, NOW, published } from '../contracts/catalog.fixtures.ts';
import { postgres } from '../world/postgres.ts';

const SEARCH = '0019-search';

/** What there was before there was a search. */
const BEFORE: Knex.MigrationSource<string> = {
  ...migrationSource,
  getMigrations: async (extensions) =>
    (await migrationSource.getMigrations(extensions)).filter((name) => name < SEARCH),
};

const openers: Readonly<
  Record<string, () => Promise<{ connections: Connections; remove(): Promise<void> }>>
> = {
  SQLite: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'usher-search-'));
    return {
      connections: openSqlite(join(folder, 'usher.sqlite')),
      remove: () => rm(folder, { recursive: true }),
    };
  },
  Postgres: async () => {
    const database = await (await postgres()).createDatabase();
    return { connections: openPostgres(database.url), remove: () => database.drop() };
  },
};

/** A title, a genre and a view as an older version of the product left them. */
async function fillAsBefore({ writer }: Connections, count: number): Promise<void> {
  const titles = Array.from({ length: count }, (_, index) => published(`Été ${index}`));
  const rows = titles.map((title) => ({
    id: title.id,
    kind: title.kind,
    title: title.title,
    description: title.description,
    access_level: title.accessLevel,
    visibility: title.visibility,
    allow_comments: title.allowComments,
    status: title.status,
    published_at: title.publishedAt,
    created_at: title.createdAt,
    listed_at: title.listedAt,
    search_text: 'été',
    sort_title: title.sortTitle,
    version: title.version,
  }));
  await writer.batchInsert('titles', rows, 50);
  const [first] = titles;
  await writer('genres').insert({
    id: 'noir',
    name: 'Film Noir',
    name_key: 'film noir',
    created_at: NOW,
    version: 1,
  });
  await writer('title_genres').insert({ title_id: first?.id, genre_id: 'noir' });
  const nought = { votes_up: 0, votes_down: 0, rating_count: 0, rating_sum: 0 };
  const figures = titles.map(({ id }, index) => ({ title_id: id, views: index === 0 ? 1 : 0, ...nought }));
  await writer.batchInsert('title_figures', figures, 50);
  await writer('counted_views').insert({ key: 'one', title_id: first?.id, at: NOW });
}

for (const [store, open] of Object.entries(openers)) {
  describe(`the documents of the search on ${store}`, () => {
    let opened: Awaited<ReturnType<typeof open>>;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(async () => {
      await opened.connections.close();
      await opened.remove();
    });

    it('are made for what was there before them, and can be taken back', async () => {
      const { connections } = opened;
      await connections.writer.migrate.latest({ migrationSource: BEFORE });
      await fillAsBefore(connections, 501);
      await migrate(connections);
      const unitOfWork = new KnexUnitOfWork(connections, knexStores);
      const found = (words: readonly string[], limit = 1_000) =>
        unitOfWork.read(({ titles }) => titles.list({ limit }, listing({ order: 'popular' }, { words })));
      expect((await found(['ete'])).items).to.have.length(501);
      const [viewed, ...others] = (await found(['noir', 'rabb'])).items;
      expect([viewed?.title.title, others.length]).to.deep.equal(['Été 0', 0]);
      await unitOfWork.run(async ({ figures }) => rankByViews(figures, await figures.takeDue(NOW, 9), NOW));
      expect((await found(['noir'])).items[0]?.figures).to.include({ views: 1, trending: 64 });

      await connections.writer.migrate.down({ migrationSource, name: SEARCH });
      await migrate(connections);
      expect((await found(['noir', 'ete'])).items).to.have.length(1);
    });

    it('keeps no words of a title that is gone', async () => {
      const { connections } = opened;
      await migrate(connections);
      const unitOfWork = new KnexUnitOfWork(connections, knexStores);
      const title = published('Été');
      await unitOfWork.run(({ titles }) => titles.add(title));
      const words = async (): Promise<number> => {
        const { reader, dialect } = connections;
        const rows =
          dialect === 'sqlite'
            ? reader('title_index').whereRaw('title_index match ?', '"ete"*')
            : reader('title_documents');
        return (await rows.select(reader.raw('1'))).length;
      };
      expect(await words()).to.equal(1);
      await unitOfWork.run(({ titles }) => titles.remove(title.id));
      expect(await words()).to.equal(0);
    });
  });
}
