import { expect } from 'chai';
import type { Knex } from 'knex';
import { openPostgres } from '../../adapters/persistence/knex/connection.ts';
import { knexMeters } from '../../adapters/persistence/knex/stores/meters.ts';
import { moveOf, type UsageEntry } from '../../src/entitlements/usage-log.ts';
import { keyOf, type Meter } from '../../src/entitlements/index.ts';
import { shuffled } from '../races/race.ts';
import { emptyDatabase } from '../world/product-database.ts';
import { postgres, type TestDatabase } from '../world/postgres.ts';
import { ids, meter, NOON } from '../world/entitlements.ts';

const METERS = 60;
const ROUNDS = 30;

const used = (stored: Meter): UsageEntry =>
  moveOf(
    stored,
    { meter: { ...stored, used: stored.used + 1 }, grants: [] },
    { kind: 'consumed', units: 1, now: NOON },
  );

describe('batches that settle, and works that hold, the same meters on Postgres', function () {
  this.timeout(60_000);
  let database: TestDatabase;
  beforeEach(async () => {
    database = await emptyDatabase();
  });
  afterEach(() => database.drop());

  it('never wait for one another in a circle, whatever the plan is', async () => {
    const { query } = await postgres();
    for (const plan of ['enable_nestloop = off', 'enable_mergejoin = off'])
      await query(`alter database "${database.name}" set ${plan}`);
    const { writer, close } = openPostgres(database.url);
    try {
      const dialect = 'postgres' as const;
      const meters = knexMeters({ knex: writer, dialect });
      // Begun in another order than that of their keys: a plan that reads the table meets them so.
      const all = shuffled(
        Array.from({ length: METERS }, () => meter({ accountId: ids.next() })),
        1,
      );
      for (const each of all) await meters.save([used({ ...each, version: 0 })]);
      const hold = (): Promise<void> =>
        writer.transaction(async (knex: Knex) => {
          await knexMeters({ knex, dialect }).hold(all);
        });
      const settle = async (): Promise<void> => {
        await meters.settle((await meters.find(all)).map(used));
      };
      for (let round = 0; round < ROUNDS; round += 1)
        await Promise.all([settle(), hold(), settle(), hold(), settle(), hold()]);
      const after = await meters.find(all);
      expect(new Set(after.map(keyOf))).to.have.property('size', METERS);
      expect(Math.min(...after.map(({ used: units }) => units))).to.be.greaterThan(ROUNDS);
    } finally {
      await close();
    }
  });
});
