import { expect } from 'chai';
import { openPostgres } from '../../adapters/persistence/knex/connection.ts';
import { unhurried } from '../../adapters/persistence/knex/migrations/index.ts';
import { postgres } from '../world/postgres.ts';

describe('a migration on Postgres', () => {
  it('may take longer than a statement of the service, and leaves the limit as it was', async () => {
    const database = await (await postgres()).createDatabase();
    const { writer, close } = openPostgres(database.url, { poolSize: 1 });
    const limit = async (): Promise<unknown> => (await writer.raw('show statement_timeout')).rows;
    try {
      const before = await limit();
      const slow = { up: (knex: typeof writer) => knex.raw('select pg_sleep(0.1)') };
      const migrated = (migration: typeof slow): Promise<unknown> =>
        writer.transaction(async (knex) => {
          await knex.raw('set local statement_timeout = 20');
          await migration.up(knex);
        });
      const hurried = await migrated(slow).catch((error: unknown) => String(error));
      expect(hurried).to.include('statement timeout');
      await migrated(unhurried(slow) as typeof slow);
      expect(await limit()).to.deep.equal(before);
    } finally {
      await close();
      await database.drop();
    }
  });
});
