import { DAY, PLANS, priceOf, sameLength, termEnd, usedOf, type PlanKey } from './reckoning.ts';

/** What a command is refused with. */
export class Refused extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

export function refuse(code: string): never {
  throw new Refused(code);
}

export type Status =
  'incomplete' | 'scheduled' | 'trialing' | 'active' | 'past_due' | 'paused' | 'canceled' | 'expired';

/** A run of time, what was paid for it, and with which payment. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly minor: number;
  /** Millionths of a unit that changes of plan so far counted too little as used. */
  readonly carry: number;
  readonly paidBy: Payment | null;
}

export interface Payment {
  readonly quote: Quote;
  readonly due: number;
  /** What the unused times of its quote were worth. */
  readonly credited: readonly number[];
  /** Of the balance. */
  readonly used: number;
  /** For the balance. */
  readonly left: number;
  readonly createdAt: number;
  status:
    'requires_action' | 'succeeded' | 'failed' | 'expired' | 'partially_refunded' | 'refunded' | 'disputed';
  refunded: number;
  isInvoiced: boolean;
  /** What it bought, or waits to buy. */
  sub: Sub | null;
}

/** A subscription as the rules see it. */
export interface Sub {
  status: Status;
  plan: PlanKey;
  autoRenew: boolean;
  readonly createdAt: number;
  /** Null while unpaid, and in a trial. */
  anchor: number | null;
  terms: number;
  endsAt: number | null;
  stretches: readonly Stretch[];
  cancelAtEnd: boolean;
  pauseAtEnd: boolean;
  pausedAt: number | null;
  resumesAt: number | null;
  /** The plan from the next period on. */
  next: PlanKey | null;
  failures: number;
  retryAt: number | null;
  givesUpAt: number | null;
  /** A collection that found another payment open is not tried before. */
  putOffTo: number;
  version: number;
}

export interface Order {
  readonly intent: 'buy' | 'subscribe' | 'renew' | 'resume' | 'change';
  readonly plan?: PlanKey;
  readonly autoRenew?: boolean;
  readonly startsAt?: number | null;
  readonly proration?: 'prorate' | 'none' | 'full';
}

export type Run = Pick<Sub, 'anchor' | 'terms' | 'endsAt'>;

export interface Quote {
  readonly kind: 'start' | 'trial' | 'renewal' | 'resume' | 'change';
  readonly plan: PlanKey;
  readonly autoRenew: boolean;
  /** The subscription that it is about, and as it was then. */
  readonly sub: Sub | null;
  readonly version: number;
  readonly startsAt: number;
  readonly charges: readonly Stretch[];
  readonly credits: readonly Stretch[];
  readonly run: Run | null;
}

export const isLive = ({ status }: Sub): boolean => status !== 'canceled' && status !== 'expired';
/** Nothing was left when the pause began. */
export const isSpent = ({ endsAt, pausedAt }: Sub): boolean => Number(endsAt) <= Number(pausedAt);
export const renewsItself = ({ autoRenew, cancelAtEnd, pauseAtEnd }: Sub): boolean =>
  autoRenew && !cancelAtEnd && !pauseAtEnd;

/** A first term of a plan. */
export function termFrom(plan: PlanKey, start: number): Run & { readonly stretches: readonly Stretch[] } {
  const end = termEnd(start, PLANS[plan], 1);
  return {
    anchor: start,
    terms: 1,
    endsAt: end,
    stretches: [{ start, end, minor: PLANS[plan].price, carry: 0, paidBy: null }],
  };
}

/** The plan that the next payment is for: the scheduled one once the present period is over. */
export const nextPlan = ({ next, plan, endsAt }: Sub, now: number): PlanKey =>
  next !== null && Number(endsAt) <= now ? next : plan;

/** What the rules make of an order: `sub` is the live subscription, unless it only waits for its payer. */
export function quoteOf(order: Order, sub: Sub | null, at: { now: number; trialUsed: boolean }): Quote {
  const { intent } = order;
  const { now } = at;
  if (intent === 'renew' || intent === 'resume') {
    if (!sub) refuse('subscriptions.no-current');
    return intent === 'renew' ? renewalOf(sub, now) : resumptionOf(sub, now);
  }
  const plan = order.plan ?? refuse('request.not-found');
  if (intent === 'change')
    return changeOf(sub ?? refuse('subscriptions.no-current'), { ...order, plan }, now);
  if (sub) {
    if (intent === 'subscribe' || sub.plan !== plan) refuse('subscriptions.already-active');
    return renewalOf(sub, now);
  }
  const startsAt = Math.max(now, order.startsAt ?? now);
  const { trialDays, price } = PLANS[plan];
  const isTrial = intent === 'subscribe' && startsAt === now && trialDays > 0 && price > 0 && !at.trialUsed;
  const start = { ...offer(plan, null), startsAt, autoRenew: order.autoRenew ?? false };
  return isTrial ? { ...start, kind: 'trial', charges: [] } : start;
}

const offer = (plan: PlanKey, sub: Sub | null): Quote => ({
  kind: 'start',
  plan,
  autoRenew: sub?.autoRenew ?? false,
  sub,
  version: sub?.version ?? 0,
  startsAt: 0,
  charges: termFrom(plan, 0).stretches,
  credits: [],
  run: null,
});

/** Paying ahead is for trials and, near the end, for terms; a debt can be paid at any time. */
export function checkRenewal({ status, endsAt }: Sub, now: number): void {
  if (status !== 'active' && status !== 'trialing' && status !== 'past_due')
    refuse('subscriptions.not-renewable');
  if (status === 'active' && now < Number(endsAt) - 30 * DAY) refuse('subscriptions.renewal-too-early');
}

export function renewalOf(sub: Sub, now: number): Quote {
  checkRenewal(sub, now);
  return { ...offer(nextPlan(sub, now), sub), kind: 'renewal' };
}

export function resumptionOf(sub: Sub, now: number): Quote {
  if (sub.status !== 'paused' || !isSpent(sub)) refuse('subscriptions.nothing-to-resume');
  return { ...offer(nextPlan(sub, now), sub), kind: 'resume' };
}

export function checkChange(sub: Sub, plan: PlanKey): void {
  if (sub.status !== 'active' && sub.status !== 'trialing') refuse('subscriptions.not-changeable');
  if (sub.plan === plan) refuse('subscriptions.same-plan');
}

function changeOf(sub: Sub, { plan, proration }: Order & { plan: PlanKey }, now: number): Quote {
  checkChange(sub, plan);
  const change: Quote = { ...offer(plan, sub), kind: 'change', charges: [] };
  const { status, anchor, terms, endsAt } = sub;
  if (status === 'trialing' || anchor === null) return change;
  const rest = sub.stretches.filter(({ end }) => end > now).map((stretch) => unused(stretch, now));
  const credits = proration === 'prorate' ? rest : [];
  const anew = { paidBy: null };
  if (proration !== 'full' && sameLength(PLANS[sub.plan], PLANS[plan]))
    return {
      ...change,
      credits,
      charges: credits.map((time) => ({ ...time, ...anew, minor: priceOf(time, PLANS[plan], anchor) })),
      run: { anchor, terms, endsAt },
    };
  const { stretches, ...run } = termFrom(plan, now);
  const carry = credits.reduce((total, each) => total + each.carry, 0);
  return { ...change, credits, charges: stretches.map((term) => ({ ...term, carry })), run };
}

function unused(stretch: Stretch, at: number): Stretch {
  const { start, end, minor } = stretch;
  const from = Math.max(start, at);
  const { used, carry } = usedOf(stretch, { part: from - start, whole: end - start });
  return { ...stretch, start: from, minor: minor - used, carry };
}

/** What of a credit still stands: what went back, or is in dispute, is not given back again. */
export function standing({ minor, paidBy }: Stretch): number {
  const gone = paidBy?.status === 'disputed' ? paidBy.due : (paidBy?.refunded ?? 0);
  const paid = paidBy ? sum(paidBy.quote.charges) : 0;
  return gone === 0 || paid === 0 ? minor : Math.floor((minor * Math.max(0, paid - gone)) / paid);
}

export const sum = (amounts: readonly { readonly minor: number }[]): number =>
  amounts.reduce((total, { minor }) => total + minor, 0);
