import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openSqlite } from '../../adapters/persistence/knex/connection.ts';
import { migrate } from '../../adapters/persistence/knex/migrate.ts';
import { processFolder } from './process-folder.ts';

let template: Promise<string> | undefined;

/** Puts a database that was migrated once for the whole process into a folder; where it lies. */
export async function migratedFile(folder: string): Promise<string> {
  const file = join(folder, 'usher.sqlite');
  await copyFile(await (template ??= prepare()), file);
  return file;
}

async function prepare(): Promise<string> {
  const file = join(processFolder(), 'template.sqlite');
  const connections = openSqlite(file);
  try {
    await migrate(connections);
  } finally {
    // Folds the log of what was written into the file itself.
    await connections.close();
  }
  return file;
}
