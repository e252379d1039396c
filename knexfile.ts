import { join } from 'node:path';
import type { Knex } from 'knex';
import { migrationSource } from './adapters/persistence/knex/migrations/index.ts';

/** For the Knex command line. `npm run migrate` does the same under a lock, as every start does. */
const databaseUrl = process.env['DATABASE_URL'];

const config: Knex.Config = databaseUrl
  ? { client: 'pg', connection: databaseUrl, migrations: { migrationSource } }
  : {
      client: 'better-sqlite3',
      connection: { filename: join(process.env['DATA_DIR'] ?? './data', 'usher.sqlite') },
      useNullAsDefault: true,
      migrations: { migrationSource },
    };

export default config;
