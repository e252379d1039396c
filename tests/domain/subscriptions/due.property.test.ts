import { expect } from 'chai';
import fc from 'fast-check';
import { after, DAY, HOUR, instant } from '../../../src/kernel/instant.ts';
import { advance, nextDue } from '../../../src/subscriptions/advance.ts';
import type { PlanTerms } from '../../../src/subscriptions/plan.ts';
import { subscriptionPolicy as policy } from '../../../src/subscriptions/policy.ts';
import type { SubscriptionEvent } from '../../../src/subscriptions/subscription-events.ts';
import { NOW, terms } from '../../world/subscriptions.ts';
import { lived, lives, type Step } from './lives.ts';

const PAID = { as: 'paid', startsAt: null, minor: 999 } as const;
/** A plan that is changed to nothing else. */
const alone = (changes: Partial<PlanTerms> = {}): readonly [PlanTerms, PlanTerms] => [
  terms(changes),
  terms(changes),
];

describe('what falls due', () => {
  it('is the same however often, and however late, somebody looks', () => {
    // At least once: a command at the very end of a term may leave something that is due at that instant.
    const looks = fc.array(fc.integer({ min: 0, max: 40 * DAY }), { minLength: 1, maxLength: 12 });
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
    const { state } = lived({ as: 'incomplete' }, alone(), []);
    expect(advance(state, after(NOW, 23 * HOUR - 1), policy).state.status).to.equal('incomplete');
    const expired = advance(state, after(NOW, 40 * DAY), policy).state;
    expect(expired).to.include({ status: 'expired', endedAt: after(NOW, 23 * HOUR) });
  });

  it('runs a scheduled subscription from its start to its end, late as it may be', () => {
    const start = after(NOW, 10 * DAY);
    const { state } = lived({ as: 'paid', startsAt: start, minor: 999 }, alone(), []);
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
      const { state } = lived(PAID, alone({ validity: { days } }), []);
      return advance(state, after(NOW, 400 * DAY), policy).events.map((event) =>
        event.type === 'end-neared' ? `${event.days} days` : event.type,
      );
    };
    expect(typesFor(1)).to.deep.equal(['expired']);
    expect(typesFor(7)).to.deep.equal(['1 days', 'expired']);
    expect(typesFor(8)).to.deep.equal(['7 days', '1 days', 'expired']);
  });

  it('owes each end its reminders anew, but none before the term that ends', () => {
    const pay: Step = { wait: 29.5 * DAY, wish: 'pay', yes: true, proration: 'none' };
    const { state } = lived(PAID, alone(), [pay]);
    const again = advance(state, after(NOW, 400 * DAY), policy).events;
    expect(again.map(({ type, at }) => [type, (at - NOW) / DAY])).to.deep.equal([
      ['end-neared', 53],
      ['end-neared', 59],
      ['expired', 60],
    ]);
    const weekly = lived(PAID, alone({ validity: { days: 5 } }), [{ ...pay, wait: 1 }]);
    // Two days are left of the first five when the seventh day before the second end comes: not owed.
    const owed = advance(weekly.state, after(NOW, 400 * DAY), policy).events;
    expect(owed.map(({ type, at }) => [type, (at - NOW) / DAY])).to.deep.equal([
      ['end-neared', 9],
      ['expired', 10],
    ]);
  });
});
