import { expect } from 'chai';
import type { AllStores } from '../../../adapters/persistence/all-stores.ts';
import type { Idempotency } from '../../../src/kernel/once.ts';
import { DAY, MINUTE } from '../../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../../src/kernel/unit-of-work.ts';
import { createReactor, type ReactionDeps } from '../../../src/reactions.ts';
import { createSubscriptions, subscriptionPolicy } from '../../../src/subscriptions/index.ts';
import { billingOn, order, putOnSale, randomIds, type BillingWorld } from '../../world/billing.ts';
import { onEveryStore } from '../../world/stores.ts';
import { nextId, plan } from '../../world/subscriptions.ts';
import { refusalOf, turnedClock, type TurnedClock } from './cast.ts';

const LIVE = ['incomplete', 'scheduled', 'trialing', 'active', 'past_due', 'paused'];

onEveryStore('an account that is gone', (open) => {
  const [yearly, free] = [plan('yearly', 9900, { validity: { days: 365 } }), plan('free', 0)];
  const tasting = plan('tasting', 999, { trialDays: 14 });
  let unitOfWork: UnitOfWork<AllStores>;
  let clock: TurnedClock;
  let world: BillingWorld;
  let viewer: string;
  beforeEach(async () => {
    unitOfWork = await open();
    clock = turnedClock();
    for (const each of [yearly, free, tasting]) await putOnSale(unitOfWork, each);
    world = billingOn(unitOfWork, { clock });
    viewer = nextId();
  });

  const buy = (paymentMethod: string | null = null, idempotency?: Idempotency) =>
    world.billing.purchase(order(viewer, yearly.id, { paymentMethod, idempotency }));
  const resolve = () => world.billing.resolveUnknown(9);

  const subscriptions = () =>
    createSubscriptions({ unitOfWork, clock, ids: randomIds, policy: subscriptionPolicy });

  /** What the deletion of the account sets off. */
  const deleted = (): Promise<void> => {
    // The reaction under test asks nobody else.
    const deps = { billing: world.billing, subscriptions: subscriptions() } as unknown as ReactionDeps;
    return createReactor(deps)('billing.end-with-account', {
      id: nextId(),
      type: 'identity.account-deleted',
      at: clock.now(),
      accountId: viewer,
      subjectId: viewer,
      data: {},
    });
  };

  /** What is left: the payments with what went back of each, the refunds, and whether anything lives on. */
  const ledger = () =>
    unitOfWork.read(async ({ payments, refunds, subscriptions }) => {
      const { items } = await payments.list(viewer, { limit: 9 });
      const owed = await Promise.all(items.map(({ id }) => refunds.listOf(id)));
      const newest = await subscriptions.newest(viewer);
      return {
        payments: items.map(({ status, refundedMinor }) => [status, refundedMinor]),
        refunds: owed.flat().map(({ status, reason }) => [status, reason]),
        subscription: newest?.status ?? null,
      };
    });

  it('buys nothing any more, be it paid, free or a trial, and is not charged', async () => {
    await world.billing.closeAccount(viewer);
    await world.billing.closeAccount(viewer);
    for (const planId of [yearly.id, free.id, tasting.id])
      for (const intent of ['buy', 'subscribe'] as const) {
        const bought = world.billing.purchase(order(viewer, planId, { intent }));
        expect((await refusalOf(bought)).code).to.equal('billing.account-closed');
      }
    expect(await ledger()).to.deep.equal({ payments: [], refunds: [], subscription: null });
    expect(await unitOfWork.read(({ gatewayBook }) => gatewayBook.chargesOf(viewer))).to.deep.equal([]);
    const other = await world.billing.purchase(order(nextId(), yearly.id));
    expect(other.result.payment?.status).to.equal('succeeded');
  });

  it('gets back what the gateway captured, when that becomes known after the end', async () => {
    await buy('pm_timeout_after_capture');
    await deleted();
    clock.turn(5 * MINUTE);
    await resolve();
    expect(await ledger()).to.deep.equal({
      payments: [['succeeded', 0]],
      refunds: [['pending', 'billing.account-closed']],
      subscription: null,
    });
    expect(await world.billing.sendRefunds(9)).to.deep.equal({ done: 1 });
    expect(await ledger()).to.deep.equal({
      payments: [['refunded', 9900]],
      refunds: [['succeeded', 'billing.account-closed']],
      subscription: null,
    });
    clock.turn(30 * DAY);
    expect([await resolve(), await world.billing.sendRefunds(9)]).to.deep.equal([{ done: 0 }, { done: 0 }]);
  });

  it('has its subscription cancelled, when the payment settled before the end', async () => {
    await buy('pm_timeout_after_capture');
    clock.turn(5 * MINUTE);
    await resolve();
    expect((await ledger()).subscription).to.equal('active');
    await deleted();
    await deleted();
    const left = { payments: [['succeeded', 0]], refunds: [], subscription: 'canceled' };
    expect(await ledger()).to.deep.equal(left);
  });

  it('owes nothing for what was never captured', async () => {
    await buy('pm_timeout_before_capture');
    await deleted();
    clock.turn(5 * MINUTE);
    await resolve();
    expect(await ledger()).to.deep.equal({ payments: [['failed', 0]], refunds: [], subscription: null });
  });

  it('is refused, and paid back, when the end comes while the gateway is being asked', async () => {
    const { charge } = world.gateway;
    world = billingOn(unitOfWork, {
      clock,
      through: (gateway) => ({
        ...gateway,
        charge: async (request) => {
          await deleted();
          return charge(request);
        },
      }),
    });
    const key = { key: 'viewer key', fingerprint: 'one' };
    expect((await refusalOf(buy(null, key))).code).to.equal('billing.account-closed');
    // Not kept: only results and declines are.
    expect(await refusalOf(buy(null, key))).to.deep.equal({
      code: 'billing.account-closed',
      replayed: false,
    });
    await world.billing.sendRefunds(9);
    expect((await ledger()).payments).to.deep.equal([['refunded', 9900]]);
    expect((await ledger()).subscription).to.equal(null);
  });

  it('ends with nothing alive, and paid for or paid back, when end and settlement meet', async () => {
    for (let round = 0; round < 8; round += 1) {
      viewer = nextId();
      await buy('pm_timeout_after_capture');
      clock.turn(5 * MINUTE);
      await Promise.all(round % 2 === 0 ? [deleted(), resolve()] : [resolve(), deleted()]);
      await world.billing.sendRefunds(9);
      const { payments, subscription } = await ledger();
      expect(LIVE).to.not.include(subscription);
      expect([payments, subscription]).to.deep.equal(
        subscription === null ? [[['refunded', 9900]], null] : [[['succeeded', 0]], 'canceled'],
      );
    }
  });

  it('would live on, were it only cancelled (the naive variant)', async () => {
    await buy('pm_timeout_after_capture');
    await subscriptions().cancelForDeletedAccount(viewer);
    clock.turn(5 * MINUTE);
    await resolve();
    expect((await ledger()).subscription).to.equal('active');
  });
});
