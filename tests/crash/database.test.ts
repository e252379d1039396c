import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { sized } from '../races/race.ts';
import { Client, type Answer } from '../world/client.ts';
import { eventually } from '../world/eventually.ts';
import { figure } from '../world/figures.ts';
import { openGround, type Ground } from './ground.ts';
import { stage } from './staging.ts';

const RESTARTS = sized(5, 1);
const CLIENTS = 8;
/** How long after the database is back the product may still be finding its way. */
const READY_AGAIN_MS = 5_000;

interface Load {
  stopped: boolean;
  readonly answers: Answer[];
  readonly failures: unknown[];
}

/** Questions and purchases, one after another, whatever is answered. */
async function live(client: Client, load: Load, planId: string): Promise<void> {
  for (let turn = 0; !load.stopped; turn += 1) {
    try {
      load.answers.push(
        turn % 3 === 2
          ? await client.post('/payments', { plan_id: planId })
          : await client.get(turn % 3 === 0 ? '/subscriptions/my' : '/payments/my'),
      );
    } catch (error) {
      load.failures.push(error);
    }
    await pause(5);
  }
}

/** Milliseconds until the product says that it is ready. */
async function readyAgain(base: string): Promise<number> {
  const start = Date.now();
  await eventually('ready again', async () => (await fetch(`${base}/readyz`)).status === 200, 30_000);
  return Date.now() - start;
}

describe('a Postgres that is restarted at once, under load', function () {
  this.timeout(sized(180_000, 60_000));
  let ground: Ground;
  beforeEach(async () => {
    ground = await openGround('Postgres');
  });
  afterEach(() => ground.close());

  it(`is answered for with 503 and Retry-After, ${RESTARTS} times, and found again within 5 s`, async () => {
    const { dayPlanId } = await stage(ground);
    const usher = await ground.serve();
    const worker = await ground.work();
    const clients = await Promise.all(
      Array.from({ length: CLIENTS }, (_, index) => {
        const email = `viewer-${index}@example.com`;
        return Client.register(usher.base, { email, password: `the word of ${email}` });
      }),
    );
    const load: Load = { stopped: false, answers: [], failures: [] };
    const living = Promise.all(clients.map((client) => live(client, load, dayPlanId)));
    let slowest = 0;
    for (let restart = 0; restart < RESTARTS; restart += 1) {
      await pause(500);
      await ground.cluster?.restart('immediate');
      slowest = Math.max(slowest, await readyAgain(usher.base));
    }
    await pause(500);
    load.stopped = true;
    await living;

    expect([usher.isRunning(), worker.isRunning()], worker.said()).to.deep.equal([true, true]);
    expect(load.failures, 'connections broken off').to.deep.equal([]);
    const refused = load.answers.filter(({ status }) => status === 503);
    const others = load.answers.filter(({ status }) => status > 500 && status !== 503);
    expect(refused, 'the restarts were felt').to.have.length.greaterThan(0);
    expect(refused.filter(({ headers }) => headers.get('retry-after') === null)).to.deep.equal([]);
    expect(refused.map(({ body }) => body['code'])).to.satisfy((codes: readonly unknown[]) =>
      codes.every((code) => typeof code === 'string'),
    );
    expect([...others, ...load.answers.filter(({ status }) => status === 500)]).to.deep.equal([]);
    expect(load.answers.at(-1)?.status, 'served again').to.be.lessThan(500);
    expect(slowest).to.be.lessThan(READY_AGAIN_MS);
    figure({
      restarts: RESTARTS,
      answers: load.answers.length,
      'of them 503': refused.length,
      'ms to ready': slowest,
    });
    expect(await Promise.all([worker.terminate(), usher.terminate()])).to.deep.equal([0, 0]);
  });
});
