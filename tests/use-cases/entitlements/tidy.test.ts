import { expect } from 'chai';
import type { AllStores } from '../../../adapters/persistence/all-stores.ts';
import { after, DAY, type Instant } from '../../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../../src/kernel/unit-of-work.ts';
import type { UsageEntry } from '../../../src/entitlements/index.ts';
import {
  entitlementsOn,
  holding,
  ids,
  meter,
  metered,
  NOON,
  operator,
  type EntitlementWorld,
} from '../../world/entitlements.ts';
import { onEveryStore } from '../../world/stores.ts';

const PLAN = holding([metered(), metered({ feature: 'exports', per: 'lifetime' })]);

const onDay = (day: number): Instant => after(NOON, day * DAY);

onEveryStore('tidying what is older than the policy keeps', (open) => {
  let unitOfWork: UnitOfWork<AllStores>;
  let world: EntitlementWorld;
  let account: string;
  beforeEach(async () => {
    unitOfWork = await open();
    world = entitlementsOn(unitOfWork, { everybody: PLAN, policy: { keepUsageDays: 30 } });
    account = ids.next();
    world.know(account);
  });
  const useOn = async (days: readonly number[], feature = 'api_calls'): Promise<void> => {
    for (const day of days) {
      world.turn(onDay(day));
      await world.entitlements.consume({ accountId: account, feature, amount: 1, onBehalf: false });
    }
  };
  const tidyOn = async (day: number, limit = 9): Promise<number> => {
    world.turn(onDay(day));
    return (await world.entitlements.tidy(limit)).done;
  };
  /** On which of these days the log had a line. */
  const logged = async (days: readonly number[], feature = 'api_calls'): Promise<readonly number[]> => {
    const lines = await unitOfWork.read(({ meters }) =>
      Promise.all(days.map((day) => meters.entryAt({ accountId: account, feature }, onDay(day)))),
    );
    return days.filter((day, index) => lines[index]?.meter.movedAt === onDay(day));
  };
  const usedOn = async (day: number, feature: string): Promise<number | null | undefined> =>
    (await world.entitlements.explain(account, feature, onDay(day))).grants[0]?.used;
  const reserve = async (seconds = 60): Promise<string> => {
    const asked = { accountId: account, feature: 'api_calls', onBehalf: false, amount: 1, seconds };
    return (await world.entitlements.reserve(asked)).result.id;
  };
  const give = async (lapsesOn: number | null): Promise<string> => {
    const expiresAt = lapsesOn === null ? null : onDay(lapsesOn);
    const { result } = await world.entitlements.grant({
      ...{ actor: operator, accountId: account, feature: 'api_calls', source: 'gift', amount: 5 },
      ...{ priority: 1, expiresAt },
    });
    return result.id;
  };
  const given = async (): Promise<readonly string[]> =>
    (await world.entitlements.grantsOf(account)).map(({ id }) => id);

  it('drops the lines of its log that are older than the policy keeps', async () => {
    const days = [0, 10, 20, 30, 40, 50, 60, 70, 80];
    await useOn(days);
    await tidyOn(90);
    expect(await logged(days)).to.deep.equal([60, 70, 80]);
  });

  it('drops none in the command of a customer, though the meter turns', async () => {
    await useOn([0, 10, 80]);
    expect(await logged([0, 10, 80])).to.deep.equal([0, 10, 80]);
  });

  it('tidies meters that never turn, and those that nobody uses any more', async () => {
    await useOn([0, 1, 2, 40], 'exports');
    await useOn([50, 51]);
    expect(await tidyOn(60)).to.equal(4);
    expect(await logged([0, 1, 2, 40], 'exports')).to.deep.equal([2, 40]);
    await tidyOn(200);
    expect(await logged([0, 1, 2, 40], 'exports')).to.deep.equal([40]);
    expect(await logged([50, 51])).to.deep.equal([51]);
    expect((await world.entitlements.limitsOf(account)).usage).to.deep.include({ exports: 4 });
  });

  it('can explain every instant that the policy keeps, as before', async () => {
    await useOn([0, 1, 70], 'exports');
    world.turn(onDay(80));
    const explained = (day: number) => world.entitlements.explain(account, 'exports', onDay(day));
    const days = [50, 51, 69, 70, 80];
    const before = await Promise.all(days.map(explained));
    await tidyOn(80);
    expect(await logged([0, 1, 70], 'exports')).to.deep.equal([1, 70]);
    expect(await Promise.all(days.map(explained))).to.deep.equal(before);
    expect([await usedOn(50, 'exports'), await usedOn(70, 'exports')]).to.deep.equal([2, 3]);
  });

  it('looks at a meter again when its next line is old, and not at one that has nothing', async () => {
    await useOn([0, 20, 21]);
    expect(await tidyOn(21)).to.equal(1);
    expect(await tidyOn(49)).to.equal(0);
    expect(await tidyOn(50)).to.equal(2);
    expect(await tidyOn(50)).to.equal(0);
    expect(await tidyOn(51)).to.equal(2);
    expect(await tidyOn(80)).to.equal(0);
    await useOn([80]);
    expect(await tidyOn(81)).to.equal(1);
    expect(await logged([0, 20, 21, 80])).to.deep.equal([21, 80]);
  });

  it('looks at so many meters at a time', async () => {
    await useOn([0, 1]);
    await useOn([0, 1], 'exports');
    expect([await tidyOn(40, 1), await tidyOn(40, 1), await tidyOn(40, 1)]).to.deep.equal([2, 2, 0]);
  });

  it('goes on with a long log where it left off', async () => {
    await unitOfWork.run(async ({ meters }) => {
      for (let move = 0; move < 1_050; move += 1) await meters.save([lineOf(account, move)]);
    });
    expect([await tidyOn(99), await tidyOn(99), await tidyOn(99)]).to.deep.equal([1_001, 50, 0]);
  });

  it('removes reservations that ended, however they did, once that is long ago', async () => {
    const { commit, release, expireReservations } = world.entitlements;
    const all = [await reserve(), await reserve(), await reserve()] as const;
    const of = (reservationId: string) => ({ reservationId, accountId: account });
    await commit({ ...of(all[0]), amount: null });
    await release(of(all[1]));
    const found = (): Promise<readonly unknown[]> =>
      unitOfWork.read(({ reservations }) => Promise.all(all.map((id) => reservations.find(id))));
    await tidyOn(40);
    expect((await found()).map((each) => each !== undefined)).to.deep.equal([false, false, true]);
    await expireReservations(9);
    await tidyOn(40);
    expect(await found()).to.deep.equal([undefined, undefined, undefined]);
    expect((await world.entitlements.limitsOf(account)).usage).to.deep.include({ api_calls: 0 });
  });

  it('removes grants that lapsed long ago, and none that may still be needed', async () => {
    await give(1);
    const [drawn, long, endless] = [await give(2), await give(20), await give(null)];
    await useOn([0, 0, 0, 0, 0]);
    await reserve(86_400);
    await tidyOn(40);
    expect(await given()).to.deep.equal([drawn, long, endless]);
    await world.entitlements.expireReservations(9);
    await tidyOn(40);
    expect(await given()).to.deep.equal([long, endless]);
    await tidyOn(50);
    expect(await given()).to.deep.equal([endless]);
  });
});

const lineOf = (accountId: string, moves: number): UsageEntry => ({
  kind: 'consumed',
  units: 1,
  meter: meter({ accountId, used: moves, movedAt: after(NOON, moves), version: moves + 1 }),
  grants: {},
});
