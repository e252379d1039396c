import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { silentLog } from '../../../adapters/http/log.ts';
import { hitsAhead, type Counted, type SharedCounters } from '../../../adapters/http/rate-hits-ahead.ts';
import { memoryHits, WINDOW_MS, type HitCounter } from '../../../adapters/http/rate-hits.ts';
import { postgresRateStores } from '../../../adapters/http/rate-limit-postgres.ts';
import { openPostgres, type Connections } from '../../../adapters/persistence/knex/connection.ts';
import { migrate } from '../../../adapters/persistence/knex/migrate.ts';
import { chanceOf, naiveSeeds, seeds } from '../../races/race.ts';
import { eventually } from '../../world/eventually.ts';
import { migratedDatabase } from '../../world/postgres.ts';

const LIMIT = 300;
const ROUND_MS = 10;

/** One caller's counter, a little way off. */
class Elsewhere implements SharedCounters {
  asked = 0;
  hits = 0;
  #resetAt = 0;

  async count({ hits }: { readonly hits: number }): Promise<Counted> {
    this.asked += 1;
    await pause(1);
    const now = performance.now();
    const isOver = now >= this.#resetAt;
    this.hits = isOver ? hits : this.hits + hits;
    if (isOver) this.#resetAt = now + WINDOW_MS;
    const counted = { total: this.hits, resetAt: this.#resetAt, leftMs: this.#resetAt - now };
    await pause(1);
    return counted;
  }

  async giveBack(returned: readonly { readonly hits: number; readonly resetAt: number }[]): Promise<void> {
    await pause(1);
    for (const { hits, resetAt } of returned) if (resetAt === this.#resetAt) this.hits -= hits;
  }

  failed(error: unknown): void {
    throw error;
  }

  /** The window ends now. */
  turn(): void {
    this.#resetAt = 0;
  }
}

const isAdmitted = async (counter: HitCounter): Promise<boolean> =>
  (await counter.hit('me', LIMIT)).total <= LIMIT;

/** Calls each process now and then, some at once, until all of them refuse for good; how many were admitted. */
async function admittedBy(
  processes: readonly HitCounter[],
  { seed = 1, roundMs = ROUND_MS } = {},
): Promise<number> {
  const chance = chanceOf(seed);
  const upTo = (most: number): number => Math.floor(chance() * (most + 1));
  let admitted = 0;
  const call = async (counter: HitCounter): Promise<void> => {
    if (await isAdmitted(counter)) admitted += 1;
  };
  await Promise.all(
    processes.map(async (counter) => {
      for (let turn = 0; turn < 40; turn += 1) {
        await Promise.all(Array.from({ length: 1 + upTo(5) }, () => call(counter)));
        await pause(upTo(ROUND_MS / 2));
      }
    }),
  );
  for (let before = -1; before < admitted;) {
    before = admitted;
    // What is still held is given back, and then there for whoever calls.
    await pause(4 * roundMs);
    for (const counter of processes) for (let last = 0; last < 3; last += 1) await call(counter);
  }
  return admitted;
}

/** As it must not be done: what is known of the counter is trusted until the next round. */
function naive(shared: SharedCounters): HitCounter {
  let total = 0;
  let own = 0;
  setInterval(() => {
    const hits = own;
    own = 0;
    void shared.count({ key: 'me', hits }).then((counted) => (total = counted.total));
  }, ROUND_MS).unref();
  return {
    hit: () => {
      own += 1;
      return { total: total + own, leftMs: WINDOW_MS };
    },
  };
}

describe('hits counted ahead by several processes', () => {
  for (const seed of seeds()) {
    for (const number of [2, 5, 30]) {
      it(`admit exactly the limit by ${number}, seed ${seed}`, async () => {
        const shared = new Elsewhere();
        const processes = Array.from({ length: number }, () => hitsAhead(shared, ROUND_MS));
        expect(await admittedBy(processes, { seed })).to.equal(LIMIT);
      });
    }
  }

  it('would admit too many if each trusted what it last heard', async () => {
    const counts: number[] = [];
    for (const seed of naiveSeeds) {
      const shared = new Elsewhere();
      const processes = Array.from({ length: 5 }, () => naive(shared));
      counts.push(await admittedBy(processes, { seed }));
      if (counts.some((count) => count > LIMIT)) break;
    }
    expect(Math.max(...counts)).to.be.above(LIMIT);
  });
});

describe('hits counted ahead', () => {
  let shared: Elsewhere;
  let counter: HitCounter;
  beforeEach(() => {
    shared = new Elsewhere();
    counter = hitsAhead(shared, ROUND_MS);
  });

  /** Calls `calls` times, a few in each round. */
  async function steadily(calls: number): Promise<number> {
    let admitted = 0;
    for (let call = 0; call < calls; call += 1) {
      if (await isAdmitted(counter)) admitted += 1;
      await pause(2);
    }
    return admitted;
  }

  it('ask far less often than a steady caller calls', async () => {
    for (let call = 1; call <= 1_000; call += 1) {
      expect((await counter.hit('me', 100_000)).total).to.be.at.least(call);
      if (call % 10 === 0) await pause(2);
    }
    expect(shared.asked).to.be.below(500);
  });

  it('say of each request how many there were, or a little more until what is held is back', async () => {
    for (let call = 1; call <= 60; call += 1) {
      expect((await counter.hit('me', LIMIT)).total).to.be.within(call, call + LIMIT / 32);
      await pause(2);
    }
  });

  it('are given back when the caller stays away', async () => {
    await steadily(40);
    await eventually('nothing is held any more', () => shared.hits === 40, 2_000);
  });

  it('are not taken from a window by the one before', async () => {
    await steadily(40);
    shared.turn();
    const other = hitsAhead(shared, ROUND_MS);
    for (let call = 0; call < 5; call += 1) await other.hit('me', LIMIT);
    await pause(5 * ROUND_MS);
    // What the first process held was of the old window.
    await eventually('the new window has its own five', () => shared.hits === 5, 2_000);
  });

  it('are never more than a share of the limit, so that a process that dies takes little with it', async () => {
    await steadily(60);
    expect(shared.hits - 60).to.be.within(1, Math.floor(LIMIT / 32));
  });

  it('are not held beyond the limit when others use it up meanwhile', async () => {
    await isAdmitted(counter);
    shared.hits = LIMIT - 2;
    while (shared.hits === LIMIT - 2) await pause(1);
    await pause(2);
    const calls = await Promise.all(Array.from({ length: 6 }, () => isAdmitted(counter)));
    expect(calls.filter(Boolean)).to.have.length(2);
  });

  it('are none at all for a small limit', async () => {
    for (let call = 1; call <= 20; call += 1) {
      expect((await counter.hit('me', 30)).total).to.equal(call);
      await pause(2);
    }
    expect(shared.asked).to.equal(20);
  });
});

describe('hits counted ahead in one Postgres', () => {
  let connections: Connections[] = [];
  let drop: () => Promise<void> = async () => undefined;
  afterEach(async () => {
    for (const each of connections.splice(0)) await each.close();
    await drop();
  });

  it('let exactly the limit through, whichever of four processes is called', async () => {
    const database = await migratedDatabase(async (url) => {
      const migrating = openPostgres(url);
      await migrate(migrating).finally(() => migrating.close());
    });
    drop = () => database.drop();
    connections = Array.from({ length: 4 }, () => openPostgres(database.url, { poolSize: 2 }));
    const processes = connections.map(({ writer }) => postgresRateStores(writer, silentLog).requests('api'));
    expect(await admittedBy(processes, { roundMs: 100 })).to.equal(LIMIT);
  });
});

describe('hits of a process that is alone', () => {
  it('are counted by caller', () => {
    const counter = memoryHits();
    const totals = ['me', 'me', 'you', 'me'].map(
      (key) => (counter.hit(key, LIMIT) as { total: number }).total,
    );
    expect(totals).to.deep.equal([1, 2, 1, 3]);
  });
});
