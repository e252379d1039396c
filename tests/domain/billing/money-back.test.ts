import { expect } from 'chai';
import {
  disputedBy,
  outsideMinor,
  refundableMinor,
  refundedBy,
  refundFailed,
  refunding,
  stillDisputed,
  takenBack,
  toldRefunded,
  undisputed,
} from '../../../src/billing/money-back.ts';
import { captured, declined, pendingPayment, type Payment } from '../../../src/billing/payment.ts';
import { billingPolicy } from '../../../src/billing/policy.ts';
import { newPayment } from '../../world/payments.ts';
import { NOW } from '../../world/subscriptions.ts';

const pending = pendingPayment(newPayment(), {
  gateway: 'simulated',
  method: 'pm_ok',
  policy: billingPolicy,
});
/** 9.99, paid. */
const paid = captured(pending, 'ch_1', NOW);
const figures = ({ status, refundedMinor, refundingMinor }: Payment): unknown => [
  status,
  refundedMinor,
  refundingMinor,
];

describe('money of a payment on its way back', () => {
  it('is set aside, and then given back in parts, the last of which makes it refunded', () => {
    const asked = refunding(refunding(paid, 400), 599);
    expect(figures(asked)).to.deep.equal(['succeeded', 0, 999]);
    expect(refundableMinor(asked)).to.equal(0);
    const part = refundedBy(asked, 400);
    expect(figures(part)).to.deep.equal(['partially_refunded', 400, 599]);
    expect(figures(refundedBy(part, 599))).to.deep.equal(['refunded', 999, 0]);
  });

  it('can be asked for again when it did not go', () => {
    const failed = refundFailed(refunding(paid, 999), 999);
    expect(figures(failed)).to.deep.equal(['succeeded', 0, 0]);
    expect(refundableMinor(failed)).to.equal(999);
  });

  it('is one version on with each step', () => {
    const asked = refunding(paid, 999);
    expect(
      [asked, refundedBy(asked, 999), refundFailed(asked, 999)].map(({ version }) => version),
    ).to.deep.equal([paid.version + 1, paid.version + 2, paid.version + 2]);
  });

  it('is never more than was paid, nor nothing, nor what was not set aside', () => {
    const asked = refunding(paid, 998);
    for (const wrong of [
      () => refunding(paid, 1_000),
      () => refunding(asked, 2),
      () => refunding(paid, 0),
      () => refunding(paid, -1),
      () => refundedBy(paid, 1),
      () => refundedBy(asked, 999),
      () => refundFailed(asked, 999),
      () => takenBack(asked, 2),
    ])
      expect(wrong).to.throw(RangeError);
  });

  it('does not leave a payment that was never made', () => {
    const failed = declined(pending, 'card_declined', NOW);
    expect(() => takenBack(failed, 1)).to.throw('is failed: no refund-part');
  });
});

describe('what the gateway gave back by itself', () => {
  it('is what no refund of ours accounts for', () => {
    const told = toldRefunded(refunding(paid, 300), 500);
    expect(outsideMinor(told)).to.equal(200);
    expect(figures(takenBack(told, 200))).to.deep.equal(['partially_refunded', 200, 300]);
    expect(outsideMinor(takenBack(told, 200))).to.equal(0);
    expect(outsideMinor(toldRefunded(refunding(paid, 300), 300))).to.equal(0);
  });

  it('is more when a refund of ours failed after all', () => {
    const told = toldRefunded(refunding(paid, 300), 300);
    expect(outsideMinor(refundFailed(told, 300))).to.equal(300);
  });

  it('is set, never added, never less than before and never more than was paid', () => {
    const told = toldRefunded(toldRefunded(paid, 500), 300);
    expect(told.providerRefundedMinor).to.equal(500);
    expect(toldRefunded(told, 5_000).providerRefundedMinor).to.equal(999);
  });
});

describe('a payment in dispute', () => {
  const note = { status: 'open', reason: 'fraudulent' } as const;
  const won = { ...note, status: 'won' } as const;

  it('is disputed, whatever went back of it before', () => {
    const part = takenBack(paid, 400);
    const all = takenBack(paid, 999);
    for (const payment of [paid, part, all, disputedBy(paid, note)]) {
      const disputed = disputedBy(payment, note);
      expect([disputed.status, disputed.dispute]).to.deep.equal(['disputed', note]);
    }
    expect(() => disputedBy(pending, note)).to.throw('is pending: no dispute');
  });

  it('is what its refunds make it once it was won, and stays disputed otherwise', () => {
    const states = [paid, takenBack(paid, 400), takenBack(paid, 999)].map(
      (payment) => undisputed(disputedBy(payment, note), won).status,
    );
    expect(states).to.deep.equal(['succeeded', 'partially_refunded', 'refunded']);
    expect(stillDisputed(disputedBy(paid, note), { ...note, status: 'lost' }).status).to.equal('disputed');
    expect(() => undisputed(paid, won)).to.throw('no win-dispute');
  });

  it('takes in what arrives of its refunds', () => {
    const disputed = disputedBy(refunding(paid, 400), note);
    expect(figures(refundedBy(disputed, 400))).to.deep.equal(['disputed', 400, 0]);
    expect(undisputed(refundedBy(disputed, 400), won).status).to.equal('partially_refunded');
  });
});
