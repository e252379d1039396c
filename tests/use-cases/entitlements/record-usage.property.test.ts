import { expect } from 'chai';
import fc from 'fast-check';
import type { AllStores } from '../../../adapters/persistence/all-stores.ts';
import { DomainError } from '../../../src/kernel/domain-error.ts';
import { after, DAY, SECOND } from '../../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../../src/kernel/unit-of-work.ts';
import type { Consumption, UsageOutcome } from '../../../src/entitlements/index.ts';
import { proving, sized } from '../../races/race.ts';
import {
  entitlementsOn,
  holding,
  ids,
  metered,
  NOON,
  operator,
  type EntitlementWorld,
} from '../../world/entitlements.ts';
import { figure } from '../../world/figures.ts';
import { onEveryStore, type StoreName } from '../../world/stores.ts';

const PLAN = holding([
  metered({ feature: 'plain', limit: 12, per: 'day' }),
  metered({ feature: 'rated', limit: 20, rate: { max: 5, windowSeconds: 10 } }),
  metered({
    ...{ feature: 'over', limit: 3, per: 'day', overage: 'allow' },
    ...{ overagePrice: { minor: 7, currency: 'USD' }, rollover: { cap: 2, expiresDays: 2 } },
  }),
]);
const FEATURES = ['plain', 'rated', 'over', 'max_devices', 'unheard_of'];
/** The first is given something beside the plan, the last is suspended. */
const ACCOUNTS = 3;

interface Use {
  readonly account: number;
  readonly feature: string;
  readonly amount: number;
  readonly key: string | null;
  readonly onBehalf: boolean;
}

interface Moment {
  readonly uses: readonly Use[];
  /** Milliseconds until the next. */
  readonly passes: number;
}

const use: fc.Arbitrary<Use> = fc.record({
  account: fc.nat(ACCOUNTS - 1),
  feature: fc.oneof({ weight: 4, arbitrary: fc.constant('plain') }, fc.constantFrom(...FEATURES)),
  amount: fc.integer({ min: 1, max: 4 }),
  key: fc.option(fc.constantFrom('a', 'b', 'c'), { freq: 3 }),
  onBehalf: fc.boolean(),
});
const moments: fc.Arbitrary<readonly Moment[]> = fc.array(
  fc.record({
    uses: fc.array(use, { minLength: 1, maxLength: 8 }),
    passes: fc.constantFrom(0, 0, 3 * SECOND, 10 * SECOND, DAY / 2),
  }),
  { minLength: 1, maxLength: 8 },
);

/** One life of three accounts, in which every batch is handed in by `record`. */
async function lived(
  unitOfWork: UnitOfWork<AllStores>,
  life: readonly Moment[],
  record: (world: EntitlementWorld, uses: readonly Consumption[]) => Promise<readonly UsageOutcome[]>,
): Promise<unknown> {
  const world = entitlementsOn(unitOfWork, { everybody: PLAN });
  const accounts = Array.from({ length: ACCOUNTS }, () => ids.next());
  for (const [index, accountId] of accounts.entries())
    world.know(accountId, { isSuspended: index === ACCOUNTS - 1 });
  for (const [index, amount] of [2, 5].entries())
    await world.entitlements.grant({
      ...{ actor: operator, accountId: accounts[0] ?? '', feature: 'plain', source: 'gift', amount },
      ...{ priority: null, expiresAt: after(NOON, (index + 1) * DAY) },
    });
  const outcomes: unknown[] = [];
  for (const { uses, passes } of life) {
    const batch = uses.map(({ account, key, ...asked }): Consumption => {
      const accountId = accounts[account] ?? '';
      const idempotency = key === null ? undefined : { key: `${accountId} ${key}`, fingerprint: told(asked) };
      return { ...asked, accountId, idempotency };
    });
    outcomes.push(...(await record(world, batch)).map(plain));
    world.pass(passes);
  }
  return { outcomes, left: await Promise.all(accounts.map((id) => leftOf(unitOfWork, world, id))) };
}

const told = (value: unknown): string => JSON.stringify(value);

const plain = (outcome: UsageOutcome): unknown =>
  outcome instanceof DomainError ? { code: outcome.code, ...outcome.details } : outcome;

/** All that is stored of an account in the end, but who it is and in how many steps it came about. */
async function leftOf(unitOfWork: UnitOfWork<AllStores>, world: EntitlementWorld, accountId: string) {
  const meters = await unitOfWork.read((stores) => stores.meters.listOf(accountId));
  const grants = await world.entitlements.grantsOf(accountId);
  return {
    meters: meters.map((meter) => ({ ...meter, accountId: null, version: null })),
    grants: grants.map(({ amount, used }) => [amount, used]),
    usage: await world.entitlements.usage(accountId),
    overage: await world.entitlements.overageOf(accountId),
  };
}

const LIVES: Readonly<Record<StoreName, number>> = {
  memory: sized(1_000, 30),
  SQLite: sized(200, 6),
  Postgres: sized(150, 4),
};

onEveryStore('recording a batch of uses', (open, store) => {
  it(`is recording them one by one, in ${LIVES[store]} lives`, async function () {
    this.timeout(proving ? 600_000 : 60_000);
    const unitOfWork = await open();
    let count = 0;
    const property = fc.asyncProperty(moments, async (life) => {
      count += life.reduce((sum, { uses }) => sum + uses.length, 0);
      const together = await lived(unitOfWork, life, ({ entitlements }, uses) =>
        entitlements.recordUsage(uses),
      );
      const singly = await lived(unitOfWork, life, async ({ entitlements }, uses) => {
        const outcomes: UsageOutcome[] = [];
        for (const each of uses) outcomes.push(...(await entitlements.recordUsage([each])));
        return outcomes;
      });
      expect(together).to.deep.equal(singly);
    });
    await fc.assert(property, { numRuns: LIVES[store] });
    figure({ lives: LIVES[store], uses: count });
  });
});
