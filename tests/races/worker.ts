import { openPostgres, type Connections } from '../../adapters/persistence/knex/connection.ts';
import { knexStores } from '../../adapters/persistence/knex/stores/all.ts';
import { KnexUnitOfWork } from '../../adapters/persistence/knex/unit-of-work.ts';
import { together, type Outcome } from './race.ts';
import type { Act, ScenarioModule } from './scenario.ts';

/** One of the processes of a race on Postgres, led by its parent over the channel between them. */
export type ToWorker =
  | { readonly kind: 'open'; readonly url: string; readonly scenario: string; readonly settings: unknown }
  | { readonly kind: 'line-up'; readonly inputs: readonly unknown[] }
  | { readonly kind: 'go' }
  | { readonly kind: 'leave' };

export type FromWorker =
  | { readonly kind: 'done'; readonly outcomes: readonly Outcome<unknown>[] }
  | { readonly kind: 'failed'; readonly reason: string };

const POOL_SIZE = 10;

let connections: Connections | undefined;
let act: Act<unknown, unknown> | undefined;
let lined: readonly unknown[] = [];

async function open({ url, scenario, settings }: Extract<ToWorker, { kind: 'open' }>): Promise<void> {
  connections = openPostgres(url, { poolSize: POOL_SIZE });
  await warm(connections);
  const { default: make } = (await import(scenario)) as ScenarioModule;
  act = await make({ unitOfWork: new KnexUnitOfWork(connections, knexStores), settings });
}

/** Opens every connection of both pools before the start, so that no contender wins by another's handshake. */
async function warm({ writer, reader }: Connections): Promise<void> {
  for (const knex of [writer, reader])
    await Promise.all(Array.from({ length: POOL_SIZE }, () => knex.raw('select pg_sleep(0.05)')));
}

async function leave(): Promise<void> {
  await connections?.close();
  [connections, act, lined] = [undefined, undefined, []];
}

async function obey(message: ToWorker): Promise<readonly Outcome<unknown>[]> {
  switch (message.kind) {
    case 'open':
      await open(message);
      return [];
    case 'line-up':
      lined = message.inputs;
      return [];
    case 'go':
      if (!act) throw new Error('the race has no scenario');
      return together(lined, act);
    case 'leave':
      await leave();
      return [];
  }
}

async function answer(message: ToWorker): Promise<FromWorker> {
  try {
    return { kind: 'done', outcomes: await obey(message) };
  } catch (error) {
    return {
      kind: 'failed',
      reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}

process.on('message', (message: ToWorker) => {
  void answer(message).then((reply) => process.send?.(reply));
});
// The parent is done with us, or died.
process.on('disconnect', () => process.exit());
