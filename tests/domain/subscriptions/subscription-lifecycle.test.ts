import { expect } from 'chai';
import { DomainError } from '../../../src/kernel/domain-error.ts';
import { after, DAY } from '../../../src/kernel/instant.ts';
import { targets } from '../../../src/kernel/state-machine.ts';
import { decide, type Command } from '../../../src/subscriptions/decide.ts';
import { subscriptionPolicy as policy } from '../../../src/subscriptions/policy.ts';
import {
  isLive,
  LIVE_STATUSES,
  SUBSCRIPTION_STATUSES,
  SUBSCRIPTION_TRIGGERS,
  subscriptionLifecycle,
  type SubscriptionStatus,
  type SubscriptionTrigger,
} from '../../../src/subscriptions/subscription-lifecycle.ts';
import { evolve } from '../../../src/subscriptions/subscription.ts';
import { NOW, subscription, terms } from '../../world/subscriptions.ts';

/** The table of rules.md, written down a second time: every cell that is not here must be refused. */
const RULES: readonly [SubscriptionStatus, SubscriptionTrigger, ...SubscriptionStatus[]][] = [
  ['incomplete', 'pay', 'active'],
  ['incomplete', 'abandon', 'expired'],
  ['incomplete', 'cancel-now', 'expired'],
  ['scheduled', 'reach-start', 'active'],
  ['scheduled', 'cancel-now', 'canceled'],
  ['trialing', 'pay', 'active'],
  ['trialing', 'reach-end', 'expired', 'canceled'],
  ['trialing', 'fail-renewal', 'past_due'],
  ['trialing', 'request-cancel', 'trialing'],
  ['trialing', 'withdraw-request', 'trialing'],
  ['trialing', 'cancel-now', 'canceled'],
  ['active', 'renew', 'active'],
  ['active', 'reach-end', 'expired', 'canceled'],
  ['active', 'fail-renewal', 'past_due'],
  ['active', 'request-cancel', 'active'],
  ['active', 'request-pause', 'active'],
  ['active', 'withdraw-request', 'active'],
  ['active', 'pause', 'paused'],
  ['active', 'cancel-now', 'canceled'],
  ['past_due', 'pay', 'active'],
  ['past_due', 'give-up', 'expired'],
  ['past_due', 'cancel-now', 'canceled'],
  ['paused', 'resume', 'active'],
  ['paused', 'cancel-now', 'canceled'],
];

describe('the life of a subscription', () => {
  for (const state of SUBSCRIPTION_STATUSES) {
    for (const trigger of SUBSCRIPTION_TRIGGERS) {
      const row = RULES.find(([from, by]) => from === state && by === trigger);
      const [, , ...expected] = row ?? [state, trigger];
      it(`${state} on ${trigger}: ${expected.join(' or ') || 'refused'}`, () => {
        expect(targets(subscriptionLifecycle, state, trigger)).to.have.members(expected);
      });
    }
  }

  it('is over exactly where nothing leads on', () => {
    for (const state of SUBSCRIPTION_STATUSES) {
      const leadsOn = Object.keys(subscriptionLifecycle.table[state]).length > 0;
      expect(isLive(state), state).to.equal(leadsOn);
      expect((LIVE_STATUSES as readonly string[]).includes(state), state).to.equal(leadsOn);
    }
  });
});

const inState = (status: SubscriptionStatus) => {
  const isOver = status === 'canceled' || status === 'expired';
  const unpaid = { startedAt: null, anchor: null, terms: 0, endsAt: null };
  return subscription({
    status,
    endedAt: isOver ? NOW : null,
    ...(status === 'incomplete' ? unpaid : {}),
    ...(status === 'past_due' ? { endsAt: NOW } : {}),
    ...(status === 'trialing' ? { anchor: null, terms: 0, endsAt: after(NOW, 7 * DAY) } : {}),
  });
};

const COMMANDS = {
  pay: { type: 'pay', terms: terms() },
  'cancel at the end': { type: 'cancel', when: 'period_end' },
  'cancel now': { type: 'cancel', when: 'now' },
  resume: { type: 'resume' },
  supersede: { type: 'supersede' },
} as const satisfies Record<string, Command>;

/** What each command does to each state: the events and the status that follows, or the refusal. */
const OUTCOMES: Readonly<Record<SubscriptionStatus, Readonly<Record<keyof typeof COMMANDS, string>>>> = {
  incomplete: {
    pay: 'paid → active',
    'cancel at the end': 'expired → expired',
    'cancel now': 'expired → expired',
    resume: 'subscriptions.nothing-to-resume',
    supersede: 'expired → expired',
  },
  scheduled: {
    pay: 'subscriptions.not-renewable',
    'cancel at the end': 'canceled → canceled',
    'cancel now': 'canceled → canceled',
    resume: 'subscriptions.nothing-to-resume',
    supersede: ' → scheduled',
  },
  trialing: {
    pay: 'renewed → active',
    'cancel at the end': 'cancellation-requested → trialing',
    'cancel now': 'canceled → canceled',
    resume: 'subscriptions.nothing-to-resume',
    supersede: ' → trialing',
  },
  active: {
    pay: 'renewed → active',
    'cancel at the end': 'cancellation-requested → active',
    'cancel now': 'canceled → canceled',
    resume: 'subscriptions.nothing-to-resume',
    supersede: ' → active',
  },
  past_due: {
    pay: 'renewed → active',
    'cancel at the end': 'canceled → canceled',
    'cancel now': 'canceled → canceled',
    resume: 'subscriptions.nothing-to-resume',
    supersede: ' → past_due',
  },
  paused: {
    pay: 'subscriptions.not-renewable',
    'cancel at the end': 'canceled → canceled',
    'cancel now': 'canceled → canceled',
    resume: 'subscriptions.nothing-to-resume',
    supersede: ' → paused',
  },
  canceled: {
    pay: 'subscriptions.not-renewable',
    'cancel at the end': 'subscriptions.no-current',
    'cancel now': 'subscriptions.no-current',
    resume: 'subscriptions.no-current',
    supersede: ' → canceled',
  },
  expired: {
    pay: 'subscriptions.not-renewable',
    'cancel at the end': 'subscriptions.no-current',
    'cancel now': 'subscriptions.no-current',
    resume: 'subscriptions.no-current',
    supersede: ' → expired',
  },
};

function outcomeOf(status: SubscriptionStatus, command: Command): string {
  const state = inState(status);
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
  for (const status of SUBSCRIPTION_STATUSES) {
    for (const [name, command] of Object.entries(COMMANDS)) {
      const expected = OUTCOMES[status][name as keyof typeof COMMANDS];
      it(`${name} while ${status}: ${expected}`, () => {
        expect(outcomeOf(status, command)).to.equal(expected);
      });
    }
  }

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
});
