import { decodeCursor, type PageRequest } from '../../../../src/kernel/page.ts';
import type { Progress } from '../../../../src/playback/progress.ts';
import type { Stream } from '../../../../src/playback/stream.ts';
import { RecordTable, type Columns } from '../columns.ts';
import { rawRows, textsFromJson } from '../json-rows.ts';
import { preparedRows, type PreparedQuestion } from '../prepared.ts';
import type { Database } from '../unit-of-work.ts';

/**
 * Heartbeats write their stream alone, which carries the progress that names it: `carried_progress` joins the two.
 * When a stream ends, what it carried is written down, so of an account's progress only what its open streams name
 * has moved since it was stored, and lists find all the rest in order, by their indexes.
 */

export const PROGRESS_COLUMNS: Columns<Progress> = {
  id: 'text',
  accountId: 'text',
  titleId: 'text',
  durationSeconds: 'number',
  creditsStartSeconds: 'number',
  positionSeconds: 'number',
  isPaused: 'boolean',
  startedAt: 'number',
  completedAt: 'number',
  dismissedAt: 'number',
  lastWatchedAt: 'number',
  streamId: 'text',
  streamStartedAt: 'number',
  streamSeq: 'number',
  viewedAt: 'number',
  version: 'number',
};
/** The view of the rows as their streams carry them: what every question is asked of. */
export const CARRIED = new RecordTable<Progress>('carried_progress', PROGRESS_COLUMNS);

/** Of an account, latest first: all of its progress, or what its viewer may go on with. */
type Shelf = 'latest' | 'unfinished';

const ON_SHELF: Readonly<Record<Shelf, string>> = {
  latest: 'true',
  // As the index `progress_unfinished` says it.
  unfinished: 'started_at is not null and completed_at is null and dismissed_at is null',
};
const NEWEST_FIRST = 'order by last_watched_at desc, id desc limit ?';

/** For a page's first row, or behind a place. */
function shelfQuestion(shelf: Shelf, isBehind: boolean): PreparedQuestion {
  const on = `${ON_SHELF[shelf]} ${isBehind ? 'and (last_watched_at, id) < (?, ?)' : ''}`;
  const open = 'select streams.id from streams where streams.account_id = ? and streams.ended_at is null';
  const sqlite = `select ${CARRIED.selected('shelf')} from (
      select * from (select ${CARRIED.selected('progress')} from progress where account_id = ? and ${on}
        and (stream_id is null or stream_id not in (${open})) ${NEWEST_FIRST}) as settled
      union all
      select * from (select ${CARRIED.selected()} from streams join carried_progress
        on carried_progress.account_id = streams.account_id and carried_progress.title_id = streams.title_id
          and carried_progress.stream_id = streams.id
        where streams.account_id = ? and streams.ended_at is null) as moving where ${on}
    ) as shelf ${NEWEST_FIRST}`;
  let number = 0;
  const postgres = sqlite.replaceAll('?', () => `$${(number += 1)}`);
  return { name: `progress-${shelf}-${isBehind ? 'behind' : 'first'}`, postgres, sqlite };
}

const QUESTIONS = {
  latest: { first: shelfQuestion('latest', false), behind: shelfQuestion('latest', true) },
  unfinished: { first: shelfQuestion('unfinished', false), behind: shelfQuestion('unfinished', true) },
} as const;

/** An account's progress as its streams carry it. */
export async function progressOn(
  database: Database,
  shelf: Shelf,
  { accountId, limit, cursor }: PageRequest & { readonly accountId: string },
): Promise<readonly Progress[]> {
  const from = cursor === undefined ? undefined : decodeCursor(cursor, 'number');
  const place = from ? [from.value, from.id] : [];
  const values = [accountId, ...place, accountId, limit, accountId, ...place, limit];
  const rows = await preparedRows(database, QUESTIONS[shelf][from ? 'behind' : 'first'], values);
  return rows.map((row) => CARRIED.fromRow(row));
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
