import type { Connections } from '../../adapters/persistence/knex/connection.ts';
import { HOUR, MINUTE } from '../../src/kernel/instant.ts';
import { NOON } from '../world/playback.ts';

/** Accounts that have watched so much each, as the database itself can make them: through a driver it takes an hour. */
export interface Watched {
  /** The first account's number; the others follow. */
  readonly from: number;
  readonly accounts: number;
  /** Titles that each has watched, one after another until now: one row of progress and one of the history for each. */
  readonly titles: number;
  /** Between two of them. */
  readonly gapMinutes: number;
}

/** In a statement: few enough that a file's journal stays small. */
const ROWS_AT_ONCE = 200_000;

export const accountId = (index: number): string =>
  `01980000-0000-7000-8000-${String(index).padStart(12, '0')}`;
export const titleId = (index: number): string =>
  `01980000-0000-7000-8001-${String(index).padStart(12, '0')}`;

/** SQL of one dialect. */
interface Speech {
  series(from: number, to: number, name: string): string;
  /** An id with this number at its end. */
  id(kind: string, number: string): string;
  readonly no: string;
}

const POSTGRES: Speech = {
  series: (from, to, name) => `generate_series(${from}::bigint, ${to}) as ${name}(n)`,
  id: (kind, number) => `'01980000-0000-7000-${kind}-' || lpad((${number})::text, 12, '0')`,
  no: 'false',
};
const SQLITE: Speech = {
  series: (from, to, name) =>
    `(with recursive counted(n) as (select ${from} union all select n + 1 from counted where n < ${to})
      select n from counted) as ${name}`,
  id: (kind, number) => `'01980000-0000-7000-${kind}-' || printf('%012d', ${number})`,
  no: '0',
};

/**
 * Fills history and progress in the order of time, as they come about: what an account has watched lies far apart.
 * Every second title was watched in a stream, the last of which goes on and carries its progress; the others are logged
 * watches. Of five titles two are completed.
 */
export async function fillShelves(connections: Connections, watched: Watched): Promise<void> {
  const speech = connections.dialect === 'postgres' ? POSTGRES : SQLITE;
  const atOnce = Math.max(1, Math.floor(ROWS_AT_ONCE / watched.accounts));
  for (let first = 1; first <= watched.titles; first += atOnce) {
    const last = Math.min(watched.titles, first + atOnce - 1);
    for (const statement of statements(speech, watched, { first, last }))
      await unhurried(connections, statement);
  }
}

/** Runs a statement that may take longer than the product lets one of its own. */
export const unhurried = ({ writer, dialect }: Connections, statement: string): Promise<void> =>
  writer.transaction(async (transaction) => {
    if (dialect === 'postgres') await transaction.raw('set local statement_timeout = 0');
    await transaction.raw(statement);
  });

function statements(
  { series, id, no }: Speech,
  { from, accounts, titles, gapMinutes }: Watched,
  { first, last }: { readonly first: number; readonly last: number },
): readonly string[] {
  const rows = `from ${series(first, last, 'line')} cross join ${series(from, from + accounts - 1, 'account')}`;
  const number = `(line.n * ${from + accounts} + account.n)`;
  const account = id('8000', 'account.n');
  const title = id('8001', 'line.n');
  const stream = id(from === 0 ? '9000' : '9001', number);
  const begun = `(${NOON} - (${titles} - line.n) * ${gapMinutes * MINUTE} - account.n % 1000 - ${HOUR})`;
  const ended = `(${begun} + ${HOUR})`;
  const isStreamed = 'line.n % 2 = 0';
  const goesOn = `line.n = ${titles}`;
  return [
    `insert into streams (id, account_id, device_id, device_name, title_id, title, access_level, is_privileged,
       duration_seconds, termination_code, status, seq, position_seconds, watched_seconds, started_at, last_seen_at,
       alive_until, viewed_at, ended_at, end_reason, version)
     select ${stream}, ${account}, 'tv', 'Television', ${title}, 'Metropolis', 'basic', ${no},
       3600, ${stream}, case when ${goesOn} then 'playing' else 'expired' end, 100, 3000, 3000, ${begun}, ${ended},
       ${ended}, ${begun}, case when not ${goesOn} then ${ended} end,
       case when not ${goesOn} then 'expired' end, 100 ${rows} where ${isStreamed}`,
    `insert into watch_log (id, account_id, title_id, title, started_at, state, position_seconds, duration_seconds)
     select ${stream}, ${account}, ${title}, 'Metropolis', ${begun}, 'paused', 3000, 3600 ${rows} where not ${isStreamed}`,
    `insert into progress (id, account_id, title_id, duration_seconds, position_seconds, is_paused, started_at,
       completed_at, last_watched_at, stream_id, stream_started_at, stream_seq, viewed_at, version)
     select ${stream}, ${account}, ${title}, 3600, 2900, ${no}, ${begun},
       case when line.n % 5 in (1, 2) then ${ended} end, ${ended} - case when ${goesOn} then ${MINUTE} else 0 end,
       case when ${isStreamed} then ${stream} end, case when ${isStreamed} then ${begun} end,
       case when ${goesOn} then 90 when ${isStreamed} then 100 end, ${begun}, 3 ${rows}`,
  ];
}
