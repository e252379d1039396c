import { expect } from 'chai';
import { billingPolicy, type BillingStores, type Payment, type Refund } from '../../src/billing/index.ts';
import { pendingPayment } from '../../src/billing/payment.ts';
import { fullRefund, gaveBack } from '../../src/billing/refund.ts';
import { after, DAY } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import { newPayment } from '../world/payments.ts';
import { nextId, NOW } from '../world/subscriptions.ts';
import type { Open } from './contract.ts';

const payment = (accountId: string, now = NOW): Payment =>
  pendingPayment(newPayment({ id: nextId(), accountId, now }), {
    gateway: 'simulated',
    method: 'pm_ok',
    policy: billingPolicy,
  });

async function codeOf(work: Promise<unknown>): Promise<unknown> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof Error && 'code' in error ? error.code : error;
}

export function refundsContract(open: Open<Pick<BillingStores, 'refunds'>>): void {
  let unitOfWork: UnitOfWork<Pick<BillingStores, 'refunds'>>;
  beforeEach(async () => {
    unitOfWork = await open();
  });
  const refund = (of: Payment, now = NOW): Refund => fullRefund(of, { id: nextId(), reason: 'late', now });
  const add = (...rows: readonly Refund[]): Promise<void> =>
    unitOfWork.run(async ({ refunds }) => {
      for (const row of rows) await refunds.add(row);
    });

  it('gives back what was added and saved, to the last field', async () => {
    const added = refund(payment(nextId()));
    await add(added);
    expect(await unitOfWork.read(({ refunds }) => refunds.find(added.id))).to.deep.equal(added);
    const done = gaveBack(added, after(NOW, 9));
    await unitOfWork.run(({ refunds }) => refunds.save(done));
    expect(await unitOfWork.read(({ refunds }) => refunds.find(added.id))).to.deep.equal(done);
    expect(await codeOf(unitOfWork.run(({ refunds }) => refunds.save(done)))).to.equal('service.busy');
  });

  it('refuses a gateway key that is in use', async () => {
    const first = refund(payment(nextId()));
    await add(first);
    const second = { ...refund(payment(nextId())), gatewayKey: first.gatewayKey };
    expect(await codeOf(add(second))).to.equal('service.busy');
  });

  it('gives one payment back as a whole once', async () => {
    const paid = payment(nextId());
    await add(refund(paid));
    expect(await codeOf(add(refund(paid)))).to.equal('service.busy');
  });

  it('lists those of a payment, and finds what is due', async () => {
    const of = payment(nextId());
    const later = { ...refund(of, after(NOW, 5)), gatewayKey: nextId() };
    const [first, second, other] = [refund(of), later, refund(payment(nextId()))];
    await add(second, first, other);
    await unitOfWork.run(({ refunds }) => refunds.save(gaveBack(other, NOW)));
    const listed = await unitOfWork.read(({ refunds }) => refunds.listOf(of.id));
    expect(listed).to.deep.equal([first, second]);
    const page = await unitOfWork.read(({ refunds }) => refunds.list(of.id, { limit: 1 }));
    expect(page.items).to.deep.equal([second]);
    const cursor = page.nextCursor ?? '';
    const rest = await unitOfWork.read(({ refunds }) => refunds.list(of.id, { limit: 1, cursor }));
    expect(rest).to.deep.equal({ items: [first], nextCursor: null });
    expect(await unitOfWork.read(({ refunds }) => refunds.due(NOW, 9))).to.deep.equal([first]);
    expect(await unitOfWork.read(({ refunds }) => refunds.due(after(NOW, 5), 1))).to.deep.equal([first]);
    expect(await unitOfWork.read(({ refunds }) => refunds.nextDueAt(after(NOW, DAY)))).to.equal(NOW);
    expect(await unitOfWork.read(({ refunds }) => refunds.nextDueAt(after(NOW, -1)))).to.equal(undefined);
  });
}
