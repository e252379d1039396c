import { expect } from 'chai';
import { proving, sized } from '../races/race.ts';
import { figure } from '../world/figures.ts';
import { violations, type Evidence } from './checker.ts';
import { openGround, type DurableStore, type Ground } from './ground.ts';
import { besiege, type Blow } from './siege.ts';

const KILLS = sized(20, 2);
const SEED = 1;
const DATABASE_CRASHES = sized(5, 1);

/** The laws hold, and the evidence is of a kind that they could have failed on. */
function expectWhole(evidence: Evidence): void {
  expect(violations(evidence)).to.deep.equal([]);
  const { journal, book } = evidence;
  expect(journal.interrupted, 'a kill in the middle of something').to.be.greaterThan(0);
  expect(journal.beats).to.have.length.greaterThan(0);
  const told = journal.payments.filter(({ status }) => status === 'succeeded');
  expect(told).to.have.length.greaterThan(0);
  const [first] = told;
  const robbed = { ...book, payments: book.payments.filter(({ id }) => id !== first?.id) };
  expect(violations({ ...evidence, book: robbed }), 'the same evidence without one row').to.not.deep.equal(
    [],
  );
}

const times = (count: number, blow: Blow): readonly Blow[] => Array.from({ length: count }, () => blow);

describe('purchases and heartbeats', function () {
  this.timeout(sized(900_000, 90_000));
  const grounds: Ground[] = [];
  after(async () => {
    for (const ground of grounds) await ground.close();
  });

  const besieged = async (store: DurableStore): Promise<Evidence> => {
    const ground = await openGround(store);
    grounds.push(ground);
    const kill: Blow = async (usher) => {
      await usher.kill();
      return ground.serve();
    };
    /** The product runs on, and has to find its way back by itself. */
    const crashDatabase: Blow = async (usher) => {
      await ground.cluster?.restart('immediate');
      expect(usher.isRunning()).to.equal(true);
      return usher;
    };
    const blows = [...(ground.cluster ? times(DATABASE_CRASHES, crashDatabase) : []), ...times(KILLS, kill)];
    return besiege({ ground, blows, buyers: 6, seed: SEED });
  };
  const sieges = new Map<DurableStore, Promise<Evidence>>();
  const siegeOn = (store: DurableStore): Promise<Evidence> => {
    const siege = sieges.get(store) ?? besieged(store);
    sieges.set(store, siege);
    return siege;
  };
  // Much of a siege is waiting for what was interrupted: in a hurry they wait together.
  if (!proving) before(() => void Promise.allSettled([siegeOn('SQLite'), siegeOn('Postgres')]));

  it(`survive ${KILLS} kills of the process on SQLite (seed ${SEED})`, async () => {
    const evidence = await siegeOn('SQLite');
    tell(evidence, { kills: KILLS });
    expectWhole(evidence);
  });

  it(`survive ${KILLS} kills of the process and ${DATABASE_CRASHES} of the database on Postgres (seed ${SEED})`, async () => {
    const evidence = await siegeOn('Postgres');
    tell(evidence, { kills: KILLS, 'database crashes': DATABASE_CRASHES });
    expectWhole(evidence);
  });
});

function tell({ journal, book }: Evidence, blows: Readonly<Record<string, number>>): void {
  figure({
    ...blows,
    accounts: book.subscriptions.length,
    'purchases acknowledged': journal.payments.length,
    'requests cut off': journal.interrupted,
    'mails checked': book.mails.length,
  });
}
