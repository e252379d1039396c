import type { Knex } from 'knex';
import { wordText } from '../../../../src/catalog/words.ts';
import { putDocuments } from '../stores/title-documents.ts';
import type { Database } from '../unit-of-work.ts';

export async function up(knex: Knex): Promise<void> {
  const dialect = knex.client.driverName === 'pg' ? 'postgres' : 'sqlite';
  await (dialect === 'postgres' ? documentsOnPostgres(knex) : documentsOnSqlite(knex));
  await knex.schema.createTable('channel_names', (table) => {
    table.text('channel_id').primary();
    table.text('name').notNullable();
    table.text('words').notNullable();
  });
  await knex.schema.alterTable('genres', (table) => table.text('words').notNullable().defaultTo(''));
  await views(knex);
  await fill({ knex, dialect });
  await knex.raw('alter table titles drop column search_text');
}

/**
 * Both columns of words are looked into by their own index: what a title is called, and that with what it is
 * about. Titles are written rarely and looked for often, so no list of pending entries is kept beside.
 */
async function documentsOnPostgres(knex: Knex): Promise<void> {
  await knex.schema.createTable('title_documents', (table) => {
    table.text('title_id').primary();
    table.specificType('title_words', 'tsvector').notNullable();
    table.specificType('words', 'tsvector').notNullable();
  });
  for (const column of ['title_words', 'words'])
    await knex.raw(
      `create index title_documents_${column} on title_documents using gin (${column}) with (fastupdate = off)`,
    );
}

/**
 * FTS5 knows documents by number. The rowids of `titles` are no such numbers: VACUUM may give out new ones.
 * The tokenizer splits at spaces only, since words come folded; what `unicode61` takes for a letter is as old
 * as its tables. Words alone are asked for, never their places, so `detail` leaves those out.
 */
async function documentsOnSqlite(knex: Knex): Promise<void> {
  await knex.schema.createTable('title_documents', (table) => {
    table.increments('docid');
    table.text('title_id').notNullable().unique();
  });
  await knex.raw(
    `create virtual table title_index using fts5(
       title_words, words,
       content = '', contentless_delete = 1, tokenize = 'ascii', detail = 'column', prefix = '1 2 3'
     )`,
  );
}

async function views(knex: Knex): Promise<void> {
  await knex.schema.createTable('title_views', (table) => {
    table.text('title_id').notNullable();
    table.bigInteger('day').notNullable();
    table.bigInteger('views').notNullable();
    table.primary(['title_id', 'day']);
  });
  await knex.schema.alterTable('title_figures', (table) => {
    table.bigInteger('trending').notNullable().defaultTo(0);
    table.bigInteger('trending_due_at');
    table.index(['views', 'title_id']);
    table.index(['trending', 'title_id']);
  });
  await knex.raw(
    `create index title_figures_due on title_figures (trending_due_at, title_id)
     where trending_due_at is not null`,
  );
  await knex.schema.alterTable('counted_views', (table) => table.index(['at', 'title_id']));
}

const BATCH = 500;

/** What was there before: the words of titles and genres, views by day, and all scores due. */
async function fill(database: Database): Promise<void> {
  const { knex } = database;
  await knex.raw(
    `insert into title_views (title_id, day, views)
     select title_id, at - at % 86400000, count(*) from counted_views group by title_id, at - at % 86400000`,
  );
  await knex('title_figures').where('views', '>', 0).update({ trending_due_at: 0 });
  const genres = await knex('genres').select<{ id: string; name: string }[]>('id', 'name');
  for (const { id, name } of genres)
    await knex('genres')
      .where({ id })
      .update({ words: wordText(name) });
  for (let last = ''; ;) {
    const titles = await knex('titles')
      .select<{ id: string; title: string; description: string }[]>('id', 'title', 'description')
      .where('id', '>', last)
      .orderBy('id')
      .limit(BATCH);
    await putDocuments(database, titles);
    const end = titles.at(-1);
    if (!end) return;
    last = end.id;
  }
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('titles', (table) => table.text('search_text').notNullable().defaultTo(''));
  await knex.schema.alterTable('counted_views', (table) => table.dropIndex(['at', 'title_id']));
  await knex.raw('drop index title_figures_due');
  await knex.schema.alterTable('title_figures', (table) => {
    table.dropIndex(['views', 'title_id']);
    table.dropIndex(['trending', 'title_id']);
  });
  for (const column of ['trending', 'trending_due_at'])
    await knex.raw(`alter table title_figures drop column ${column}`);
  await knex.raw('alter table genres drop column words');
  if (knex.client.driverName !== 'pg') await knex.schema.dropTable('title_index');
  for (const table of ['title_views', 'channel_names', 'title_documents']) await knex.schema.dropTable(table);
}
