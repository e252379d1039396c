import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { openSqlite, type Connections } from '../../adapters/persistence/knex/connection.ts';
import { migrate } from '../../adapters/persistence/knex/migrate.ts';
import { knexStores } from '../../adapters/persistence/knex/stores/all.ts';
import { KnexUnitOfWork } from '../../adapters/persistence/knex/unit-of-work.ts';
import { chanceOf, sized, tally, together } from '../races/race.ts';
import type { Answer } from '../world/client.ts';
import { entitlementsOn, holding, ids, metered, type EntitlementWorld } from '../world/entitlements.ts';
import { eventually } from '../world/eventually.ts';
import { figure } from '../world/figures.ts';
import { Consumers, FEATURE, sellMeter } from './consumers.ts';
import { openGround, type Ground } from './ground.ts';
import { readUsage } from './usage-book.ts';

const OUTAGES = sized(5, 1);

describe('using units while Postgres is away', function () {
  this.timeout(sized(180_000, 60_000));
  let ground: Ground;
  beforeEach(async () => {
    ground = await openGround('Postgres');
  });
  afterEach(() => ground.close());

  const codesOf = (answers: readonly Answer[]): readonly string[] => [
    ...new Set(answers.map(({ status, body }) => `${status} ${String(body['code'])}`)),
  ];

  it(`is refused with 503, gives nothing, and goes on afterwards, ${OUTAGES} times`, async () => {
    const planId = await sellMeter(ground);
    const usher = await ground.serve();
    const { client } = await Consumers.arrive(usher.base, { planId, isKeyed: false, chance: chanceOf(1) });
    const use = (): Promise<Answer> => client.post('/usage', { feature: FEATURE });
    const many = (): Promise<readonly Answer[]> => Promise.all(Array.from({ length: 12 }, use));
    let [granted, refused] = [0, 0];
    for (let outage = 0; outage < OUTAGES; outage += 1) {
      expect(codesOf(await many())).to.deep.equal(['201 undefined']);
      granted += 12;
      await ground.cluster?.down('immediate');
      const away = [...(await many()), ...(await many())];
      const looked = await client.get(`/entitlements/${FEATURE}`);
      refused += away.length;
      for (const answer of [...away, looked]) {
        expect(answer.status, JSON.stringify(answer.body)).to.equal(503);
        expect(String(answer.body['code'])).to.match(/^service\./);
        expect(Number(answer.headers.get('retry-after'))).to.be.greaterThan(0);
      }
      await ground.cluster?.up();
      await eventually('units are given again', async () => {
        const { status } = await use();
        if (status === 201) granted += 1;
        else await pause(50);
        return status === 201;
      });
    }
    figure({ outages: OUTAGES, refused });
    const [stored] = await readUsage(ground);
    expect(stored).to.include({ used: granted, logged: granted, newest: granted });
    expect(usher.isRunning()).to.equal(true);
  });
});

describe('using units of a file of SQLite', () => {
  let folder: string;
  let connections: Connections;
  let other: Connections;
  let world: EntitlementWorld;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'usher-refused-'));
    [connections, other] = [
      openSqlite(join(folder, 'usher.sqlite')),
      openSqlite(join(folder, 'usher.sqlite')),
    ];
    await migrate(connections);
    // It waits for others for seconds otherwise, and the process with it.
    await connections.writer.raw('pragma busy_timeout = 5');
    const unitOfWork = new KnexUnitOfWork(connections, knexStores);
    world = entitlementsOn(unitOfWork, { everybody: holding([metered({ limit: 100 })]) });
  });
  afterEach(async () => {
    await connections.close();
    await other.close();
    await rm(folder, { recursive: true });
  });

  const asked = () => ({ accountId: ids.next(), feature: 'api_calls', amount: 1, onBehalf: false });
  const usedOf = async (accountId: string): Promise<number | undefined> =>
    (await world.entitlements.usage(accountId))[0]?.used;

  /** A meter that the process remembers, and one that it has never seen. */
  async function refusedAll(code: string) {
    const [known, unknown] = [asked(), asked()];
    await world.entitlements.consume(known);
    return {
      known,
      expectRefused: async () => {
        const uses = [known, { ...known }, unknown];
        const outcomes = [
          ...(await together(uses, (use) => world.entitlements.consume(use))),
          ...(await together(uses, (use) => world.entitlements.reserve({ ...use, seconds: 60 }))),
        ];
        expect(tally(outcomes)).to.deep.equal({ [code]: 6 });
      },
      expectNothingGiven: async () => {
        expect(await Promise.all([known, unknown].map(({ accountId }) => usedOf(accountId)))).to.deep.equal([
          1, 0,
        ]);
        const { result } = await world.entitlements.consume(known);
        expect(result.used, 'it goes on afterwards').to.equal(2);
      },
    };
  }

  it('is refused while another process holds it, and goes on afterwards', async () => {
    const { expectRefused, expectNothingGiven } = await refusedAll('service.busy');
    await other.writer.raw('begin immediate');
    await expectRefused();
    await other.writer.raw('rollback');
    await expectNothingGiven();
  });

  it('is refused while it cannot be written, and goes on afterwards', async () => {
    const { expectRefused, expectNothingGiven } = await refusedAll('service.unavailable');
    await connections.writer.raw('pragma query_only = on');
    await expectRefused();
    await connections.writer.raw('pragma query_only = off');
    await expectNothingGiven();
  });

  it('is refused, and so is the question whether it may be, once it is closed', async () => {
    const { known, expectRefused } = await refusedAll('service.unavailable');
    world.know(known.accountId);
    await connections.close();
    await expectRefused();
    const checked = await together([known], (each) => world.entitlements.check(each));
    expect(tally(checked)).to.deep.equal({ 'service.unavailable': 1 });
  });
});
