import { besideServer, type Config } from '../composition/config.ts';
import { composeUsher } from '../composition/usher.ts';

/** Brings the schema up to date, the queue's included, and ends. Every start does the same. */
export async function migrateOnly(config: Config): Promise<void> {
  const usher = await composeUsher(besideServer(config));
  // The queue's tables are made when it starts.
  await usher.start();
  await usher.close();
  process.stdout.write('The schema is up to date.\n');
}
