import { decodeCursor, type PageRequest } from '../../../../src/kernel/page.ts';
import type { Stream } from '../../../../src/playback/stream.ts';
import { rawRows, textsFromJson } from '../json-rows.ts';
import type { Row } from '../columns.ts';
import type { Database } from '../unit-of-work.ts';

/**
 * Heartbeats write their stream alone, which carries the progress that names it: `carried_progress` joins the two.
 * When a stream ends, what it carried is written down, so of an account's progress only what its open streams name
 * has moved since it was stored, and lists find all the rest in order, by their indexes.
 */

/** As the index `progress_unfinished` says it. */
export const UNFINISHED = 'started_at is not null and completed_at is null and dismissed_at is null';
export const ANY = 'true';

const OPEN = 'select streams.id from streams where streams.account_id = ? and streams.ended_at is null';
const OPEN_TITLES =
  'select streams.title_id from streams where streams.account_id = ? and streams.ended_at is null';
const NEWEST_FIRST = 'order by last_watched_at desc, id desc limit ?';

/** An account's progress as its streams carry it, latest first. */
export async function latestProgress(
  database: Database,
  condition: typeof UNFINISHED | typeof ANY,
  { accountId, limit, cursor }: PageRequest & { readonly accountId: string },
): Promise<readonly Row[]> {
  const from = cursor === undefined ? undefined : decodeCursor(cursor, 'number');
  const place = from ? [from.value, from.id] : [];
  const behind = from ? 'and (last_watched_at, id) < (?, ?)' : '';
  const where = `account_id = ? and ${condition} ${behind}`;
  const rows = `select * from (
      select * from (select * from progress where ${where}
        and (stream_id is null or stream_id not in (${OPEN})) ${NEWEST_FIRST}) as settled
      union all
      select * from carried_progress where ${where} and title_id in (${OPEN_TITLES}) and stream_id in (${OPEN})
    ) as latest ${NEWEST_FIRST}`;
  const bindings = [
    ...[accountId, ...place, accountId, limit],
    ...[accountId, ...place, accountId, accountId, limit],
  ];
  return rawRows(database, rows, bindings);
}

/** What these streams carry, said for the streams that one json parameter names. */
const carriedBy = (dialect: Database['dialect']): string =>
  `streams.id in (${textsFromJson(dialect)}) and progress.account_id = streams.account_id
    and progress.title_id = streams.title_id and progress.stream_id = streams.id
    and progress.stream_seq < streams.seq`;

/** Writes down what streams have carried, now that they end. To whoever asks, nothing changes. */
export async function settleCarried(database: Database, streams: readonly Stream[]): Promise<void> {
  const ended = streams.filter(({ endedAt, accountId }) => endedAt !== null && accountId !== null);
  if (ended.length === 0) return;
  const ids = JSON.stringify(ended.map(({ id }) => id));
  const which = carriedBy(database.dialect);
  if (database.dialect === 'postgres')
    await rawRows(
      database,
      `select progress.id from progress, streams where ${which} order by progress.id for update of progress`,
      [ids],
    );
  await rawRows(
    database,
    `update progress set duration_seconds = streams.duration_seconds,
       credits_start_seconds = streams.credits_start_seconds, position_seconds = streams.position_seconds,
       is_paused = (streams.paused_at is not null), last_watched_at = streams.last_seen_at,
       stream_seq = streams.seq
     from streams where ${which}`,
    [ids],
  );
}
