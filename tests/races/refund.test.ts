import { expect } from 'chai';
import type { Payment } from '../../src/billing/index.ts';
import { billingOn, order, putOnSale } from '../world/billing.ts';
import { nextId, NOW, plan } from '../world/subscriptions.ts';
import { inEveryArena, type Arena } from './arena.ts';
import { breaksOnSomeSeed, seeds, tally, unexpected } from './race.ts';
import type { RefundInput, RefundSettings } from './refund.scenario.ts';

const scenario = new URL('./refund.scenario.ts', import.meta.url);
const REFUSALS = ['billing.refund-exceeds-payment', 'billing.payment-not-refundable'];

type Desk = Arena<RefundInput, string>;

/** A payment of 10.00. */
async function paidOn({ unitOfWork }: Desk): Promise<Payment> {
  const sold = { ...plan(`plan-${nextId()}`, 1_000), id: nextId() };
  await putOnSale(unitOfWork, sold);
  const { billing } = billingOn(unitOfWork, { clock: { now: () => NOW } });
  const { payment } = (await billing.purchase(order(nextId(), sold.id))).result;
  if (payment?.status !== 'succeeded') throw new Error('nothing was bought');
  return payment;
}
const clerks = ({ id }: Payment): readonly RefundInput[] =>
  Array.from({ length: 50 }, () => ({ paymentId: id, amount: '1.00' }));
const rowsOf = async ({ unitOfWork }: Desk, { id }: Payment): Promise<number> =>
  (await unitOfWork.read(({ refunds }) => refunds.listOf(id))).reduce((sum, row) => sum + row.amountMinor, 0);

inEveryArena('giving parts of one payment back at once', (open) => {
  it('gives back more than was paid when it is summed up first (the naive variant)', async () => {
    const settings: RefundSettings = { naive: true };
    const arena: Desk = await open({ scenario, settings });
    const broken = await breaksOnSomeSeed(async () => {
      const payment = await paidOn(arena);
      await arena.race(clerks(payment));
      return (await rowsOf(arena, payment)) > payment.amountMinor;
    });
    expect(broken).to.equal(true);
  });

  for (const seed of seeds())
    it(`gives ten tenths back, of fifty that were asked for (seed ${seed})`, async () => {
      const settings: RefundSettings = { naive: false };
      const arena: Desk = await open({ scenario, settings });
      const payment = await paidOn(arena);
      const outcomes = await arena.race(clerks(payment));
      expect(unexpected(outcomes, REFUSALS)).to.deep.equal([]);
      expect(tally(outcomes)['won']).to.equal(10);
      expect(await rowsOf(arena, payment)).to.equal(1_000);
      const after = await arena.unitOfWork.read(async (stores) => ({
        payment: await stores.payments.find(payment.id),
        invoice: await stores.invoices.findByPayment(payment.id),
        book: await stores.gatewayBook.refundsOf(payment.gatewayReference ?? ''),
      }));
      expect(after.payment).to.include({ status: 'refunded', refundedMinor: 1_000, refundingMinor: 0 });
      expect(after.invoice?.refundedMinor).to.equal(1_000);
      expect(after.book.map(({ amountMinor }) => amountMinor)).to.deep.equal(Array(10).fill(100));
    });
});
