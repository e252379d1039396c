import { expect } from 'chai';
import { syncRefunded } from '../../../src/billing/refund-facts.ts';
import { HOUR } from '../../../src/kernel/instant.ts';
import { order, randomIds } from '../../world/billing.ts';
import { nextId } from '../../world/subscriptions.ts';
import { openDesk, type Desk } from './refund-desk.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk();
});

describe('news of refunds from the gateway', () => {
  const told = (cumulativeMinor: number, paymentId = desk.paid.id) => {
    desk.clock.turn(1);
    return desk.unitOfWork.run((stores) =>
      syncRefunded({ ids: randomIds }, stores, { paymentId, cumulativeMinor, now: desk.clock.now() }),
    );
  };
  const reasons = async (): Promise<unknown> =>
    (await desk.unitOfWork.read(({ refunds }) => refunds.listOf(desk.paid.id))).map(
      ({ reason, status, amountMinor }) => [reason, status, amountMinor],
    );

  it('are recorded when they were made there, once, in whatever order they come', async () => {
    for (const cumulative of [300, 300, 999, 500]) expect(await told(cumulative)).to.equal('done');
    expect(await reasons()).to.deep.equal([
      ['provider', 'succeeded', 300],
      ['provider', 'succeeded', 699],
    ]);
    expect(await desk.figures()).to.deep.equal(['refunded', 999, 0]);
    expect(await desk.invoiced()).to.equal(999);
    expect(await desk.sums()).to.deep.equal({ cash: 0, revenue: -999, refunds: 999 });
  });

  it('tell nothing new of our own', async () => {
    await desk.refund({ amount: '3.00' });
    await told(300);
    expect(await desk.figures()).to.deep.equal(['partially_refunded', 300, 0]);
    desk.line.refund = 'lost';
    await desk.refund({ amount: '2.00' });
    await told(500);
    desk.line.refund = 'through';
    desk.clock.turn(HOUR);
    await desk.billing.sendRefunds(9);
    expect(await desk.figures()).to.deep.equal(['partially_refunded', 500, 0]);
    expect(await reasons()).to.deep.equal([
      ['requested', 'succeeded', 300],
      ['requested', 'succeeded', 200],
    ]);
  });

  it('are made good when the refund that seemed to be meant failed after all', async () => {
    desk.line.refund = 'lost';
    await desk.refund({ amount: '3.00' });
    await told(300);
    expect(await desk.figures()).to.deep.equal(['succeeded', 0, 300]);
    desk.line.refund = 'refused';
    desk.clock.turn(HOUR);
    await desk.billing.sendRefunds(9);
    expect(await reasons()).to.deep.equal([
      ['requested', 'failed', 300],
      ['provider', 'succeeded', 300],
    ]);
    expect(await desk.figures()).to.deep.equal(['partially_refunded', 300, 0]);
  });

  it('wait for the payment that they are about', async () => {
    const waiting = order(nextId(), desk.standard.id, { paymentMethod: 'pm_timeout_after_capture' });
    const { payment } = (await desk.billing.purchase(waiting)).result;
    expect(payment?.status).to.equal('pending');
    expect(await told(100, payment?.id)).to.equal('parked');
    expect(await told(100, nextId())).to.equal('parked');
  });
});
