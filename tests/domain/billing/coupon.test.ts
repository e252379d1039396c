import { expect } from 'chai';
import { checkCoupon, checkCouponChanges, normaliseCode } from '../../../src/billing/coupon-rules.ts';
import {
  periodsLeftAfter,
  spent,
  unfit,
  unusable,
  type CouponDraft,
  type SubscriptionDiscount,
} from '../../../src/billing/coupon.ts';
import { after, DAY } from '../../../src/kernel/instant.ts';
import { money } from '../../../src/kernel/money.ts';
import { amountOff, coupon, couponDraft } from '../../world/coupons.ts';
import { startQuote } from '../../world/payments.ts';
import { nextId, NOW } from '../../world/subscriptions.ts';

/** The pointers that a draft is refused with. */
function faultsOf(changes: Partial<CouponDraft>): unknown {
  try {
    checkCoupon(couponDraft(changes));
    return [];
  } catch (error) {
    if (!(error instanceof Error) || !('details' in error)) throw error;
    const { errors } = error.details as { errors: readonly { pointer: string }[] };
    return errors.map(({ pointer }) => pointer);
  }
}

describe('what can be a coupon', () => {
  const good: readonly Partial<CouponDraft>[] = [
    { code: 'A-1' },
    { code: 'SUMMER_2026-'.padEnd(40, 'X') },
    { percentBasisPoints: 1 },
    { percentBasisPoints: 10_000 },
    amountOff(1),
    { duration: 'repeating', durationPeriods: 12 },
    { duration: 'forever' },
    { maxRedemptions: 1 },
    { planIds: [nextId()] },
  ];
  for (const changes of good)
    it(`is ${JSON.stringify(changes)}`, () => expect(faultsOf(changes)).to.deep.equal([]));

  const bad: readonly (readonly [Partial<CouponDraft>, string])[] = [
    [{ code: 'AB' }, '/code'],
    [{ code: 'A'.repeat(41) }, '/code'],
    [{ code: 'summer' }, '/code'],
    [{ code: 'A B C' }, '/code'],
    [{ code: 'ÄÖÜ' }, '/code'],
    [{ name: '' }, '/name'],
    [{ percentBasisPoints: null }, '/percent_off'],
    [{ fixedMinor: 1, currency: 'USD' }, '/percent_off'],
    [{ percentBasisPoints: 0 }, '/percent_off'],
    [{ percentBasisPoints: 10_001 }, '/percent_off'],
    [{ percentBasisPoints: 0.5 }, '/percent_off'],
    [amountOff(0), '/amount_off'],
    [{ ...amountOff(5), currency: null }, '/currency'],
    [{ currency: 'USD' }, '/currency'],
    [{ duration: 'repeating' }, '/duration_in_periods'],
    [{ duration: 'repeating', durationPeriods: 0 }, '/duration_in_periods'],
    [{ duration: 'repeating', durationPeriods: 1_001 }, '/duration_in_periods'],
    [{ duration: 'once', durationPeriods: 2 }, '/duration_in_periods'],
    [{ maxRedemptions: 0 }, '/max_redemptions'],
    [{ maxRedemptions: 1.5 }, '/max_redemptions'],
    [{ planIds: [] }, '/plan_ids'],
    [{ planIds: Array.from({ length: 101 }, nextId) }, '/plan_ids'],
  ];
  for (const [changes, pointer] of bad)
    it(`is not ${JSON.stringify(changes).slice(0, 70)}`, () =>
      expect(faultsOf(changes)).to.deep.equal([pointer]));

  it('names every fault at once', () => {
    expect(faultsOf({ code: '?', maxRedemptions: -1 })).to.deep.equal(['/code', '/max_redemptions']);
  });

  it('holds a change to the same bounds', () => {
    checkCouponChanges({ name: 'Autumn', maxRedemptions: null, redeemBy: null, isActive: false });
    expect(() => checkCouponChanges({ maxRedemptions: 0 })).to.throw('not valid');
  });

  it('is looked for whatever the case, and without the blanks around it', () => {
    expect(normaliseCode(' summer_26 ')).to.equal('SUMMER_26');
  });
});

describe('whether a coupon can be used', () => {
  it('says why it cannot, to the millisecond', () => {
    const ends = coupon({ redeemBy: after(NOW, DAY) });
    expect(unusable(ends, after(NOW, DAY - 1))).to.equal(undefined);
    expect(unusable(ends, after(NOW, DAY))).to.equal('expired');
    expect(unusable(coupon({ isActive: false }), NOW)).to.equal('inactive');
    expect(unusable(coupon({ maxRedemptions: 3, claimed: 2 }), NOW)).to.equal(undefined);
    expect(unusable(coupon({ maxRedemptions: 3, claimed: 3 }), NOW)).to.equal('exhausted');
  });

  it('says why it does not fit what is bought', () => {
    const quote = startQuote();
    expect(unfit(coupon({ planIds: [nextId()] }), quote)).to.equal('plan');
    expect(unfit(coupon({ planIds: [nextId(), quote.planId] }), quote)).to.equal(undefined);
    expect(unfit(coupon(amountOff(100, 'EUR')), quote)).to.equal('currency');
    expect(unfit(coupon(amountOff(100)), quote)).to.equal(undefined);
    const free = startQuote({ price: money(0, 'USD'), charges: [] });
    expect(unfit(coupon(), free)).to.equal('nothing_to_pay');
    expect(unfit(coupon(), { ...free, kind: 'trial' })).to.equal(undefined);
  });
});

describe('how long a coupon goes on', () => {
  const term = startQuote();
  const trial = startQuote({ kind: 'trial', price: money(0, 'USD'), charges: [] });
  const part = startQuote({
    kind: 'change',
    charges: term.charges.map((charge) => ({ ...charge, prorated: true })),
  });

  it('counts the term it was named with', () => {
    expect(periodsLeftAfter(coupon(), term)).to.equal(0);
    expect(periodsLeftAfter(coupon({ duration: 'repeating', durationPeriods: 3 }), term)).to.equal(2);
    expect(periodsLeftAfter(coupon({ duration: 'repeating', durationPeriods: 1 }), term)).to.equal(0);
    expect(periodsLeftAfter(coupon({ duration: 'forever' }), term)).to.equal(null);
  });

  it('waits through a trial for the first paid term', () => {
    expect(periodsLeftAfter(coupon(), trial)).to.equal(1);
    expect(periodsLeftAfter(coupon({ duration: 'repeating', durationPeriods: 3 }), trial)).to.equal(3);
  });

  it('is not a term less for a part of one, but what is for once is used up by it', () => {
    expect(periodsLeftAfter(coupon({ duration: 'repeating', durationPeriods: 3 }), part)).to.equal(3);
    expect(periodsLeftAfter(coupon(), part)).to.equal(0);
  });

  it('is a term less with each, until none is left', () => {
    const discount: SubscriptionDiscount = {
      ...{ subscriptionId: nextId(), couponId: nextId(), since: NOW },
      periodsLeft: 2,
      version: 1,
    };
    const one = spent(discount);
    expect(one).to.deep.equal({ ...discount, periodsLeft: 1, version: 2 });
    expect(one && spent(one)).to.equal(undefined);
    expect(spent({ ...discount, periodsLeft: null })?.periodsLeft).to.equal(null);
  });
});
