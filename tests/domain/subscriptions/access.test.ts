import { expect } from 'chai';
import { after, DAY, HOUR, instant, type Instant } from '../../../src/kernel/instant.ts';
import { accessAt, noSubscription } from '../../../src/subscriptions/access.ts';
import { subscriptionPolicy as policy } from '../../../src/subscriptions/policy.ts';
import { evolve, foldHistory } from '../../../src/subscriptions/evolve.ts';
import { rest } from '../../../src/subscriptions/pause.ts';
import type { Subscription } from '../../../src/subscriptions/subscription.ts';
import { NOW, opening, subscription, terms } from '../../world/subscriptions.ts';

const END = after(NOW, 30 * DAY);
const GRACE_END = after(END, 3 * DAY);
const justBefore = (end: Instant): Instant => instant(end - 1);

type Case = readonly [
  what: string,
  state: Partial<Subscription>,
  now: Instant,
  reason: string | null,
  until: Instant | null,
];

const CASES: readonly Case[] = [
  [
    'incomplete',
    { status: 'incomplete', startedAt: null, anchor: null, endsAt: null },
    NOW,
    'not_started',
    null,
  ],
  ['scheduled', { status: 'scheduled', startedAt: after(NOW, DAY) }, NOW, 'not_started', after(NOW, DAY)],
  ['trialing', { status: 'trialing', anchor: null }, justBefore(END), null, END],
  [
    'trialing with its end pending',
    { status: 'trialing', anchor: null, cancelAtPeriodEnd: true },
    NOW,
    null,
    END,
  ],
  ['active at its first instant', {}, NOW, null, END],
  ['active at its last instant', {}, justBefore(END), null, END],
  ['active at its end', {}, END, 'ended', null],
  ['active, cancelled at the end', { cancelAtPeriodEnd: true }, justBefore(END), null, END],
  ['renewing itself, outcome unknown', { autoRenew: true }, END, null, after(END, 24 * HOUR)],
  ['renewing itself, unknown for a day', { autoRenew: true }, after(END, 24 * HOUR), 'ended', null],
  [
    'renewing itself, to be paused at the end',
    { autoRenew: true, pauseAtPeriodEnd: true },
    justBefore(END),
    null,
    END,
  ],
  [
    'collected by Stripe, who says nothing',
    { autoRenew: true, collectedBy: 'stripe' },
    END,
    null,
    after(END, 24 * HOUR),
  ],
  ['renewing itself, but cancelled', { autoRenew: true, cancelAtPeriodEnd: true }, END, 'ended', null],
  ['past due at the end', { status: 'past_due' }, END, null, GRACE_END],
  ['past due at the last instant of grace', { status: 'past_due' }, justBefore(GRACE_END), null, GRACE_END],
  ['past due behind the grace', { status: 'past_due' }, GRACE_END, 'past_due_grace_over', null],
  ['paused', { status: 'paused' }, NOW, 'paused', null],
  ['canceled', { status: 'canceled', endedAt: NOW }, NOW, 'ended', null],
  ['expired', { status: 'expired', endedAt: END }, END, 'ended', null],
];

describe('access by a subscription', () => {
  for (const [what, changes, now, reason, until] of CASES) {
    it(`${what}: ${reason ?? 'held'}`, () => {
      const access = accessAt(subscription(changes), terms(), { now, policy });
      expect(access).to.include({ reason, until, level: reason === null ? 'basic' : 'free' });
      expect(access.grant === null).to.equal(reason !== null);
    });
  }

  it('is that of the free policy without a subscription', () => {
    expect(noSubscription).to.deep.equal({
      level: 'free',
      reason: 'no_subscription',
      until: null,
      grant: null,
    });
  });

  it('grants what the terms say', () => {
    const { grant } = accessAt(subscription(), terms({ resolution: '4K', maxDevices: 4 }), {
      now: NOW,
      policy,
    });
    expect(grant).to.deep.include({
      maxDevices: 4,
      maxHeight: 2160,
      features: terms().features,
      anchor: NOW,
      term: { start: NOW, end: END },
    });
  });

  it('turns its term at the old end after a renewal, never before', () => {
    const renewed = subscription({ terms: 2, endsAt: after(END, 30 * DAY) });
    const termOf = (now: Instant) => accessAt(renewed, terms(), { now, policy }).grant?.term;
    expect(termOf(justBefore(END))).to.deep.equal({ start: NOW, end: END });
    expect(termOf(END)).to.deep.equal({ start: END, end: after(END, 30 * DAY) });
  });

  it('counts the trial as a term of its own, also when the paid term waits behind it', () => {
    const trialEnd = after(NOW, 7 * DAY);
    const unpaid = { anchor: null, terms: 0, endsAt: trialEnd, stretches: [] };
    const trial = subscription({ status: 'trialing', ...unpaid });
    const endsAt = after(trialEnd, 30 * DAY);
    const stretches = [{ start: trialEnd, end: endsAt, minor: 999 }];
    const paid = subscription({ anchor: trialEnd, endsAt, stretches });
    for (const state of [trial, paid]) {
      const { grant } = accessAt(state, terms(), { now: NOW, policy });
      expect(grant?.term).to.deep.equal({ start: NOW, end: trialEnd });
    }
  });

  it('stays in the last term while the grace lasts', () => {
    const owing = subscription({ status: 'past_due', autoRenew: true });
    const { grant } = accessAt(owing, terms(), { now: END, policy });
    expect(grant?.term).to.deep.equal({ start: NOW, end: END });
  });

  describe('behind a pause', () => {
    const resumedAt = after(NOW, 50 * DAY);
    const resumed = foldHistory([
      {
        type: 'started',
        at: NOW,
        opening: { ...opening(), autoRenew: true },
        paid: {
          anchor: NOW,
          terms: 1,
          endsAt: END,
          stretch: { start: NOW, end: END, minor: 999 },
        },
      },
      { type: 'paused', at: after(NOW, 10 * DAY), resumesAt: null },
    ]);
    const running = evolve(resumed, {
      type: 'resumed',
      at: resumedAt,
      run: rest(resumed as Subscription, resumedAt),
    });
    const end = after(NOW, 70 * DAY);

    it('runs on for what was left, and its term with it', () => {
      expect(running).to.include({ status: 'active', endsAt: end, anchor: end, terms: 0, pausedAt: null });
      const access = accessAt(running, terms(), { now: resumedAt, policy });
      // It is no new term: what is counted per term goes on.
      expect(access.grant?.term).to.deep.equal({ start: NOW, end });
      // Days and months of meters stood still in the pause.
      expect(access.grant?.anchor).to.equal(after(NOW, 40 * DAY));
      expect(access.grant?.pausedMs).to.equal(40 * DAY);
    });

    it('stays in that term while a debt has its grace', () => {
      const owing = evolve(running, { type: 'renewal-failed', at: end, retryAt: after(end, 2 * DAY) });
      const { grant } = accessAt(owing, terms(), { now: end, policy });
      expect(grant?.term).to.deep.equal({ start: after(NOW, 40 * DAY), end });
    });
  });
});
