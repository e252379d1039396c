import type { Knex } from 'knex';
import type { Store } from 'express-rate-limit';
import { group } from '../persistence/group.ts';
import { refused } from '../persistence/knex/faults.ts';
import { namedRows, type NamedStatement } from '../persistence/knex/prepared.ts';
import type { EdgeLog } from './log.ts';
import { WINDOW_MS } from './rate-hits.ts';
import { hitsAhead, type Asked, type Counted } from './rate-hits-ahead.ts';
import type { RateStores } from './rate-limits.ts';

/** The database's clock, the one that all processes share; the virtual clock does not move it. */
const NOW = '(extract(epoch from statement_timestamp()) * 1000)::bigint';

/** Rows are taken in the order of their keys, so that two processes never wait for each other in a circle. */
const COUNT: NamedStatement = {
  name: 'usher-rate-limits',
  text: `
  insert into rate_limits as counted (key, hits, reset_at)
  select key, hits, ${NOW} + ${WINDOW_MS}
  from json_to_recordset($1::json) as asked(key text, hits integer)
  order by key collate "C"
  on conflict (key) do update set
    hits = case when counted.reset_at <= ${NOW} then excluded.hits else counted.hits + excluded.hits end,
    reset_at = case when counted.reset_at <= ${NOW} then excluded.reset_at else counted.reset_at end
  returning key, hits, reset_at, reset_at - ${NOW} as left_ms`,
};

const GIVE_BACK: NamedStatement = {
  name: 'usher-rate-limits-returned',
  text: `
  with returned as (
    select held.key, asked.hits
    from json_to_recordset($1::json) as asked(key text, hits integer, reset_at bigint)
    join rate_limits held on held.key = asked.key and held.reset_at = asked.reset_at
    order by held.key for update of held
  )
  update rate_limits set hits = greatest(rate_limits.hits - returned.hits, 0)
  from returned where rate_limits.key = returned.key`,
};

const UNCOUNT = `update rate_limits set hits = greatest(hits - 1, 0) where key = ? and reset_at > ${NOW}`;

const PURGE = `delete from rate_limits where key in (
  select key from rate_limits where reset_at <= ${NOW} limit 5000 for update skip locked)`;

const PURGE_EVERY_MS = 60_000;

/** Counters in Postgres, exact across processes: what is counted in one turn of the event loop is one statement. */
export function postgresRateStores(knex: Knex, log: EdgeLog): RateStores {
  const database = { knex, dialect: 'postgres' } as const;
  const gathered = group<Asked, Counted>((all) => countedTogether(database, all));
  let purgedAt = performance.now();

  const purge = (): void => {
    if (performance.now() - purgedAt < PURGE_EVERY_MS) return;
    purgedAt = performance.now();
    knex.raw(PURGE).then(undefined, (error: unknown) => log.error(error, 'purging rate limits'));
  };

  const count = async (asked: Asked): Promise<Counted> => {
    purge();
    try {
      return await gathered(asked);
    } catch (error) {
      throw refused(error);
    }
  };

  return {
    requests: (name) => {
      const keyed = (key: string): string => `${name}:${key}`;
      return hitsAhead({
        count: ({ key, hits }) => count({ key: keyed(key), hits }),
        giveBack: async (returned) => {
          const rows = returned.map(({ key, hits, resetAt }) => ({
            key: keyed(key),
            hits,
            reset_at: resetAt,
          }));
          await namedRows(database, GIVE_BACK, [JSON.stringify(rows)]);
        },
        failed: (error) => log.error(error, 'counting ahead'),
      });
    },
    failures: (name) => failures(name, { knex, count }),
  };
}

interface FailureDeps {
  readonly knex: Knex;
  readonly count: (asked: Asked) => Promise<Counted>;
}

function failures(name: string, { knex, count }: FailureDeps): Store {
  const keyed = (key: string): string => `${name}:${key}`;
  return {
    localKeys: false,
    increment: async (key) => {
      const { total, leftMs } = await count({ key: keyed(key), hits: 1 });
      return { totalHits: total, resetTime: new Date(Date.now() + leftMs) };
    },
    decrement: async (key) => {
      await knex.raw(UNCOUNT, [keyed(key)]);
    },
    resetKey: async (key) => {
      await knex('rate_limits')
        .where({ key: keyed(key) })
        .delete();
    },
  };
}

/** Each its own numbers: of three hits at once on a counter at 4, one is the 5th, one the 6th, one the 7th. */
async function countedTogether(
  database: Parameters<typeof namedRows>[0],
  all: readonly Asked[],
): Promise<readonly Counted[]> {
  const sums = new Map<string, number>();
  for (const { key, hits } of all) sums.set(key, (sums.get(key) ?? 0) + hits);
  const asked = [...sums].map(([key, hits]) => ({ key, hits }));
  const rows = await namedRows(database, COUNT, [JSON.stringify(asked)]);
  const counters = new Map(rows.map((row) => [row['key'], row]));
  const before = new Map(asked.map(({ key, hits }) => [key, Number(counters.get(key)?.['hits']) - hits]));
  return all.map(({ key, hits }) => {
    const row = counters.get(key);
    const total = (before.get(key) ?? Number.NaN) + hits;
    if (!row || Number.isNaN(total)) throw new Error('a hit that was not counted');
    before.set(key, total);
    // bigint comes as text.
    return { total, resetAt: Number(row['reset_at']), leftMs: Number(row['left_ms']) };
  });
}
