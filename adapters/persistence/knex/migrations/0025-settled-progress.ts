import type { Knex } from 'knex';

/** What ended streams carry, as each will be written down from now on when it ends. */
const SETTLE = `update progress set duration_seconds = streams.duration_seconds,
    credits_start_seconds = streams.credits_start_seconds, position_seconds = streams.position_seconds,
    is_paused = (streams.paused_at is not null), last_watched_at = streams.last_seen_at, stream_seq = streams.seq
  from streams where streams.id = progress.stream_id and streams.ended_at is not null
    and progress.stream_seq < streams.seq`;

export async function up(knex: Knex): Promise<void> {
  await knex.raw(SETTLE);
  // A heartbeat does not write progress, so none of these is written by one.
  await knex.raw('create index progress_latest on progress (account_id, last_watched_at, id)');
  await knex.raw(
    `create index progress_unfinished on progress (account_id, last_watched_at, id)
      where started_at is not null and completed_at is null and dismissed_at is null`,
  );
}

export async function down(knex: Knex): Promise<void> {
  for (const index of ['progress_unfinished', 'progress_latest']) await knex.raw(`drop index ${index}`);
}
