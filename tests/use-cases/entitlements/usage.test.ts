import { expect } from 'chai';
import type { AllStores } from '../../../adapters/persistence/all-stores.ts';
import { DomainError } from '../../../src/kernel/domain-error.ts';
import { DAY, instant } from '../../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../../src/kernel/unit-of-work.ts';
import type { Consumption, UsageOutcome } from '../../../src/entitlements/index.ts';
import {
  entitlementsOn,
  holding,
  ids,
  metered,
  operator,
  type EntitlementWorld,
} from '../../world/entitlements.ts';
import { onEveryStore } from '../../world/stores.ts';

const PLAN = holding([
  metered({ rollover: { cap: 500, expiresDays: 40 } }),
  metered({ feature: 'exports', per: 'day', limit: 3 }),
]);

function told(outcome: UsageOutcome): string | number {
  if (outcome instanceof DomainError) return outcome.code;
  if (outcome instanceof Error) throw outcome;
  return outcome.result.used;
}

onEveryStore('using units', (open) => {
  let unitOfWork: UnitOfWork<AllStores>;
  /** Two processes on one database: each remembers what it stored itself. */
  let here: EntitlementWorld;
  let there: EntitlementWorld;
  let account: string;
  beforeEach(async () => {
    unitOfWork = await open();
    [here, there] = [
      entitlementsOn(unitOfWork, { everybody: PLAN }),
      entitlementsOn(unitOfWork, { everybody: PLAN }),
    ];
    account = ids.next();
  });
  const use = (amount: number, changes: Partial<Consumption> = {}): Consumption => ({
    ...{ accountId: account, feature: 'api_calls', amount, onBehalf: false },
    ...changes,
  });
  const usedBy = async (world: EntitlementWorld, amount: number): Promise<number> =>
    (await world.entitlements.consume(use(amount))).result.used;

  it('counts on from what another process stored meanwhile', async () => {
    expect(await usedBy(here, 1)).to.equal(1);
    expect(await usedBy(here, 1)).to.equal(2);
    expect(await usedBy(there, 5)).to.equal(7);
    expect(await usedBy(here, 1)).to.equal(8);
    expect(await usedBy(there, 1)).to.equal(9);
  });

  it('gives one batch what it asks for, each alone', async () => {
    const other = ids.next();
    const outcomes = await here.entitlements.recordUsage([
      use(600),
      use(600),
      use(400),
      use(1, { accountId: other }),
      use(1, { feature: 'unheard_of' }),
      use(1, { feature: 'max_devices' }),
    ]);
    expect(outcomes.map(told)).to.deep.equal([
      600,
      'entitlements.limit-reached',
      1_000,
      1,
      'entitlements.not-in-plan',
      'entitlements.not-a-meter',
    ]);
  });

  it('counts a key once, also within one batch and from another process', async () => {
    const idempotency = { key: `account:${account}:one`, fingerprint: 'f' };
    const outcomes = await here.entitlements.recordUsage([use(2, { idempotency }), use(2, { idempotency })]);
    expect(outcomes.map(told)).to.deep.equal([2, 2]);
    expect(outcomes.map((outcome) => 'replayed' in outcome && outcome.replayed)).to.deep.equal([false, true]);
    expect((await there.entitlements.consume(use(2, { idempotency }))).replayed).to.equal(true);
    expect(await usedBy(there, 1)).to.equal(3);
    const [other] = await here.entitlements.recordUsage([
      use(2, { idempotency: { ...idempotency, fingerprint: 'g' } }),
    ]);
    expect(other && told(other)).to.equal('idempotency.other-request');
  });

  it('takes a key anew a day later', async () => {
    const idempotency = { key: `account:${account}:one`, fingerprint: 'f' };
    await here.entitlements.consume(use(2, { idempotency }));
    here.pass(DAY);
    expect(await here.entitlements.consume(use(2, { idempotency }))).to.deep.include({ replayed: false });
  });

  it('turns with the period, and what is left rolls over', async () => {
    await usedBy(here, 700);
    here.turn(instant(Date.UTC(2026, 1, 28, 12)));
    expect(
      (await here.entitlements.check({ accountId: await known(), feature: 'api_calls' })).remaining,
    ).to.equal(1_300);
    const { result } = await here.entitlements.consume(use(350));
    expect(result).to.include({ used: 350, limit: 1_300, remaining: 950 });
    here.turn(instant(Date.UTC(2026, 2, 31, 12)));
    expect((await here.entitlements.usage(account))[0]).to.include({ limit: 1_500, remaining: 1_500 });
  });

  const known = async (): Promise<string> => {
    here.know(account);
    return account;
  };

  it('keeps what was used through a change of plan, in every process', async () => {
    await usedBy(here, 700);
    await usedBy(there, 1);
    for (const world of [here, there])
      world.put(account, holding([metered({ limit: 701 })], { termsVersion: 3 }));
    expect(told((await here.entitlements.recordUsage([use(1)]))[0] as UsageOutcome)).to.equal(
      'entitlements.limit-reached',
    );
    for (const world of [here, there])
      world.put(account, holding([metered({ limit: 5_000 })], { termsVersion: 4 }));
    expect(await usedBy(there, 100)).to.equal(801);
  });

  it('burns grants in their order, and explains how it stood then', async () => {
    here.know(account);
    const grant = (amount: number, priority: number) =>
      here.entitlements.grant({
        ...{ actor: operator, accountId: account, feature: 'api_calls', source: 'gift', amount, priority },
        expiresAt: null,
      });
    const first = (await grant(10, 1)).result;
    await grant(20, 200);
    await usedBy(here, 15);
    const at = here.now();
    here.pass(1);
    await usedBy(here, 995);
    const lines = async (asOf: typeof at | null): Promise<readonly unknown[]> =>
      (await here.entitlements.explain(account, 'api_calls', asOf)).grants.map(
        ({ source, used, remaining }) => `${source} ${used}+${remaining}`,
      );
    expect(await lines(null)).to.deep.equal(['plan 1000+0', 'gift 10+0', 'gift 0+20']);
    expect(await lines(at)).to.deep.equal(['plan 5+995', 'gift 10+0', 'gift 0+20']);
    expect((await here.entitlements.grantsOf(account)).map(({ used }) => used)).to.deep.equal([10, 0]);
    expect(first.used).to.equal(0);
    expect(await usedBy(there, 20)).to.equal(1_030);
    expect(
      (await there.entitlements.list(account)).find(({ feature }) => feature === 'api_calls'),
    ).to.include({
      allowed: false,
      limit: 1_030,
    });
  });

  it('lists what only a gift feeds', async () => {
    here.know(account);
    await here.entitlements.grant({
      ...{ actor: operator, accountId: account, feature: 'stickers', source: 'top_up', amount: 3 },
      ...{ priority: null, expiresAt: null },
    });
    expect(await here.entitlements.usage(account)).to.deep.include({
      ...{ feature: 'stickers', used: 0, limit: 3, remaining: 3, overage: 0, resetsAt: null },
    });
    expect(await here.entitlements.limitsOf(account)).to.deep.include({
      usage: { api_calls: 0, exports: 0, stickers: 0 },
    });
  });

  it('acts for nobody who does not exist, and says that somebody is suspended', async () => {
    const behalf = { onBehalf: true } as const;
    const ask = async (): Promise<unknown> =>
      (await here.entitlements.recordUsage([use(1, behalf)])).map(told)[0];
    expect(await ask()).to.equal('request.not-found');
    here.know(account, { isSuspended: true });
    expect(await ask()).to.equal('entitlements.not-in-plan');
    expect(await here.entitlements.check({ accountId: account, feature: 'api_calls' })).to.include({
      allowed: false,
      reason: 'suspended',
    });
    here.know(account);
    expect(await ask()).to.equal(1);
  });
});

onEveryStore('the free policy’s own meters', (open) => {
  it('count their months from when the account began', async () => {
    const world = entitlementsOn(await open(), { policy: { freeFeatures: [metered({ limit: 5 })] } });
    const account = ids.next();
    world.know(account, { createdAt: instant(Date.UTC(2026, 0, 15)) });
    const { result } = await world.entitlements.consume({
      ...{ accountId: account, feature: 'api_calls', amount: 2, onBehalf: false },
    });
    expect(result).to.include({ remaining: 3, resetsAt: Date.UTC(2026, 1, 15) });
  });
});
