import { expect } from 'chai';
import type { AllStores } from '../../../adapters/persistence/all-stores.ts';
import { storeUnavailable } from '../../../adapters/persistence/knex/faults.ts';
import { after, DAY, instant, SECOND } from '../../../src/kernel/instant.ts';
import { busy, type UnitOfWork } from '../../../src/kernel/unit-of-work.ts';
import { entitlementsOn, holding, ids, metered, NOON } from '../../world/entitlements.ts';
import { tally, together } from '../../races/race.ts';
import { onEveryStore } from '../../world/stores.ts';

const PLAN = holding([metered({ limit: 5, per: 'day' })]);
const LIMIT_REACHED = 'entitlements.limit-reached';

onEveryStore('using a meter up', (open) => {
  let unitOfWork: UnitOfWork<AllStores>;
  beforeEach(async () => {
    unitOfWork = await open();
  });
  const world = () => entitlementsOn(unitOfWork, { everybody: PLAN });
  const use = (accountId: string, amount: number) => ({
    ...{ accountId, feature: 'api_calls', amount, onBehalf: false },
  });

  for (const milliseconds of [1, 60 * SECOND])
    it(`gives a period once, though a clock is ${milliseconds} ms behind when it turns`, async () => {
      const accountId = ids.next();
      const [ahead, behind] = [world(), world()];
      await ahead.entitlements.consume(use(accountId, 5));
      behind.turn(instant(NOON + DAY - milliseconds));
      ahead.turn(after(NOON, DAY));
      expect((await ahead.entitlements.consume(use(accountId, 4))).result.used).to.equal(4);
      const { result } = await behind.entitlements.consume(use(accountId, 1));
      expect(result).to.include({ used: 5, resetsAt: NOON + 2 * DAY });
      const outcomes = await together([1, 2], (amount) => ahead.entitlements.consume(use(accountId, amount)));
      expect(tally(outcomes)).to.deep.equal({ [LIMIT_REACHED]: 2 });
    });

  it('sets nothing aside in a period that is over, though a clock is behind', async () => {
    const accountId = ids.next();
    const [ahead, behind] = [world(), world()];
    ahead.turn(after(NOON, DAY));
    await ahead.entitlements.consume(use(accountId, 4));
    behind.turn(instant(NOON + DAY - 1));
    const { result } = await behind.entitlements.reserve({ ...use(accountId, 1), seconds: 60 });
    await behind.entitlements.release({ reservationId: result.id, accountId });
    expect((await ahead.entitlements.consume(use(accountId, 1))).result.used).to.equal(5);
    expect(tally(await together([1], () => ahead.entitlements.consume(use(accountId, 1))))).to.deep.equal({
      [LIMIT_REACHED]: 1,
    });
  });

  it('answers each time that one request is handed in', async () => {
    const { entitlements } = world();
    const request = use(ids.next(), 1);
    const outcomes = await together(
      Array.from({ length: 8 }, () => request),
      (each) => entitlements.consume(each),
    );
    expect(tally(outcomes)).to.deep.equal({ won: 5, [LIMIT_REACHED]: 3 });
    const used = outcomes.flatMap((each) => ('value' in each ? each.value.result.used : []));
    expect(used).to.deep.equal([1, 2, 3, 4, 5]);
  });

  it('counts units at most once when the database took them and its answer was lost', async () => {
    const accountId = ids.next();
    const deaf: UnitOfWork<AllStores> = {
      read: (work) => unitOfWork.read(work),
      run: async (work) => {
        await unitOfWork.run(work);
        throw storeUnavailable();
      },
      single: async (work) => {
        await unitOfWork.single(work);
        throw storeUnavailable();
      },
    };
    const { entitlements } = entitlementsOn(deaf, { everybody: PLAN });
    const outcomes = await together([1, 1, 1], (amount) => entitlements.consume(use(accountId, amount)));
    expect(tally(outcomes)).to.deep.equal({ 'service.unavailable': 3 });
    expect((await world().entitlements.consume(use(accountId, 1))).result.used).to.equal(4);
  });

  it('counts what it settled once, though the rest of the batch finds the store busy', async () => {
    const [accountId, another] = [ids.next(), ids.next()];
    let isBusy = false;
    const { entitlements } = entitlementsOn(
      {
        read: (work) => unitOfWork.read(work),
        single: (work) => unitOfWork.single(work),
        run: (work) => (isBusy ? Promise.reject(busy()) : unitOfWork.run(work)),
      },
      { everybody: PLAN },
    );
    await entitlements.consume(use(accountId, 1));
    isBusy = true;
    const outcomes = await together([accountId, another], (each) => entitlements.consume(use(each, 1)));
    expect(tally(outcomes)).to.deep.equal({ won: 1, 'service.busy': 1 });
    expect((await world().entitlements.consume(use(accountId, 1))).result.used).to.equal(3);
  });

  it('forgets when a reservation would have lapsed that ended before', async () => {
    const { entitlements, pass } = world();
    const accountId = ids.next();
    const { result } = await entitlements.reserve({ ...use(accountId, 1), seconds: 60 });
    await entitlements.commit({ reservationId: result.id, amount: null, accountId });
    pass(60 * SECOND);
    await entitlements.consume(use(accountId, 1));
    const [meter] = await unitOfWork.read(({ meters }) => meters.find([use(accountId, 1)]));
    expect(meter).to.include({ used: 2, lapsesAt: null });
  });
});
