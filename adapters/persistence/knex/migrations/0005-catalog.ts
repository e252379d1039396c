import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('titles', (table) => {
    table.text('id').primary();
    table.text('kind').notNullable();
    table.text('code');
    table.text('title').notNullable();
    table.text('description').notNullable();
    table.text('access_level').notNullable();
    table.text('visibility').notNullable();
    table.integer('duration_seconds');
    table.text('language');
    table.integer('release_year');
    table.integer('credits_start_seconds');
    table.boolean('allow_comments').notNullable();
    table.text('media_asset_id');
    table.text('trailer_asset_id');
    table.text('poster_asset_id');
    table.text('status').notNullable();
    table.bigInteger('published_at');
    table.text('channel_id');
    table.text('created_by');
    table.bigInteger('created_at').notNullable();
    table.bigInteger('listed_at').notNullable();
    table.text('search_text').notNullable();
    table.specificType('sort_title', byCodePoint(knex)).notNullable();
    table.integer('version').notNullable();
    table.index(['listed_at', 'id']);
    table.index(['sort_title', 'id']);
    table.index(['channel_id', 'listed_at', 'id']);
  });
  await knex.raw('create unique index titles_code on titles (code) where code is not null');
  await knex.raw(`create index titles_scheduled on titles (published_at) where status = 'scheduled'`);
  await knex.schema.createTable('genres', (table) => {
    table.text('id').primary();
    table.text('name').notNullable();
    table.specificType('name_key', byCodePoint(knex)).notNullable().unique();
    table.bigInteger('created_at').notNullable();
    table.integer('version').notNullable();
  });
  await knex.schema.createTable('title_genres', (table) => {
    table.text('title_id').notNullable();
    table.text('genre_id').notNullable();
    table.primary(['title_id', 'genre_id']);
    table.index(['genre_id', 'title_id']);
  });
  await figures(knex);
  await assets(knex);
}

async function figures(knex: Knex): Promise<void> {
  await knex.schema.createTable('title_figures', (table) => {
    table.text('title_id').primary();
    for (const counter of ['views', 'votes_up', 'votes_down', 'rating_count', 'rating_sum'])
      table.bigInteger(counter).notNullable();
  });
  await knex.schema.createTable('counted_views', (table) => {
    table.text('key').primary();
    table.text('title_id').notNullable();
    table.bigInteger('at').notNullable();
    table.index(['title_id', 'at']);
  });
}

async function assets(knex: Knex): Promise<void> {
  await knex.schema.createTable('assets', (table) => {
    table.text('id').primary();
    table.text('title_id').notNullable().index();
    table.text('kind').notNullable();
    table.text('status').notNullable();
    table.integer('progress').notNullable();
    table.text('storage_key').notNullable();
    table.text('content_type');
    table.bigInteger('bytes');
    table.text('sha256');
    table.text('failure');
    table.bigInteger('created_at').notNullable();
    table.bigInteger('due_at');
    table.bigInteger('ready_at');
    table.integer('version').notNullable();
  });
  await knex.raw('create index assets_due on assets (due_at) where due_at is not null');
  await knex.schema.createTable('file_removals', (table) => {
    table.text('storage_key').primary();
    table.bigInteger('due_at').notNullable().index();
  });
}

/** Text that lists are ordered by sorts alike on both: SQLite compares bytes, Postgres is told to. */
const byCodePoint = (knex: Knex): string => (knex.client.driverName === 'pg' ? 'text collate "C"' : 'text');

export async function down(knex: Knex): Promise<void> {
  for (const table of [
    'file_removals',
    'assets',
    'counted_views',
    'title_figures',
    'title_genres',
    'genres',
    'titles',
  ])
    await knex.schema.dropTable(table);
}
