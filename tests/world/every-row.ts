import type { Connections } from '../../adapters/persistence/knex/connection.ts';

const TABLES = {
  sqlite: `select name as path from sqlite_master where type = 'table' order by name`,
  postgres: `select table_schema || '"."' || table_name as path from information_schema.tables
    where table_schema in ('public', 'pgboss') and table_type = 'BASE TABLE' order by 1`,
} as const;

/** Every row of every table, as text, by the table's name. */
export async function everything({ writer, dialect }: Connections): Promise<ReadonlyMap<string, string>> {
  const rowsOf = async (sql: string): Promise<readonly object[]> => {
    const answer = (await writer.raw(sql)) as readonly object[] | { readonly rows: readonly object[] };
    return 'rows' in answer ? answer.rows : answer;
  };
  const tables = (await rowsOf(TABLES[dialect])) as readonly { readonly path: string }[];
  const texts = new Map<string, string>();
  for (const { path } of tables) texts.set(path, JSON.stringify(await rowsOf(`select * from "${path}"`)));
  return texts;
}
