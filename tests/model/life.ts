import {
  checkChange,
  checkRenewal,
  isLive,
  isSpent,
  refuse,
  termFrom,
  type Quote,
  type Run,
  type Sub,
} from './offers.ts';
import { DAY, PLANS, sameLength, termEnd, type PlanKey } from './reckoning.ts';

/** Every event makes the version greater, and what was put off is looked at anew. */
export function move(sub: Sub, changes: Partial<Sub>): void {
  Object.assign(sub, changes, { version: sub.version + 1, putOffTo: 0 });
}

export const opened = (quote: Quote, now: number, given: Partial<Sub>): Sub => ({
  status: 'active',
  plan: quote.plan,
  autoRenew: quote.autoRenew,
  createdAt: now,
  anchor: null,
  terms: 0,
  endsAt: null,
  stretches: [],
  cancelAtEnd: false,
  pauseAtEnd: false,
  pausedAt: null,
  resumesAt: null,
  next: null,
  failures: 0,
  retryAt: null,
  givesUpAt: null,
  putOffTo: 0,
  version: 1,
  ...given,
});

export const graceEnd = ({ endsAt, plan }: Sub): number => Number(endsAt) + PLANS[plan].graceDays * DAY;

export const pauseAt = (sub: Sub, at: number, resumesAt: number | null): void =>
  move(sub, { status: 'paused', pausedAt: at, pauseAtEnd: false, resumesAt });

/** What was left runs on from `now`; the next term is counted from its end. */
export function endPause(sub: Sub, now: number): void {
  const by = now - Number(sub.pausedAt);
  const endsAt = Number(sub.endsAt) + by;
  const stretches = sub.stretches.map((each) => ({ ...each, start: each.start + by, end: each.end + by }));
  const run = { anchor: endsAt, terms: 0, endsAt, stretches };
  move(sub, { ...run, status: 'active', pausedAt: null, resumesAt: null });
}

export type By = 'payer' | 'calendar';

/** Carries a paid quote out on the account's newest subscription; answers the one that was paid for. */
export function carryOut(newest: Sub | null, quote: Quote, it: { now: number; by: By }): Sub {
  const { now } = it;
  const waits = newest?.status === 'incomplete';
  if (!newest || waits || !isLive(newest)) {
    if (quote.kind === 'change' || quote.kind === 'resume') refuse('subscriptions.no-current');
    const begins = begin(quote, now);
    if (!newest || !waits) return opened(quote, now, begins);
    move(newest, begins);
    return newest;
  }
  if (quote.sub !== newest) refuse('subscriptions.already-active');
  if (quote.kind === 'change') changeTo(newest, quote);
  else if (quote.kind === 'resume') goOn(newest, quote, now);
  else prolong(newest, quote, it);
  return newest;
}

function begin({ plan, startsAt }: Quote, now: number): Partial<Sub> {
  const start = Math.max(startsAt, now);
  return { ...termFrom(plan, start), status: start > now ? 'scheduled' : 'active' };
}

function changeTo(sub: Sub, { plan, version, run, charges }: Quote): void {
  if (sub.version !== version) refuse('subscriptions.changed-meanwhile');
  checkChange(sub, plan);
  const stretches = charges.length > 0 ? charges : sub.stretches;
  move(sub, { plan, next: null, ...(run && { ...run, stretches }) });
}

function goOn(sub: Sub, quote: Quote, now: number): void {
  if (sub.status !== 'paused' || !isSpent(sub)) refuse('subscriptions.nothing-to-resume');
  const run = { ...termFrom(quote.plan, now), status: 'active' as const };
  move(sub, { ...run, ...switched(sub, quote.plan), pausedAt: null, resumesAt: null });
}

/** One more term, from the old end while access is held, grace included; else from now. */
function prolong(sub: Sub, { plan }: Quote, { now, by }: { now: number; by: By }): void {
  checkRenewal(sub, now);
  const longer = nextTerm(sub, plan);
  const isHeld = sub.status !== 'past_due' || now < graceEnd(sub);
  const time = { start: Number(sub.endsAt), end: Number(longer.endsAt) };
  const stretch = { ...time, minor: PLANS[plan].price, carry: 0, paidBy: null };
  const runsOn = isHeld && (by === 'calendar' || Number(longer.endsAt) > now);
  const run = runsOn ? { ...longer, stretches: [...sub.stretches, stretch] } : termFrom(plan, now);
  const paid = { status: 'active' as const, cancelAtEnd: false, failures: 0, retryAt: null, givesUpAt: null };
  move(sub, { ...run, ...paid, ...switched(sub, plan) });
}

/** Counted from the anchor while the length stays; from the old end behind a trial and with another length. */
function nextTerm({ anchor, terms, endsAt, plan }: Sub, to: PlanKey): Run {
  if (anchor === null || !sameLength(PLANS[plan], PLANS[to])) return termFrom(to, Number(endsAt));
  return { anchor, terms: terms + 1, endsAt: termEnd(anchor, PLANS[to], terms + 1) };
}

/** The plan that was paid for is the present one, or the scheduled one, which it then is. */
function switched(sub: Sub, plan: PlanKey): Partial<Sub> {
  if (sub.plan === plan) return {};
  return sub.next === plan ? { plan, next: null } : refuse('subscriptions.changed-meanwhile');
}
