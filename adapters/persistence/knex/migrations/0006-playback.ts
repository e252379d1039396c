import type { Knex } from 'knex';

const isPostgres = (knex: Knex): boolean => String(knex.client.config.client) === 'pg';

/** Progress with what its stream has settled since: a heartbeat writes one row, and this finds it. */
const CARRIED_PROGRESS = `create view carried_progress as
  select progress.id, progress.account_id, progress.title_id,
    case when streams.id is null then progress.duration_seconds else streams.duration_seconds end
      as duration_seconds,
    case when streams.id is null then progress.credits_start_seconds else streams.credits_start_seconds end
      as credits_start_seconds,
    coalesce(streams.position_seconds, progress.position_seconds) as position_seconds,
    case when streams.id is null then progress.is_paused else streams.paused_at is not null end as is_paused,
    progress.started_at, progress.completed_at, progress.dismissed_at,
    coalesce(streams.last_seen_at, progress.last_watched_at) as last_watched_at,
    progress.stream_id, progress.stream_started_at, coalesce(streams.seq, progress.stream_seq) as stream_seq,
    progress.viewed_at, progress.version
  from progress left join streams on streams.id = progress.stream_id and streams.seq > progress.stream_seq`;

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('streams', (table) => {
    table.text('id').primary();
    table.text('account_id');
    table.text('secret_hash');
    table.text('device_id').notNullable();
    table.text('device_name').notNullable();
    table.text('title_id').notNullable();
    table.text('title').notNullable();
    table.text('access_level').notNullable();
    table.boolean('is_privileged').notNullable();
    table.double('duration_seconds');
    table.double('credits_start_seconds');
    table.text('termination_code').notNullable();
    table.text('status').notNullable();
    table.bigInteger('seq').notNullable();
    table.double('position_seconds').notNullable();
    table.double('watched_seconds').notNullable();
    table.bigInteger('started_at').notNullable();
    table.bigInteger('last_seen_at').notNullable();
    table.bigInteger('alive_until').notNullable();
    table.bigInteger('paused_at');
    table.bigInteger('viewed_at');
    table.bigInteger('completed_at');
    table.bigInteger('ended_at');
    table.text('end_reason');
    table.text('ended_by_device');
    table.integer('version').notNullable();
    table.index(['account_id', 'started_at', 'id']);
  });
  // One seat for a device, whatever happens at once; also where the open streams of an account are found.
  await knex.raw(
    'create unique index streams_seat on streams (account_id, device_id) where ended_at is null and account_id is not null',
  );
  // What a heartbeat changes is in no index: each would be written with every one, and on Postgres a row whose
  // indexed columns stand is updated in place where its page has room.
  await knex.raw('create index streams_open on streams (started_at) where ended_at is null');
  if (isPostgres(knex)) await knex.raw('alter table streams set (fillfactor = 70)');

  await knex.schema.createTable('progress', (table) => {
    table.text('id').primary();
    table.text('account_id').notNullable();
    table.text('title_id').notNullable();
    table.double('duration_seconds');
    table.double('credits_start_seconds');
    table.double('position_seconds').notNullable();
    table.boolean('is_paused').notNullable();
    table.bigInteger('started_at');
    table.bigInteger('completed_at');
    table.bigInteger('dismissed_at');
    table.bigInteger('last_watched_at').notNullable();
    table.text('stream_id');
    table.bigInteger('stream_started_at');
    table.bigInteger('stream_seq');
    table.bigInteger('viewed_at');
    table.integer('version').notNullable();
    table.unique(['account_id', 'title_id']);
  });
  await knex.raw(CARRIED_PROGRESS);

  await knex.schema.createTable('watch_log', (table) => {
    table.text('id').primary();
    table.text('account_id').notNullable();
    table.text('title_id').notNullable();
    table.text('title').notNullable();
    table.bigInteger('started_at').notNullable();
    table.text('state').notNullable();
    table.double('position_seconds').notNullable();
    table.double('duration_seconds');
    table.index(['account_id', 'started_at', 'id']);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropView('carried_progress');
  await knex.schema.dropTable('watch_log');
  await knex.schema.dropTable('progress');
  await knex.schema.dropTable('streams');
}
