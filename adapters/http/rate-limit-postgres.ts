import type { Knex } from 'knex';
import type { ClientRateLimitInfo, Options, Store } from 'express-rate-limit';
import { group } from '../persistence/group.ts';
import { refused } from '../persistence/knex/faults.ts';
import { namedRows, type NamedStatement } from '../persistence/knex/prepared.ts';
import type { EdgeLog } from './log.ts';
import type { RateStores } from './rate-limits.ts';

interface Hit {
  readonly key: string;
  readonly windowMs: number;
}

/** The database's clock, the one that all processes share; the virtual clock does not move it. */
const NOW = '(extract(epoch from statement_timestamp()) * 1000)::bigint';

/** Rows are taken in the order of their keys, so that two processes never wait for each other in a circle. */
const COUNT: NamedStatement = {
  name: 'usher-rate-limits',
  text: `
  insert into rate_limits as counted (key, hits, reset_at)
  select key, hits, ${NOW} + window_ms
  from json_to_recordset($1::json) as asked(key text, hits integer, window_ms bigint)
  order by key collate "C"
  on conflict (key) do update set
    hits = case when counted.reset_at <= ${NOW} then excluded.hits else counted.hits + excluded.hits end,
    reset_at = case when counted.reset_at <= ${NOW} then excluded.reset_at else counted.reset_at end
  returning key, hits, reset_at`,
};

const UNCOUNT = `update rate_limits set hits = greatest(hits - 1, 0) where key = ? and reset_at > ${NOW}`;

const PURGE = `delete from rate_limits where key in (
  select key from rate_limits where reset_at <= ${NOW} limit 5000 for update skip locked)`;

const PURGE_EVERY_MS = 60_000;

/** Counters in Postgres, exact across processes: the hits of one turn of the event loop are one statement. */
export function postgresRateStores(knex: Knex, log: EdgeLog): RateStores {
  const count = group<Hit, ClientRateLimitInfo>((hits) => counted(knex, hits));
  let purgedAt = performance.now();

  const purge = (): void => {
    if (performance.now() - purgedAt < PURGE_EVERY_MS) return;
    purgedAt = performance.now();
    knex.raw(PURGE).then(undefined, (error: unknown) => log.error(error, 'purging rate limits'));
  };

  return (name) => {
    let windowMs = 60_000;
    const keyed = (key: string): string => `${name}:${key}`;
    const store: Store = {
      localKeys: false,
      init: (options: Options) => {
        windowMs = options.windowMs;
      },
      increment: async (key) => {
        purge();
        try {
          return await count({ key: keyed(key), windowMs });
        } catch (error) {
          throw refused(error);
        }
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
    return store;
  };
}

/** Each hit's own number: of three hits at once on a counter at 4, one is the 5th, one the 6th, one the 7th. */
async function counted(knex: Knex, hits: readonly Hit[]): Promise<readonly ClientRateLimitInfo[]> {
  const asked = new Map<string, { key: string; hits: number; window_ms: number }>();
  for (const { key, windowMs } of hits) {
    const known = asked.get(key);
    if (known) known.hits += 1;
    else asked.set(key, { key, hits: 1, window_ms: windowMs });
  }
  const rows = await namedRows({ knex, dialect: 'postgres' }, COUNT, [JSON.stringify([...asked.values()])]);
  const totals = new Map(rows.map((row) => [row['key'], row]));
  const answered = new Map<string, number>();
  return hits.map(({ key }) => {
    const row = totals.get(key);
    if (!row) throw new Error('a hit that was not counted');
    const nth = (answered.get(key) ?? 0) + 1;
    answered.set(key, nth);
    const own = Number(row['hits']) - (asked.get(key)?.hits ?? 0) + nth;
    // bigint comes as text.
    return { totalHits: own, resetTime: new Date(Number(row['reset_at'])) };
  });
}
