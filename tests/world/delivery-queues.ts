import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../adapters/clock/system-clock.ts';
import { createInlineRunner } from '../../adapters/jobs/inline.ts';
import { createDeliver, createPgBossQueue, pgBossOutbox } from '../../adapters/jobs/pg-boss-queue.ts';
import { createBoss, createPgBossRunner } from '../../adapters/jobs/pg-boss.ts';
import type { JobRunner } from '../../adapters/jobs/runner.ts';
import type { AllStores } from '../../adapters/persistence/all-stores.ts';
import { openPostgres, openSqlite, type Connections } from '../../adapters/persistence/knex/connection.ts';
import { migrate } from '../../adapters/persistence/knex/migrate.ts';
import { knexStores } from '../../adapters/persistence/knex/stores/all.ts';
import { KnexUnitOfWork } from '../../adapters/persistence/knex/unit-of-work.ts';
import { memoryStores } from '../../adapters/persistence/memory/stores/all.ts';
import { MemoryDatabase, MemoryUnitOfWork } from '../../adapters/persistence/memory/unit-of-work.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import {
  createOperations,
  createTableQueue,
  type DeliveryPolicy,
  type DeliveryQueue,
  type Job,
  type Operations,
  type React,
} from '../../src/operations/index.ts';
import { postgres } from './postgres.ts';

export interface QueueOptions {
  readonly react: React;
  readonly policy: DeliveryPolicy;
  readonly jobs?: readonly Job[];
  /** With pg-boss: false for a process that only sends. */
  readonly runs?: boolean;
}

/** Events go in by the unit of work's outbox; the runner brings them to `react`. */
export interface OpenQueue {
  readonly unitOfWork: UnitOfWork<AllStores>;
  readonly queue: DeliveryQueue;
  readonly operations: Operations;
  readonly runner: JobRunner;
  /** Where another process finds the same queue: a SQLite file or a Postgres URL; null in memory. */
  readonly address: string | null;
  close(): Promise<void>;
}

// What a test makes fail on purpose is asserted by its rows; the log would only drown the report.
const failures = { failed: () => undefined };

type Plumbing = Pick<OpenQueue, 'unitOfWork' | 'address' | 'close'>;

function overTable(
  { react, policy, jobs = [] }: QueueOptions,
  nudged: Nudged,
  plumbing: Plumbing,
): OpenQueue {
  const { unitOfWork } = plumbing;
  const queue = createTableQueue({ unitOfWork, systemClock, react, failures, policy });
  const operations = createOperations({
    unitOfWork,
    systemClock,
    jobs,
    queue,
    failures,
    movableClock: null,
    dueWork: [],
  });
  const runner = createInlineRunner({ queue, operations, failures });
  nudged.by = () => runner.nudge();
  return { ...plumbing, queue, operations, runner };
}

/** The unit of work is made before the runner that its commits nudge. */
interface Nudged {
  by: () => void;
}

function overKnex(options: QueueOptions, connections: Connections, plumbing: Omit<Plumbing, 'unitOfWork'>) {
  const nudged: Nudged = { by: () => undefined };
  const unitOfWork = new KnexUnitOfWork<AllStores>(
    connections,
    (database) => knexStores(database),
    () => nudged.by(),
  );
  return overTable(options, nudged, { ...plumbing, unitOfWork });
}

export async function openSqliteQueue(file: string, options: QueueOptions): Promise<OpenQueue> {
  const connections = openSqlite(file);
  await migrate(connections);
  return overKnex(options, connections, { address: file, close: () => connections.close() });
}

export async function openPgBossQueue(url: string, options: QueueOptions): Promise<OpenQueue> {
  const connections = openPostgres(url);
  await migrate(connections);
  const { react, policy, jobs = [], runs = true } = options;
  const boss = createBoss({ url, runs, failures });
  const outbox = pgBossOutbox(boss);
  const unitOfWork = new KnexUnitOfWork<AllStores>(connections, (database) => knexStores(database, outbox));
  const deliver = createDeliver(react, failures);
  const queue = createPgBossQueue({ boss, knex: connections.writer, deliver });
  const operations = createOperations({
    unitOfWork,
    systemClock,
    jobs,
    queue,
    failures,
    movableClock: null,
    dueWork: [],
  });
  const runner = createPgBossRunner({ boss, deliver, operations, jobs, policy, runs });
  return { unitOfWork, queue, operations, runner, address: url, close: () => connections.close() };
}

const closing = (open: OpenQueue, after: () => Promise<unknown>): OpenQueue => ({
  ...open,
  close: async () => {
    await open.close();
    await after();
  },
});

export type QueueName = 'memory' | 'SQLite' | 'a Postgres table' | 'pg-boss';

export const queueOpeners: Readonly<Record<QueueName, (options: QueueOptions) => Promise<OpenQueue>>> = {
  memory: async (options) => {
    const nudged: Nudged = { by: () => undefined };
    const database = new MemoryDatabase();
    const unitOfWork = new MemoryUnitOfWork<AllStores>(
      database,
      (transaction) => memoryStores(transaction),
      () => nudged.by(),
    );
    return overTable(options, nudged, { unitOfWork, address: null, close: async () => undefined });
  },

  SQLite: async (options) => {
    const folder = await mkdtemp(join(tmpdir(), 'usher-jobs-'));
    const open = await openSqliteQueue(join(folder, 'usher.sqlite'), options);
    return closing(open, () => rm(folder, { recursive: true }));
  },

  'a Postgres table': async (options) => {
    const database = await (await postgres()).createDatabase();
    const connections = openPostgres(database.url);
    await migrate(connections);
    const open = overKnex(options, connections, {
      address: database.url,
      close: () => connections.close(),
    });
    return closing(open, () => database.drop());
  },

  'pg-boss': async (options) => {
    const database = await (await postgres()).createDatabase();
    return closing(await openPgBossQueue(database.url, options), () => database.drop());
  },
};
