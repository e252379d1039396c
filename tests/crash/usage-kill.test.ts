import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { chanceOf, proving, sized } from '../races/race.ts';
import { figure } from '../world/figures.ts';
import { Consumers, sellMeter, type Scene } from './consumers.ts';
import { openGround, type DurableStore, type Ground } from './ground.ts';
import { readUsage, usageFaults, type Account, type StoredUsage } from './usage-book.ts';

const KILLS = sized(50, 3);
const ACCOUNTS = 4;
const LANES = 4;
const SEED = 1;

interface Evidence {
  readonly accounts: readonly Account[];
  readonly stored: readonly StoredUsage[];
  /** What the product itself says was used, in the order of the accounts. */
  readonly shown: readonly number[];
  readonly retried: number;
}

/** Uses units under fire: every kill at a moment of chance, and a new process on what the last one left. */
async function besieged(ground: Ground): Promise<Evidence> {
  const chance = chanceOf(SEED);
  const planId = await sellMeter(ground);
  let usher = await ground.serve();
  const scene: Scene = { base: usher.base, stopped: false };
  const consumers = await Promise.all(
    Array.from({ length: ACCOUNTS }, (_, index) =>
      Consumers.arrive(scene.base, { planId, isKeyed: index % 2 === 0, chance }),
    ),
  );
  const living = Promise.all(consumers.map((each) => each.live(scene, LANES)));
  for (let kill = 0; kill < KILLS; kill += 1) {
    await pause(50 + chance() * 300);
    await usher.kill();
    usher = await ground.serve();
    scene.base = usher.base;
  }
  await pause(200);
  scene.stopped = true;
  await living;
  const shown = await Promise.all(consumers.map((each) => each.shown(scene.base)));
  const retried = consumers.reduce((sum, { tally }) => sum + tally.retried, 0);
  return { accounts: consumers.map(({ tally }) => tally), stored: await readUsage(ground), shown, retried };
}

describe('units that are used over REST', function () {
  this.timeout(sized(900_000, 90_000));
  const grounds: Ground[] = [];
  after(async () => {
    for (const ground of grounds) await ground.close();
  });
  const sieges = new Map<DurableStore, Promise<Evidence>>();
  const siegeOn = (store: DurableStore): Promise<Evidence> => {
    const begin = async (): Promise<Evidence> => {
      const ground = await openGround(store);
      grounds.push(ground);
      return besieged(ground);
    };
    const siege = sieges.get(store) ?? begin();
    sieges.set(store, siege);
    return siege;
  };
  // Much of a siege is waiting for a start: in a hurry they wait together.
  if (!proving) before(() => void Promise.allSettled([siegeOn('SQLite'), siegeOn('Postgres')]));

  for (const store of ['SQLite', 'Postgres'] as const)
    it(`are all stored that were acknowledged, and none twice, after ${KILLS} kills on ${store} (seed ${SEED})`, async () => {
      const { accounts, stored, shown, retried } = await siegeOn(store);
      const answers = accounts.reduce((sum, { counts }) => sum + counts.length, 0);
      const cutOff = accounts.reduce((sum, each) => sum + each.cutOff, 0);
      figure({ kills: KILLS, answers, 'keys sent again': retried, 'units cut off': cutOff });
      expect(usageFaults(accounts, stored)).to.deep.equal([]);
      expect(shown).to.deep.equal(
        accounts.map(({ accountId }) => stored.find((each) => each.accountId === accountId)?.used),
      );
      expect(answers).to.be.greaterThan(KILLS);
      expect(retried + cutOff, 'a kill in the middle of something').to.be.greaterThan(0);
    });
});

describe('the laws of usage under fire', () => {
  const account: Account = {
    ...{ accountId: 'a', isKeyed: false, acknowledged: 6, cutOff: 2, counts: [1, 3, 6], unexpected: [] },
  };
  const stored: StoredUsage = { accountId: 'a', used: 7, logged: 7, newest: 7 };
  const faults = (changes: Partial<Account & StoredUsage>): number =>
    usageFaults([{ ...account, ...changes }], [{ ...stored, ...changes }]).length;

  it('hold when all that was answered is stored, and of the rest some', () => {
    expect(faults({})).to.equal(0);
  });

  const BROKEN: Readonly<Record<string, Partial<Account & StoredUsage>>> = {
    'a unit is lost': { acknowledged: 8 },
    'a unit counts twice': { used: 9, logged: 9, newest: 9 },
    'a key counts twice': { isKeyed: true },
    'the log has lost a line': { logged: 6 },
    'the log ends elsewhere': { newest: 6 },
    'two are told the same': { counts: [1, 3, 3] },
    'somebody is refused': { unexpected: ['500'] },
  };
  for (const [what, changes] of Object.entries(BROKEN))
    it(`break when ${what}`, () => {
      expect(faults(changes)).to.equal(1);
    });

  it('break when nothing is stored', () => {
    expect(usageFaults([account], [])).to.have.length(1);
  });
});
