/**
 * `usher/knex`: the stores on SQLite and Postgres. A unit of work over all of them is one over those of any
 * context: `const unitOfWork: UnitOfWork<SubscriptionStores> = new KnexUnitOfWork(connections, knexStores)`.
 */
export type { AllStores } from '../persistence/all-stores.ts';
export {
  openPostgres,
  openSqlite,
  type Connections,
  type Dialect,
  type PostgresOptions,
} from '../persistence/knex/connection.ts';
export { alone, migrate } from '../persistence/knex/migrate.ts';
export { knexStores } from '../persistence/knex/stores/all.ts';
export { KnexUnitOfWork, type Database } from '../persistence/knex/unit-of-work.ts';
export { batchedRead, group } from '../persistence/group.ts';
