import type { Knex } from 'knex';
import * as kernel from './0001-kernel.ts';
import * as subscriptions from './0003-subscriptions.ts';

/** Every migration by the name it has in the database: the same whether it runs from source or from a build. */
const migrations: Readonly<Record<string, Knex.Migration>> = {
  '0001-kernel': kernel,
  '0003-subscriptions': subscriptions,
};

export const migrationSource: Knex.MigrationSource<string> = {
  getMigrations: async () => Object.keys(migrations),
  getMigrationName: (name) => name,
  getMigration: async (name) => {
    const migration = migrations[name];
    if (!migration) throw new Error(`no migration is called ${name}`);
    return migration;
  },
};
