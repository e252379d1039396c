import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Knex } from 'knex';
import { openSqlite } from '../../adapters/persistence/knex/connection.ts';
import { migrate } from '../../adapters/persistence/knex/migrate.ts';
import { code, table } from './render-tables.ts';

interface Column {
  readonly name: string;
  readonly type: string;
  readonly notnull: number;
  readonly pk: number;
}

/** Every table after the newest migration, read from a database that has just had them all. */
export async function schemaPage(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'usher-schema-'));
  const connections = openSqlite(join(folder, 'usher.sqlite'));
  try {
    await migrate(connections);
    return await page(connections.writer);
  } finally {
    await connections.close();
    await rm(folder, { recursive: true });
  }
}

async function page(knex: Knex): Promise<string> {
  const tables = await knex
    .from('pragma_table_list')
    .where({ schema: 'main' })
    .whereIn('type', ['table', 'virtual'])
    .whereNot('name', 'like', 'sqlite_%')
    .whereNot('name', 'like', 'knex_%')
    .orderBy('name')
    .pluck<string[]>('name');
  const sections: string[] = [];
  for (const name of tables) sections.push(await section(knex, name));
  return [
    '# Schema',
    '',
    'As SQLite tells it; Postgres has the same tables, columns and indexes. Instants are UTC milliseconds.',
    'Only `title_index` (FTS5) is not there on Postgres: its columns are two of `title_documents`, with GIN indexes.',
    '',
    ...sections,
  ].join('\n');
}

async function section(knex: Knex, name: string): Promise<string> {
  const columns = await knex
    .select<Column[]>('name', 'type', 'notnull', 'pk')
    .from(knex.raw('pragma_table_info(?)', [name]));
  const indexes = await knex('sqlite_master')
    .where({ type: 'index', tbl_name: name })
    .whereNotNull('sql')
    .orderBy('name')
    .pluck<string[]>('sql');
  const rows = columns.map(({ name: column, type, notnull, pk }) => [
    code(column),
    type,
    pk > 0 ? 'primary key' : notnull === 1 ? 'required' : '',
  ]);
  const lines = indexes.map((sql) => `- ${code(sql.replaceAll(/[`"]/g, '').replaceAll(/\s+/g, ' '))}`);
  return [
    `## ${name}`,
    '',
    table(['column', 'type', ''], rows),
    ...lines,
    ...(lines.length ? [''] : []),
  ].join('\n');
}
