import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { AllStores } from '../../adapters/persistence/all-stores.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import { figure } from '../world/figures.ts';
import { openers, STORES, type OpenStores, type StoreName } from '../world/stores.ts';
import { atTeardown } from '../world/teardown.ts';
import { together, type Outcome } from './race.ts';
import type { ScenarioModule } from './scenario.ts';
import type { FromWorker, ToWorker } from './worker.ts';

const PROCESSES = 4;

/** Where a race is run: one process on memory and on SQLite, four on Postgres. */
export interface Arena<I, O> {
  readonly store: StoreName;
  /** The same database from the test's own process: to set the scene, and to count afterwards. */
  readonly unitOfWork: UnitOfWork<AllStores>;
  /** Starts a contender per input, all at once, dealt out over the processes; outcomes in the inputs' order. */
  race(inputs: readonly I[]): Promise<readonly Outcome<O>[]>;
  close(): Promise<void>;
}

export interface Staging {
  /** The scenario's module: `new URL('./purchase.scenario.ts', import.meta.url)`. */
  readonly scenario: URL;
  readonly settings: unknown;
}

/** An empty database on which the scenario stands ready, in as many processes as the store is raced with. */
export async function openArena<I, O>(store: StoreName, staging: Staging): Promise<Arena<I, O>> {
  const stores = await openers[store]();
  const crew =
    stores.url === null ? await alone<I, O>(stores, staging) : await crewOf<I, O>(stores.url, staging);
  return {
    store,
    unitOfWork: stores.unitOfWork,
    race: (inputs) => {
      figure({ contenders: inputs.length });
      return crew.race(inputs);
    },
    close: async () => {
      await crew.close();
      await stores.close();
    },
  };
}

type Crew<I, O> = Pick<Arena<I, O>, 'race' | 'close'>;

async function alone<I, O>({ unitOfWork }: OpenStores, { scenario, settings }: Staging): Promise<Crew<I, O>> {
  const { default: open } = (await import(scenario.href)) as ScenarioModule;
  const act = await open({ unitOfWork, settings });
  return {
    race: (inputs) => together(inputs, (input) => act(input) as Promise<O>),
    close: async () => undefined,
  };
}

async function crewOf<I, O>(url: string, { scenario, settings }: Staging): Promise<Crew<I, O>> {
  const workers = idle.pop() ?? hire();
  const tell = (each: (seat: number) => ToWorker): Promise<(readonly Outcome<unknown>[])[]> =>
    Promise.all(workers.map((worker, seat) => ask(worker, each(seat))));
  await tell(() => ({ kind: 'open', url, scenario: scenario.href, settings }));
  return {
    race: async (inputs) => {
      const share = (seat: number): readonly I[] => inputs.filter((_, index) => index % PROCESSES === seat);
      await tell((seat) => ({ kind: 'line-up', inputs: share(seat) }));
      const answers = await tell(() => ({ kind: 'go' }));
      return inputs.map((_, index) => {
        const outcome = answers[index % PROCESSES]?.[Math.floor(index / PROCESSES)];
        if (!outcome) throw new Error(`contender ${index} gave no outcome`);
        return outcome as Outcome<O>;
      });
    },
    close: async () => {
      await tell(() => ({ kind: 'leave' }));
      idle.push(workers);
    },
  };
}

/** Crews that wait for their next arena: starting four processes costs more than most races. */
const idle: (readonly ChildProcess[])[] = [];

function hire(): readonly ChildProcess[] {
  const workers = Array.from({ length: PROCESSES }, () =>
    fork(new URL('./worker.ts', import.meta.url), { serialization: 'advanced' }),
  );
  atTeardown(async () => {
    idle.length = 0;
    await Promise.all(workers.map(dismiss));
  });
  return workers;
}

async function dismiss(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  const ended = once(worker, 'exit');
  worker.disconnect();
  await ended;
}

/** One question to a worker; its end before the answer is the failure of the race. */
function ask(worker: ChildProcess, message: ToWorker): Promise<readonly Outcome<unknown>[]> {
  return new Promise((resolve, reject) => {
    const done = (): void => {
      worker.off('message', answered).off('exit', ended);
    };
    const answered = (answer: FromWorker): void => {
      done();
      if (answer.kind === 'failed') reject(new Error(`a worker failed: ${answer.reason}`));
      else resolve(answer.outcomes);
    };
    const ended = (code: number | null): void => {
      done();
      reject(new Error(`a worker ended with ${code} in the middle of a race`));
    };
    worker.on('message', answered).on('exit', ended);
    worker.send(message);
  });
}

/** Runs one suite of races by name on every store; arenas opened by it are closed after each test. */
export function inEveryArena(
  title: string,
  suite: (open: <I, O>(staging: Staging) => Promise<Arena<I, O>>, store: StoreName) => void,
): void {
  for (const store of STORES) {
    describe(`${title} on ${store}`, function () {
      this.timeout(120_000);
      const opened: { close(): Promise<void> }[] = [];
      afterEach(async () => {
        for (const arena of opened.splice(0)) await arena.close();
      });
      suite(async <I, O>(staging: Staging) => {
        const arena = await openArena<I, O>(store, staging);
        opened.push(arena);
        return arena;
      }, store);
    });
  }
}
