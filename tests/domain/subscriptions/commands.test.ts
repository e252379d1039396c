import { expect } from 'chai';
import { DomainError } from '../../../src/kernel/domain-error.ts';
import { after, DAY } from '../../../src/kernel/instant.ts';
import { decide, type Command } from '../../../src/subscriptions/decide.ts';
import { evolve } from '../../../src/subscriptions/evolve.ts';
import { subscriptionPolicy as policy } from '../../../src/subscriptions/policy.ts';
import type { Subscription } from '../../../src/subscriptions/subscription.ts';
import {
  SUBSCRIPTION_STATUSES,
  type SubscriptionStatus,
} from '../../../src/subscriptions/subscription-lifecycle.ts';
import { nextId, NOW, payment, subscription, terms } from '../../world/subscriptions.ts';

const inState = (status: SubscriptionStatus) => {
  const isOver = status === 'canceled' || status === 'expired';
  const unpaid = { startedAt: null, anchor: null, terms: 0, endsAt: null, stretches: [] };
  return subscription({
    status,
    autoRenew: true,
    endedAt: isOver ? NOW : null,
    ...(status === 'incomplete' ? unpaid : {}),
    ...(status === 'past_due' ? { endsAt: NOW, failures: 1, retryAt: after(NOW, 2 * DAY) } : {}),
    ...(status === 'paused' ? { pausedAt: NOW } : {}),
    ...(status === 'trialing' ? { anchor: null, terms: 0, endsAt: after(NOW, 7 * DAY), stretches: [] } : {}),
  });
};

const COMMANDS = {
  pay: payment(),
  'cancel at the end': { type: 'cancel', when: 'period_end' },
  'cancel now': { type: 'cancel', when: 'now' },
  resume: { type: 'resume' },
  supersede: { type: 'supersede' },
  'pause now': { type: 'pause', when: 'now', resumesAt: null },
  'pause at the end': { type: 'pause', when: 'period_end', resumesAt: null },
  'change at the end': {
    type: 'schedule-change',
    to: { planId: nextId(), termsVersion: 1 },
    from: terms(),
    terms: terms(),
  },
  'renew no more': { type: 'set-auto-renew', on: false, terms: terms() },
  'renew again': { type: 'set-auto-renew', on: true, terms: terms() },
} as const satisfies Record<string, Command>;

const OVER = 'subscriptions.no-current';
const NOT_PAUSABLE = 'subscriptions.not-pausable';
const NOT_CHANGEABLE = 'subscriptions.not-changeable';

/** What each command does to each state: the events and the status that follows, or the refusal. */
const OUTCOMES: Readonly<Record<SubscriptionStatus, Readonly<Record<keyof typeof COMMANDS, string>>>> = {
  incomplete: {
    pay: 'paid → active',
    'cancel at the end': 'expired → expired',
    'cancel now': 'expired → expired',
    resume: 'subscriptions.nothing-to-resume',
    supersede: 'expired → expired',
    'pause now': NOT_PAUSABLE,
    'pause at the end': NOT_PAUSABLE,
    'change at the end': NOT_CHANGEABLE,
    'renew no more': 'auto-renew-unset → incomplete',
    'renew again': ' → incomplete',
  },
  scheduled: {
    pay: 'subscriptions.not-renewable',
    'cancel at the end': 'canceled → canceled',
    'cancel now': 'canceled → canceled',
    resume: 'subscriptions.nothing-to-resume',
    supersede: ' → scheduled',
    'pause now': NOT_PAUSABLE,
    'pause at the end': NOT_PAUSABLE,
    'change at the end': NOT_CHANGEABLE,
    'renew no more': 'auto-renew-unset → scheduled',
    'renew again': ' → scheduled',
  },
  trialing: {
    pay: 'renewed → active',
    'cancel at the end': 'cancellation-requested → trialing',
    'cancel now': 'canceled → canceled',
    resume: 'subscriptions.nothing-to-resume',
    supersede: ' → trialing',
    'pause now': NOT_PAUSABLE,
    'pause at the end': NOT_PAUSABLE,
    'change at the end': 'change-scheduled → trialing',
    'renew no more': 'auto-renew-unset → trialing',
    'renew again': ' → trialing',
  },
  active: {
    pay: 'renewed → active',
    'cancel at the end': 'cancellation-requested → active',
    'cancel now': 'canceled → canceled',
    resume: 'subscriptions.nothing-to-resume',
    supersede: ' → active',
    'pause now': 'paused → paused',
    'pause at the end': 'pause-requested → active',
    'change at the end': 'change-scheduled → active',
    'renew no more': 'auto-renew-unset → active',
    'renew again': ' → active',
  },
  past_due: {
    pay: 'renewed → active',
    'cancel at the end': 'canceled → canceled',
    'cancel now': 'canceled → canceled',
    resume: 'subscriptions.nothing-to-resume',
    supersede: ' → past_due',
    'pause now': NOT_PAUSABLE,
    'pause at the end': NOT_PAUSABLE,
    'change at the end': NOT_CHANGEABLE,
    'renew no more': 'auto-renew-unset → past_due',
    'renew again': ' → past_due',
  },
  paused: {
    pay: 'subscriptions.not-renewable',
    'cancel at the end': 'canceled → canceled',
    'cancel now': 'canceled → canceled',
    resume: 'resumed → active',
    supersede: ' → paused',
    'pause now': NOT_PAUSABLE,
    'pause at the end': NOT_PAUSABLE,
    'change at the end': NOT_CHANGEABLE,
    'renew no more': 'auto-renew-unset → paused',
    'renew again': ' → paused',
  },
  canceled: {
    pay: 'subscriptions.not-renewable',
    'cancel at the end': OVER,
    'cancel now': OVER,
    resume: OVER,
    supersede: ' → canceled',
    'pause now': OVER,
    'pause at the end': OVER,
    'change at the end': OVER,
    'renew no more': OVER,
    'renew again': OVER,
  },
  expired: {
    pay: 'subscriptions.not-renewable',
    'cancel at the end': OVER,
    'cancel now': OVER,
    resume: OVER,
    supersede: ' → expired',
    'pause now': OVER,
    'pause at the end': OVER,
    'change at the end': OVER,
    'renew no more': OVER,
    'renew again': OVER,
  },
};

/** Whoever else collects it changes, renews and pauses it: only its end is asked for here. */
const ELSEWHERE: Readonly<Record<keyof typeof COMMANDS, string>> = {
  pay: 'subscriptions.collected-elsewhere',
  'cancel at the end': 'cancellation-requested → active',
  'cancel now': 'canceled → canceled',
  resume: 'subscriptions.collected-elsewhere',
  supersede: ' → active',
  'pause now': 'subscriptions.collected-elsewhere',
  'pause at the end': 'subscriptions.collected-elsewhere',
  'change at the end': 'subscriptions.collected-elsewhere',
  'renew no more': 'subscriptions.collected-elsewhere',
  'renew again': 'subscriptions.collected-elsewhere',
};

function outcomeOf(state: Subscription, command: Command): string {
  try {
    const events = decide(state, command, { now: NOW, policy });
    const next = events.reduce(evolve, state);
    return `${events.map(({ type }) => type).join(', ')} → ${next.status}`;
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
}

describe('commands on a subscription', () => {
  const names = Object.keys(COMMANDS) as (keyof typeof COMMANDS)[];
  for (const status of SUBSCRIPTION_STATUSES)
    for (const name of names) {
      const expected = OUTCOMES[status][name];
      it(`${name} while ${status}: ${expected}`, () => {
        expect(outcomeOf(inState(status), COMMANDS[name])).to.equal(expected);
      });
    }

  for (const name of names)
    it(`${name} while Stripe collects it: ${ELSEWHERE[name]}`, () => {
      const state = { ...inState('active'), collectedBy: 'stripe' } as const;
      expect(outcomeOf(state, COMMANDS[name])).to.equal(ELSEWHERE[name]);
    });

  it('takes a pending cancellation back also where Stripe collects', () => {
    const state = subscription({ collectedBy: 'stripe', autoRenew: true, cancelAtPeriodEnd: true });
    expect(outcomeOf(state, COMMANDS.resume)).to.equal('cancellation-withdrawn → active');
  });

  it('changes nothing when a cancelled one is cancelled again', () => {
    const state = subscription({ cancelAtPeriodEnd: true });
    expect(decide(state, { type: 'cancel', when: 'period_end' }, { now: NOW, policy })).to.deep.equal([]);
  });

  it('withdraws a pending cancellation, by resuming and by renewing', () => {
    const state = subscription({ cancelAtPeriodEnd: true });
    for (const command of [COMMANDS.resume, COMMANDS.pay]) {
      const [event, ...more] = decide(state, command, { now: NOW, policy });
      expect(more).to.deep.equal([]);
      expect(event && evolve(state, event).cancelAtPeriodEnd).to.equal(false);
    }
  });

  it('takes back, by resuming, everything that is pending at once', () => {
    const state = subscription({ autoRenew: true, cancelAtPeriodEnd: true, pauseAtPeriodEnd: true });
    expect(outcomeOf(state, COMMANDS.resume)).to.equal('cancellation-withdrawn, pause-withdrawn → active');
  });
});
