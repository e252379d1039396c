import { expect } from 'chai';
import fc from 'fast-check';
import { DAY } from '../../../src/kernel/instant.ts';
import { allows, targets } from '../../../src/kernel/state-machine.ts';
import { nextDue } from '../../../src/subscriptions/advance.ts';
import { collectAt } from '../../../src/subscriptions/collection.ts';
import { evolve, foldHistory } from '../../../src/subscriptions/evolve.ts';
import { subscriptionPolicy as policy } from '../../../src/subscriptions/policy.ts';
import type { Subscription } from '../../../src/subscriptions/subscription.ts';
import {
  SUBSCRIPTION_STATUSES,
  SUBSCRIPTION_TRIGGERS,
  subscriptionLifecycle,
} from '../../../src/subscriptions/subscription-lifecycle.ts';
import { lives } from './lives.ts';

describe('the history of a subscription', () => {
  it('folds to the state that was saved', () => {
    fc.assert(
      fc.property(lives, ({ state, events }) => {
        expect(foldHistory(events)).to.deep.equal(state);
        expect(state.version).to.equal(events.length);
      }),
      { numRuns: 500 },
    );
  });

  it('never goes back in time', () => {
    fc.assert(
      fc.property(lives, ({ events }) => {
        const times = events.map(({ at }) => at);
        expect(times).to.deep.equal([...times].sort((a, b) => a - b));
      }),
    );
  });

  it('takes no step that the lifecycle does not list', () => {
    const listed = new Set(
      SUBSCRIPTION_STATUSES.flatMap((from) =>
        SUBSCRIPTION_TRIGGERS.filter((trigger) => allows(subscriptionLifecycle, from, trigger)).flatMap(
          (trigger) => targets(subscriptionLifecycle, from, trigger).map((to) => `${from} → ${to}`),
        ),
      ),
    );
    fc.assert(
      fc.property(lives, ({ events }) => {
        let state: Subscription | null = null;
        for (const event of events) {
          const next: Subscription = evolve(state, event);
          if (state && state.status !== next.status)
            expect(listed).to.include(`${state.status} → ${next.status}`);
          if (!state) expect(subscriptionLifecycle.initial).to.include(next.status);
          state = next;
        }
      }),
    );
  });

  it('sells times that never overlap, of which the last ends where the subscription does', () => {
    fc.assert(
      fc.property(lives, ({ events }) => {
        let state: Subscription | null = null;
        for (const event of events) {
          state = evolve(state, event);
          const { stretches, endsAt } = state;
          stretches.forEach(({ start, end }, index) => {
            expect(end).to.be.greaterThan(start);
            expect(start).to.be.at.least(stretches[index - 1]?.end ?? Number.NEGATIVE_INFINITY);
          });
          if (stretches.length > 0) expect(stretches.at(-1)?.end).to.equal(endsAt);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('sells each payer a time that is not over already', () => {
    fc.assert(
      fc.property(lives, ({ events }) => {
        for (const event of events)
          if ('paid' in event && event.type !== 'renewed')
            expect(event.paid.endsAt).to.be.greaterThan(event.at);
      }),
    );
  });

  it('owes nothing, and plans nothing, once it is over', () => {
    fc.assert(
      fc.property(lives, ({ state }) => {
        if (state.endedAt === null) return;
        expect(collectAt(state)).to.equal(null);
        expect(nextDue(state, policy)).to.equal(undefined);
      }),
    );
  });

  it('keeps a retry and the end of a debt for what is past due, and a date of return for what is paused', () => {
    fc.assert(
      fc.property(lives, ({ state }) => {
        const { status, retryAt, givesUpAt, resumesAt, pausedAt, failures, pauseAtPeriodEnd } = state;
        if (status !== 'past_due') expect([retryAt, givesUpAt]).to.deep.equal([null, null]);
        else expect([retryAt, givesUpAt].filter((at) => at !== null)).to.have.length(1);
        if (status === 'active' || status === 'trialing') expect(failures).to.equal(0);
        if (status === 'active') expect(pausedAt).to.equal(null);
        if (resumesAt !== null) expect(status === 'paused' || pauseAtPeriodEnd).to.equal(true);
        expect(failures).to.be.at.most(policy.retryDays.length);
      }),
    );
  });

  it('reminds of each end at most once per reminder, and never after it', () => {
    fc.assert(
      fc.property(lives, ({ events }) => {
        const seen = new Set<string>();
        let state: Subscription | null = null;
        for (const event of events) {
          if (event.type === 'end-neared' && state?.endsAt) {
            const reminder = `${state.endsAt} ${event.days}`;
            expect(seen.has(reminder)).to.equal(false);
            expect(event.at).to.equal(state.endsAt - event.days * DAY);
            seen.add(reminder);
          }
          state = evolve(state, event);
        }
      }),
    );
  });
});
