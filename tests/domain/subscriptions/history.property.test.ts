import { expect } from 'chai';
import fc from 'fast-check';
import { DomainError } from '../../../src/kernel/domain-error.ts';
import { after, DAY, HOUR, instant, type Instant } from '../../../src/kernel/instant.ts';
import { allows, targets } from '../../../src/kernel/state-machine.ts';
import { advance, nextDue } from '../../../src/subscriptions/advance.ts';
import { decide, open, type Command, type OpenAs } from '../../../src/subscriptions/decide.ts';
import type { PlanTerms, Validity } from '../../../src/subscriptions/plan.ts';
import { subscriptionPolicy as policy } from '../../../src/subscriptions/policy.ts';
import type { SubscriptionEvent } from '../../../src/subscriptions/subscription-events.ts';
import {
  SUBSCRIPTION_STATUSES,
  SUBSCRIPTION_TRIGGERS,
  subscriptionLifecycle,
} from '../../../src/subscriptions/subscription-lifecycle.ts';
import { evolve, foldHistory, type Subscription } from '../../../src/subscriptions/subscription.ts';
import { NOW, nextId, terms } from '../../world/subscriptions.ts';

const validities: fc.Arbitrary<Validity> = fc.oneof(
  fc.record({ days: fc.integer({ min: 1, max: 400 }) }),
  fc.record({ months: fc.integer({ min: 1, max: 24 }) }),
);

const openings: fc.Arbitrary<OpenAs> = fc.oneof(
  fc.constant({ as: 'trial' } as const),
  fc.constant({ as: 'incomplete' } as const),
  fc.integer({ min: -5, max: 60 }).map((days) => ({ as: 'paid', startsAt: after(NOW, days * DAY) }) as const),
);

type Step = { readonly wait: number; readonly command: Command['type']; readonly now: boolean };
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    // Waits from none to a season, often exactly a day or a term's end apart.
    wait: fc.oneof(fc.constantFrom(0, 1, DAY - 1, DAY, 30 * DAY), fc.integer({ min: 0, max: 90 * DAY })),
    command: fc.constantFrom<Command['type']>('pay', 'pay', 'cancel', 'resume', 'supersede'),
    now: fc.boolean(),
  }),
  { maxLength: 25 },
);

interface Life {
  readonly state: Subscription;
  readonly events: readonly SubscriptionEvent[];
  readonly end: Instant;
}

/** A whole life: opened, then commanded at odd moments, each command behind what fell due. */
function lived(how: OpenAs, plan: PlanTerms, commands: readonly Step[]): Life {
  const opening = { id: nextId(), accountId: nextId(), previousEvents: 0, planId: nextId(), termsVersion: 1 };
  const first = open(opening, how, { terms: plan, now: NOW });
  const events: SubscriptionEvent[] = [first];
  let state = evolve(null, first);
  let now = NOW;
  for (const { wait, command, now: atOnce } of commands) {
    now = after(now, wait);
    const advanced = advance(state, now, policy);
    const decided = decidedOrRefused(advanced.state, commandOf(command, plan, atOnce), now);
    events.push(...advanced.events, ...decided);
    state = decided.reduce(evolve, advanced.state);
  }
  return { state, events, end: now };
}

const commandOf = (type: Command['type'], plan: PlanTerms, atOnce: boolean): Command => {
  if (type === 'pay') return { type, terms: plan };
  if (type === 'cancel') return { type, when: atOnce ? 'now' : 'period_end' };
  return { type };
};

function decidedOrRefused(state: Subscription, command: Command, now: Instant): readonly SubscriptionEvent[] {
  try {
    return decide(state, command, { now, policy });
  } catch (error) {
    if (error instanceof DomainError) return [];
    throw error;
  }
}

const lives = fc
  .tuple(openings, validities, fc.integer({ min: 1, max: 60 }), steps)
  .map(([how, validity, trialDays, commands]) => lived(how, terms({ validity, trialDays }), commands));

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

  it('sells periods that never overlap: each begins where access ended, or later', () => {
    fc.assert(
      fc.property(lives, ({ events }) => {
        let heldUntil = Number.NEGATIVE_INFINITY;
        for (const event of events) {
          if ('paid' in event) {
            const { anchor, terms: count, endsAt } = event.paid;
            if (count === 1) expect(anchor).to.be.at.least(heldUntil);
            expect(endsAt).to.be.greaterThan(Math.max(heldUntil, event.at));
            heldUntil = endsAt;
          }
          if (event.type === 'trial-started') heldUntil = event.endsAt;
        }
      }),
      { numRuns: 500 },
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

describe('what falls due', () => {
  it('is the same however often, and however late, somebody looks', () => {
    const looks = fc.array(fc.integer({ min: 0, max: 40 * DAY }), { maxLength: 12 });
    fc.assert(
      fc.property(lives, looks, ({ state, end }, waits) => {
        let now = end;
        let looked = state;
        const seen: SubscriptionEvent[] = [];
        for (const wait of waits) {
          now = instant(now + wait);
          const { state: next, events } = advance(looked, now, policy);
          looked = next;
          seen.push(...events);
        }
        const atOnce = advance(state, now, policy);
        expect(looked).to.deep.equal(atOnce.state);
        expect(seen).to.deep.equal(atOnce.events);
      }),
    );
  });

  it('comes at its instant, not a millisecond before', () => {
    fc.assert(
      fc.property(lives, ({ state, end }) => {
        const { state: now } = advance(state, end, policy);
        const next = nextDue(now, policy);
        if (!next) return;
        expect(advance(now, instant(next.at - 1), policy).events).to.deep.equal([]);
        expect(advance(now, next.at, policy).events[0]).to.deep.equal(next);
      }),
    );
  });

  it('expires an unpaid purchase after 23 hours', () => {
    const { state } = lived({ as: 'incomplete' }, terms(), []);
    expect(advance(state, after(NOW, 23 * HOUR - 1), policy).state.status).to.equal('incomplete');
    const expired = advance(state, after(NOW, 40 * DAY), policy).state;
    expect(expired).to.include({ status: 'expired', endedAt: after(NOW, 23 * HOUR) });
  });

  it('runs a scheduled subscription from its start to its end, late as it may be', () => {
    const start = after(NOW, 10 * DAY);
    const { state } = lived({ as: 'paid', startsAt: start }, terms(), []);
    const { events } = advance(state, after(NOW, 400 * DAY), policy);
    expect(events.map(({ type, at }) => [type, (at - NOW) / DAY])).to.deep.equal([
      ['start-reached', 10],
      ['end-neared', 33],
      ['end-neared', 39],
      ['expired', 40],
    ]);
  });

  it('owes a short plan no reminder that would lie before its term', () => {
    const typesFor = (days: number): readonly string[] => {
      const { state } = lived({ as: 'paid', startsAt: null }, terms({ validity: { days } }), []);
      return advance(state, after(NOW, 400 * DAY), policy).events.map((event) =>
        event.type === 'end-neared' ? `${event.days} days` : event.type,
      );
    };
    expect(typesFor(1)).to.deep.equal(['expired']);
    expect(typesFor(7)).to.deep.equal(['1 days', 'expired']);
    expect(typesFor(8)).to.deep.equal(['7 days', '1 days', 'expired']);
  });

  it('owes each end its reminders anew, but none before the term that ends', () => {
    const pay: Step = { wait: 29.5 * DAY, command: 'pay', now: true };
    const { state } = lived({ as: 'paid', startsAt: null }, terms(), [pay]);
    const again = advance(state, after(NOW, 400 * DAY), policy).events;
    expect(again.map(({ type, at }) => [type, (at - NOW) / DAY])).to.deep.equal([
      ['end-neared', 53],
      ['end-neared', 59],
      ['expired', 60],
    ]);
    const weekly = lived({ as: 'paid', startsAt: null }, terms({ validity: { days: 5 } }), [
      { ...pay, wait: 1 },
    ]);
    // Two days are left of the first five when the seventh day before the second end comes: not owed.
    const owed = advance(weekly.state, after(NOW, 400 * DAY), policy).events;
    expect(owed.map(({ type, at }) => [type, (at - NOW) / DAY])).to.deep.equal([
      ['end-neared', 9],
      ['expired', 10],
    ]);
  });
});
