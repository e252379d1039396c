import { expect } from 'chai';
import { targets } from '../../../src/kernel/state-machine.ts';
import {
  isLive,
  LIVE_STATUSES,
  SUBSCRIPTION_STATUSES,
  SUBSCRIPTION_TRIGGERS,
  subscriptionLifecycle,
  type SubscriptionStatus,
  type SubscriptionTrigger,
} from '../../../src/subscriptions/subscription-lifecycle.ts';

/** The table of rules.md, written down a second time: every cell that is not here must be refused. */
const RULES: readonly (readonly [SubscriptionStatus, SubscriptionTrigger, ...SubscriptionStatus[]])[] = [
  ['incomplete', 'pay', 'active', 'scheduled'],
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
  ['trialing', 'change-plan', 'trialing'],
  ['trialing', 'request-change', 'trialing'],
  ['active', 'renew', 'active'],
  ['active', 'reach-end', 'expired', 'canceled', 'paused'],
  ['active', 'fail-renewal', 'past_due'],
  ['active', 'request-cancel', 'active'],
  ['active', 'request-pause', 'active'],
  ['active', 'withdraw-request', 'active'],
  ['active', 'pause', 'paused'],
  ['active', 'cancel-now', 'canceled'],
  ['active', 'change-plan', 'active'],
  ['active', 'request-change', 'active'],
  ['past_due', 'pay', 'active'],
  ['past_due', 'fail-renewal', 'past_due'],
  ['past_due', 'give-up', 'expired'],
  ['past_due', 'cancel-now', 'canceled'],
  ['paused', 'resume', 'active'],
  ['paused', 'fail-resume', 'paused'],
  ['paused', 'withdraw-request', 'paused'],
  ['paused', 'cancel-now', 'canceled'],
  ...LIVE_STATUSES.map((live) => [live, 'mirror', ...SUBSCRIPTION_STATUSES] as const),
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
