import fc from 'fast-check';
import { DomainError } from '../../../src/kernel/domain-error.ts';
import { after, DAY, type Instant } from '../../../src/kernel/instant.ts';
import { money } from '../../../src/kernel/money.ts';
import { advance } from '../../../src/subscriptions/advance.ts';
import { changed, checkChange, reckonChange } from '../../../src/subscriptions/change.ts';
import { failCollection, isDue } from '../../../src/subscriptions/collection.ts';
import { decide, open, type OpenAs } from '../../../src/subscriptions/decide.ts';
import { evolve } from '../../../src/subscriptions/evolve.ts';
import { payResumption } from '../../../src/subscriptions/pay.ts';
import type { PlanTerms, Validity } from '../../../src/subscriptions/plan.ts';
import { subscriptionPolicy as policy } from '../../../src/subscriptions/policy.ts';
import type { Proration } from '../../../src/subscriptions/purchase.ts';
import type { PlanRef, SubscriptionEvent } from '../../../src/subscriptions/subscription-events.ts';
import type { Subscription } from '../../../src/subscriptions/subscription.ts';
import { nextId, NOW, opening, payment, terms } from '../../world/subscriptions.ts';

/** Whole lives of subscriptions, for the properties: opened, then commanded at odd moments. */

export const validities: fc.Arbitrary<Validity> = fc.oneof(
  fc.record({ days: fc.integer({ min: 1, max: 400 }) }),
  fc.record({ months: fc.integer({ min: 1, max: 24 }) }),
);

const openings: fc.Arbitrary<OpenAs> = fc.oneof(
  fc.constant({ as: 'trial' } as const),
  fc.constant({ as: 'incomplete' } as const),
  fc
    .integer({ min: -5, max: 60 })
    .map((days) => ({ as: 'paid', startsAt: after(NOW, days * DAY), minor: 999 }) as const),
);

const WISHES = [
  'pay',
  'pay',
  'cancel',
  'resume',
  'supersede',
  'pause',
  'renew',
  'collect',
  'collect',
] as const;
const CHANGES = ['change', 'change at the end'] as const;

export interface Step {
  readonly wait: number;
  readonly wish: (typeof WISHES)[number] | (typeof CHANGES)[number];
  /** Whether at once, captured or on, as the wish has it. */
  readonly yes: boolean;
  readonly proration: Proration;
}

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    // Waits from none to a season, often exactly a day or a term's end apart.
    wait: fc.oneof(fc.constantFrom(0, 1, DAY - 1, DAY, 30 * DAY), fc.integer({ min: 0, max: 90 * DAY })),
    wish: fc.constantFrom(...WISHES, ...CHANGES),
    yes: fc.boolean(),
    proration: fc.constantFrom<Proration>('prorate', 'none', 'full'),
  }),
  { maxLength: 25 },
);

export interface Life {
  readonly state: Subscription;
  readonly events: readonly SubscriptionEvent[];
  readonly end: Instant;
}

/** The two plans between which a life may change: the one it began on comes first. */
type Plans = readonly [PlanTerms, PlanTerms];

export function lived(how: OpenAs, plans: Plans, wishes: readonly Step[], autoRenew = false): Life {
  const ids = [nextId(), nextId()] as const;
  const first = open(opening({ planId: ids[0], autoRenew }), how, { terms: plans[0], now: NOW });
  const events: SubscriptionEvent[] = [first];
  let state = evolve(null, first);
  let now = NOW;
  for (const step of wishes) {
    now = after(now, step.wait);
    const advanced = advance(state, now, policy);
    const decided = decidedOrRefused(() => decisionOn(advanced.state, step, { plans, ids, now }));
    events.push(...advanced.events, ...decided);
    state = decided.reduce(evolve, advanced.state);
  }
  return { state, events, end: now };
}

interface Situation {
  readonly plans: Plans;
  readonly ids: readonly [string, string];
  readonly now: Instant;
}

function decisionOn(state: Subscription, step: Step, at: Situation): readonly SubscriptionEvent[] {
  const { wish, yes } = step;
  const { plans, ids, now } = at;
  const [present, other] = state.planId === ids[0] ? [0, 1] : [1, 0];
  const from = plans[present] as PlanTerms;
  const to: PlanRef = { planId: ids[other] as string, termsVersion: 1 };
  const chosen = plans[other] as PlanTerms;
  const circumstances = { now, policy };
  switch (wish) {
    case 'pay':
      return decide(state, payment({ terms: from, minor: from.price.minor }), circumstances);
    case 'collect':
      return collected(state, { terms: from, yes, now, chosen });
    case 'cancel':
      return decide(state, { type: 'cancel', when: yes ? 'now' : 'period_end' }, circumstances);
    case 'pause': {
      const resumesAt = step.proration === 'none' ? null : after(now, 40 * DAY);
      return decide(state, { type: 'pause', when: yes ? 'now' : 'period_end', resumesAt }, circumstances);
    }
    case 'renew':
      return decide(state, { type: 'set-auto-renew', on: yes, terms: from }, circumstances);
    case 'change at the end':
      return decide(state, { type: 'schedule-change', to, from, terms: chosen }, circumstances);
    case 'change': {
      checkChange(state, { to, from, terms: chosen });
      const { charges, run } = reckonChange(state, { from, terms: chosen }, { at: now, ...step });
      const paid = charges.map(({ start, end, minor }) => ({ start, end, minor }));
      return [changed(state, to, { run, paid, now })];
    }
    case 'resume':
    case 'supersede':
      return decide(state, { type: wish }, circumstances);
  }
}

/** What the calendar does about a debt, a term or a pause that is due: it is paid, or not. */
function collected(
  state: Subscription,
  {
    terms: from,
    chosen,
    yes,
    now,
  }: { readonly terms: PlanTerms; readonly chosen: PlanTerms; readonly yes: boolean; readonly now: Instant },
): readonly SubscriptionEvent[] {
  if (!isDue(state, now)) return [];
  if (!yes) return failCollection(state, now, policy);
  const next = state.scheduledChange ? chosen : from;
  const change = state.scheduledChange && { to: state.scheduledChange, from };
  const paying = payment({ by: 'calendar', terms: next, minor: next.price.minor, change });
  return state.status === 'paused'
    ? payResumption(state, paying, now)
    : decide(state, paying, { now, policy });
}

function decidedOrRefused(work: () => readonly SubscriptionEvent[]): readonly SubscriptionEvent[] {
  try {
    return work();
  } catch (error) {
    if (error instanceof DomainError) return [];
    throw error;
  }
}

export const lives: fc.Arbitrary<Life> = fc
  .record({
    how: openings,
    lengths: fc.tuple(validities, fc.oneof(fc.constant(null), validities)),
    prices: fc.tuple(fc.integer({ min: 0, max: 99_999 }), fc.integer({ min: 0, max: 99_999 })),
    trialDays: fc.integer({ min: 1, max: 60 }),
    autoRenew: fc.boolean(),
    wishes: steps,
  })
  .map(({ how, lengths: [length, another], prices, trialDays, autoRenew, wishes }) => {
    const [first, second] = prices.map((minor) => money(minor, 'USD'));
    const plans: Plans = [
      terms({ validity: length, trialDays, ...(first ? { price: first } : {}) }),
      terms({ validity: another ?? length, ...(second ? { price: second } : {}) }),
    ];
    return lived(how, plans, wishes, autoRenew);
  });
