import { expect } from 'chai';
import {
  billingPolicy,
  livesOf,
  type Observed,
  type ProviderObservation,
} from '../../../src/billing/index.ts';
import {
  isCancelPending,
  newProviderSubscription,
  observed,
  tellLater,
  telling,
  told,
  wishing,
} from '../../../src/billing/provider-subscription.ts';
import { after, DAY, HOUR, instant, SECOND } from '../../../src/kernel/instant.ts';

const NOON = instant(Date.UTC(2026, 0, 31, 12));
const at = (seconds: number) => after(NOON, seconds * SECOND);
const ABOUT = {
  subscription: 'sub_1',
  customer: 'cus_1',
  order: { accountId: 'a', planId: 'p', termsVersion: 1 },
} as const;

type Change = Extract<ProviderObservation, { kind: 'subscription-changed' }>;

const changed = (id: string, seconds: number, given: Partial<Change> = {}): Observed => ({
  id,
  createdAt: at(seconds),
  body: {
    kind: 'subscription-changed',
    ...ABOUT,
    status: 'active',
    startedAt: NOON,
    anchor: NOON,
    periodStart: NOON,
    periodEnd: after(NOON, 30 * DAY),
    cancelAtPeriodEnd: false,
    endedAt: null,
    endedUnpaid: false,
    ...given,
  },
});

const paid = (id: string, seconds: number, days: number): Observed => ({
  id,
  createdAt: at(seconds),
  body: {
    kind: 'invoice-paid',
    ...ABOUT,
    invoice: `in_${days}`,
    charge: `pi_${days}`,
    amountMinor: 999,
    currency: 'USD',
    start: after(NOON, (days - 30) * DAY),
    end: after(NOON, days * DAY),
    isFirst: days === 30,
  },
});

const only = (...told_: readonly Observed[]) => {
  const [life] = livesOf(told_);
  if (!life) throw new Error('no life');
  return life;
};

describe('what a provider told of a subscription', () => {
  it('is what was told last, and of one second what is further on in life', () => {
    expect(only(changed('b', 0, { status: 'incomplete' }), changed('a', 0)).status).to.equal('active');
    expect(only(changed('a', 9), changed('b', 0, { status: 'past_due' })).status).to.equal('active');
  });

  it('stays ended, whatever is told to be newer', () => {
    const end = changed('e', 5, { status: 'canceled', endedAt: at(5) });
    expect(only(end, changed('z', 99))).to.include({ status: 'canceled', endedAt: at(5) });
    expect(only(changed('e', 5, { status: 'canceled', endedUnpaid: true })).status).to.equal('expired');
    expect(only(changed('e', 5, { status: 'incomplete_expired' })).status).to.equal('expired');
  });

  it('is paid for until the end of its last paid invoice, not of its period', () => {
    expect(only(changed('a', 0), paid('i', 1, 30), paid('j', 2, 60)).endsAt).to.equal(after(NOON, 60 * DAY));
    const owing = changed('b', 9, { status: 'past_due', periodEnd: after(NOON, 60 * DAY) });
    expect(only(owing, paid('i', 1, 30)).endsAt).to.equal(after(NOON, 30 * DAY));
    expect(only(changed('b', 9, { status: 'past_due' })).endsAt).to.equal(NOON);
  });

  it('counts as active once it was paid, also before the provider says so', () => {
    expect(only(changed('a', 0, { status: 'incomplete' })).status).to.equal('incomplete');
    expect(only(changed('a', 0, { status: 'incomplete' }), paid('i', 1, 30)).status).to.equal('active');
    expect(only(paid('i', 1, 30))).to.include({ status: 'active', startedAt: NOON });
  });

  it('has one payment per invoice, and of what went back the greatest sum that was told', () => {
    const refund = (id: string, amountMinor: number): Observed => ({
      id,
      createdAt: at(9),
      body: { kind: 'charge-refunded', reference: 'pi_30', amountMinor, invoice: null },
    });
    const { payments } = only(refund('r2', 300), paid('i', 1, 30), paid('i2', 3, 30), refund('r1', 100));
    expect(payments).to.have.length(1);
    expect(payments[0]).to.include({ refundedMinor: 300, paidAt: at(1) });
  });

  it('keeps two subscriptions of one customer apart', () => {
    const other: Observed = {
      ...changed('x', 3),
      body: { ...(changed('x', 3).body as Change), subscription: 'sub_2' },
    };
    expect(livesOf([other, changed('a', 0)]).map(({ id }) => id)).to.deep.equal(['sub_1', 'sub_2']);
  });
});

describe('a wish that a provider is to be told', () => {
  const life = only(changed('a', 0), paid('i', 0, 30));
  const row = newProviderSubscription(life, {
    provider: 'stripe',
    accountId: 'a',
    subscriptionId: 's',
    now: NOON,
  });
  const wished = wishing(row, 'cancel-at-period-end', at(60));

  it('is due at once, and once', () => {
    expect(wished).to.include({ wish: 'cancel-at-period-end', nextTellAt: at(60), toldAt: null });
    expect(wishing(wished, 'cancel-at-period-end', at(70))).to.equal(wished);
    expect(telling(wished, at(60), billingPolicy).nextTellAt).to.equal(at(90));
  });

  it('is told later, and later still, while nobody answers', () => {
    const first = tellLater(wished, at(60), billingPolicy);
    expect(first).to.include({ tries: 1, nextTellAt: at(360) });
    const fifth = tellLater({ ...wished, tries: 5 }, NOON, billingPolicy);
    expect(fifth.nextTellAt).to.equal(after(NOON, 24 * HOUR));
  });

  it('is not undone by what was told before it, and over with its confirmation', () => {
    const done = told(wished, at(61));
    expect(observed(done, life)).to.equal(done);
    expect(isCancelPending(done, life)).to.equal(true);
    const confirmed = only(changed('a', 0), changed('b', 61, { cancelAtPeriodEnd: true }));
    expect(observed(done, confirmed)).to.include({ wish: null, toldAt: null });
    expect(isCancelPending(observed(done, confirmed), confirmed)).to.equal(true);
  });

  it('gives way to what was decided at the provider long after it was told', () => {
    const later = only(changed('a', 0), changed('c', 9_000, { cancelAtPeriodEnd: false }));
    expect(isCancelPending(observed(told(wished, at(61)), later), later)).to.equal(false);
  });

  it('is forgotten when the provider has ended it', () => {
    const over = only(changed('e', 99, { status: 'canceled', endedAt: at(99) }));
    expect(observed(wished, over)).to.include({ isOver: true, wish: null, nextTellAt: null });
    expect(wishing(observed(wished, over), 'cancel-now', at(100)).wish).to.equal(null);
  });
});
