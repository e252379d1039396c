import { expect } from 'chai';
import { questionOf } from '../../../src/billing/charge-request.ts';
import type { AllStores } from '../../../adapters/persistence/all-stores.ts';
import type { Payment, Refund } from '../../../src/billing/index.ts';
import { fullRefund } from '../../../src/billing/refund.ts';
import { after, DAY } from '../../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../../src/kernel/unit-of-work.ts';
import { billingOn, order, putOnSale, type BillingWorld } from '../../world/billing.ts';
import { onEveryStore } from '../../world/stores.ts';
import { nextId, NOW, plan } from '../../world/subscriptions.ts';

onEveryStore('a start that was cancelled', (open) => {
  const [standard, free] = [plan('standard'), plan('free', 0)];
  let unitOfWork: UnitOfWork<AllStores>;
  let world: BillingWorld;
  beforeEach(async () => {
    unitOfWork = await open();
    for (const each of [standard, free]) await putOnSale(unitOfWork, each);
    world = billingOn(unitOfWork, { clock: { now: () => NOW } });
  });

  /** Buys for next week. */
  async function scheduled(
    planId: string,
    accountId = nextId(),
  ): Promise<Payment & { readonly subscriptionId: string }> {
    const startsAt = after(NOW, 7 * DAY);
    const { result } = await world.billing.purchase(
      order(accountId, planId, { intent: 'subscribe', startsAt }),
    );
    const { payment } = result;
    if (!payment || payment.subscriptionId === null) throw new Error('nothing was bought');
    return { ...payment, subscriptionId: payment.subscriptionId };
  }
  const refundsOf = ({ id }: Payment): Promise<readonly Refund[]> =>
    unitOfWork.read(({ refunds }) => refunds.listOf(id));
  const again = ({ id }: Payment): Promise<Payment | undefined> =>
    unitOfWork.read(({ payments }) => payments.find(id));
  const requests = () =>
    unitOfWork.read(async ({ journal }) =>
      (await journal.since(0, 999)).filter(({ event }) => event.type === 'billing.refund-requested'),
    );

  it('is given back in full', async () => {
    const payment = await scheduled(standard.id);
    await world.billing.refundCanceledStart(payment);
    const [refund, ...more] = await refundsOf(payment);
    expect(more).to.deep.equal([]);
    expect(refund).to.include({ status: 'pending', amountMinor: 999, reason: 'canceled-before-start' });
    expect(await world.billing.sendRefunds(9)).to.deep.equal({ done: 1 });
    expect(await again(payment)).to.include({ status: 'refunded', refundedMinor: 999 });
    expect(await world.gateway.find(questionOf(payment, world.gateway))).to.include({ outcome: 'captured' });
  });

  for (const [credit, due] of [
    [400, 599],
    [1_500, 0],
  ] as const)
    it(`gives back to the balance what was paid from it (${credit} of credit), once`, async () => {
      const accountId = nextId();
      await unitOfWork.run(({ balances }) =>
        balances.save({ accountId, currency: 'USD', minor: credit, version: 1 }),
      );
      const payment = await scheduled(standard.id, accountId);
      expect(payment.amountMinor).to.equal(due);
      for (let time = 1; time <= 2; time += 1) await world.billing.refundCanceledStart(payment);
      const [balance, sums] = await unitOfWork.read(
        async ({ balances, ledger }) =>
          [await balances.find(accountId, 'USD'), await ledger.sums(accountId)] as const,
      );
      expect(balance?.minor).to.equal(credit);
      expect(sums.find(({ account }) => account === 'customer-credit')?.minor ?? 0).to.equal(0);
      expect(sums.reduce((total, { minor }) => total + minor, 0)).to.equal(0);
    });

  it('is given back once, however often it is told, and at once from many sides', async () => {
    const payment = await scheduled(standard.id);
    await Promise.all(Array.from({ length: 12 }, () => world.billing.refundCanceledStart(payment)));
    await Promise.all([world.billing.sendRefunds(9), world.billing.sendRefunds(9)]);
    await world.billing.refundCanceledStart(payment);
    expect(await world.billing.sendRefunds(9)).to.deep.equal({ done: 0 });
    expect(await refundsOf(payment)).to.have.length(1);
    expect(await requests()).to.have.length(1);
    const given = await unitOfWork.read(({ gatewayBook }) =>
      gatewayBook.refundsOf(payment.gatewayReference ?? ''),
    );
    expect(given).to.have.length(1);
  });

  it('would be given back twice by looking first, had the store no key of its own', async () => {
    const payment = await scheduled(standard.id);
    const look = async (): Promise<boolean> => (await refundsOf(payment)).length === 0;
    const add = (gatewayKey?: string): Promise<void> =>
      unitOfWork.run(({ refunds }) => {
        const refund = fullRefund(payment, { id: nextId(), reason: 'naive', now: NOW });
        return refunds.add(gatewayKey === undefined ? refund : { ...refund, gatewayKey });
      });
    expect([await look(), await look()]).to.deep.equal([true, true]);
    await add('key of the first');
    await add('key of the second');
    expect(await refundsOf(payment)).to.have.length(2);
    await add();
    const third: unknown = await add().catch((error: unknown) => error);
    expect(third).to.include({ code: 'service.busy' });
  });

  it('leaves alone what cost nothing, what others bought, and what is not there', async () => {
    const gift = await scheduled(free.id);
    const payment = await scheduled(standard.id);
    await world.billing.refundCanceledStart(gift);
    await world.billing.refundCanceledStart({ accountId: nextId(), subscriptionId: payment.subscriptionId });
    await world.billing.refundCanceledStart({ accountId: payment.accountId, subscriptionId: nextId() });
    expect(await requests()).to.deep.equal([]);
    expect(await again(gift)).to.include({ status: 'succeeded', amountMinor: 0 });
  });
});
