import { carryOut, endPause, graceEnd, move, opened, pauseAt, type By } from './life.ts';
import {
  checkChange,
  isLive,
  isSpent,
  quoteOf,
  Refused,
  refuse,
  renewalOf,
  renewsItself,
  resumptionOf,
  type Order,
  type Quote,
  type Sub,
} from './offers.ts';
import { DAY, HOUR, PLANS, SECOND, sum, type PlanKey } from './reckoning.ts';

export type Method = 'pm_ok' | 'pm_declined' | 'pm_ok_then_declined' | 'pm_requires_action';

export interface Payment {
  readonly quote: Quote;
  readonly due: number;
  readonly used: number;
  readonly left: number;
  readonly createdAt: number;
  status:
    'requires_action' | 'succeeded' | 'failed' | 'expired' | 'partially_refunded' | 'refunded' | 'disputed';
  refunded: number;
  isInvoiced: boolean;
  /** What it bought, or waits to buy. */
  sub: Sub | null;
}

const AWAIT = 23 * HOUR;
const RETRY_DAYS = [2, 5, 7, 7];

/**
 * One account by the rules (rules.md, and the design of issue 3), as small as it can be: no stores, no events, no
 * races. Commands that the rules refuse throw `Refused`.
 */
export class Reference {
  now: number;
  /** The newest subscription, live or over. */
  sub: Sub | null = null;
  /** In the order in which they were made. */
  readonly payments: Payment[] = [];
  balance = 0;
  /** What the ledger should say has come in and not gone out again. */
  cash = 0;
  #method: Method | null = null;
  #trialUsed = false;

  constructor(now: number) {
    this.now = now;
  }

  get access(): boolean {
    if (!this.sub) return false;
    const { status, endsAt } = this.sub;
    if (status === 'past_due') return this.now < graceEnd(this.sub);
    const goesOn = renewsItself(this.sub) ? DAY : 0;
    return (status === 'active' || status === 'trialing') && this.now < Number(endsAt) + goesOn;
  }

  /** Does a command, and whatever is due at this instant; answers `ok`, `requires_action` or the refusal's code. */
  try(command: () => string | void): string {
    try {
      return command() ?? 'ok';
    } catch (error) {
      if (error instanceof Refused) return error.code;
      throw error;
    } finally {
      this.turn(0);
    }
  }

  purchase(order: Order, method: Method | null): string {
    const open = this.#open();
    if (open && this.now < open.createdAt + 30 * SECOND) refuse('billing.purchase-in-progress');
    if (open) this.#giveUp(open, 'expired');
    const quote = quoteOf(order, this.#current(), { now: this.now, trialUsed: this.#trialUsed });
    const payment = this.#price(quote);
    if (payment.due === 0) {
      if (method !== null && quote.autoRenew) this.#method = method;
      if (quote.kind === 'trial') this.#startTrial(quote);
      else this.#capture(payment, 'payer');
      return 'ok';
    }
    const charged = method ?? this.#method ?? 'pm_ok';
    if (charged !== 'pm_declined' && charged !== 'pm_requires_action') {
      this.#capture(payment, 'payer');
      if (quote.autoRenew) this.#method = charged;
      return 'ok';
    }
    this.payments.push(payment);
    payment.status = charged === 'pm_declined' ? 'failed' : 'requires_action';
    if (charged === 'pm_declined') refuse('billing.payment-declined');
    if (quote.kind === 'start') this.sub = payment.sub = opened(quote, this.now, { status: 'incomplete' });
    return 'requires_action';
  }

  /** The payer decides on the gateway's page, if one is open. */
  checkout(pays: boolean): void {
    const open = this.#open();
    if (open && !pays) this.#giveUp(open, 'failed');
    if (!open || !pays) return;
    this.#capture(open, 'payer');
    if (open.isInvoiced && open.quote.autoRenew) this.#method = 'pm_requires_action';
  }

  cancel(when: 'now' | 'period_end'): void {
    const sub = this.#live();
    if (when === 'now' || (sub.status !== 'active' && sub.status !== 'trialing')) this.#cancelNow(sub);
    else if (!sub.cancelAtEnd) move(sub, { cancelAtEnd: true });
  }

  resume(method: Method | null): string {
    const sub = this.#live();
    const { status, cancelAtEnd, pauseAtEnd, resumesAt } = sub;
    if (status === 'paused' && isSpent(sub)) return this.purchase({ intent: 'resume' }, method);
    if (status !== 'paused' && !cancelAtEnd && !pauseAtEnd) refuse('subscriptions.nothing-to-resume');
    if (status === 'paused') endPause(sub, this.now);
    else move(sub, { pauseAtEnd: false, resumesAt: pauseAtEnd ? null : resumesAt });
    sub.cancelAtEnd = false;
    return 'ok';
  }

  setAutoRenew(on: boolean, method: Method | null): void {
    if (method !== null) this.#method = method;
    const sub = this.#live();
    if (sub.autoRenew === on) return;
    const owes = sub.status === 'past_due';
    if (on) return move(sub, { autoRenew: true, ...(owes && { retryAt: this.now, givesUpAt: null }) });
    const resumesAt = sub.status === 'paused' ? sub.resumesAt : null;
    move(sub, { autoRenew: false, pauseAtEnd: false, resumesAt, next: null, retryAt: null });
    if (owes) sub.givesUpAt = graceEnd(sub);
  }

  pause(when: 'now' | 'period_end', resumesAt: number | null): void {
    const sub = this.#live();
    const { status, endsAt, autoRenew } = sub;
    if (status !== 'active' || Number(endsAt) <= this.now) refuse('subscriptions.not-pausable');
    if (when === 'period_end' && !autoRenew) refuse('subscriptions.needs-auto-renew');
    const begin = when === 'now' ? this.now : Number(endsAt);
    if (resumesAt !== null && (resumesAt <= begin || resumesAt > begin + 365 * DAY))
      refuse('subscriptions.resume-out-of-range');
    if (when === 'now') pauseAt(sub, this.now, resumesAt);
    else move(sub, { pauseAtEnd: true, resumesAt });
  }

  scheduleChange(plan: PlanKey): void {
    const sub = this.#live();
    if (sub.next !== null && sub.plan === plan) return move(sub, { next: null });
    checkChange(sub, plan);
    if (!sub.autoRenew) refuse('subscriptions.needs-auto-renew');
    if (sub.next !== plan) move(sub, { next: plan });
  }

  /** `minor` null: all that is left. */
  refund(payment: Payment, minor: number | null, endAccess: boolean): void {
    const { due, status, refunded, sub } = payment;
    if (due === 0 || (status !== 'succeeded' && status !== 'partially_refunded'))
      refuse('billing.payment-not-refundable');
    if (Number(minor) > due - refunded) refuse('billing.refund-exceeds-payment');
    this.#giveBack(payment, minor ?? due - refunded);
    if (endAccess) this.#endAccess(sub);
  }

  /** The payer's bank has decided on an objection. */
  dispute(payment: Payment, ending: 'won' | 'lost'): void {
    if (ending === 'won') return;
    payment.status = 'disputed';
    this.cash -= payment.due;
    this.#endAccess(payment.sub);
  }

  /** Time goes by, and what falls due happens in its order. */
  turn(by: number): void {
    const target = this.now + by;
    for (;;) {
      const due = this.#due().map(({ at, happen }) => ({ at: Math.max(at, this.now), happen }));
      const [next] = due.sort((a, b) => a.at - b.at);
      if (!next || next.at > target) break;
      this.now = next.at;
      next.happen();
    }
    this.now = target;
  }

  /** What will happen by itself. */
  #due(): readonly { readonly at: number; readonly happen: () => void }[] {
    const due: { at: number; happen: () => void }[] = [];
    const add = (at: number | null, happen: () => void): void =>
      void (at !== null && due.push({ at, happen }));
    const open = this.#open();
    if (open) add(open.createdAt + AWAIT, () => this.#giveUp(open, 'expired'));
    const { sub } = this;
    if (!sub || !isLive(sub)) return due;
    const { status, endsAt, resumesAt } = sub;
    const collected = (at: number | null): void =>
      add(at && Math.max(at, sub.putOffTo), () => this.#collect(sub));
    if (status === 'scheduled') add(sub.anchor, () => move(sub, { status: 'active' }));
    if (status === 'past_due') add(sub.givesUpAt, () => move(sub, { status: 'expired' }));
    if (status === 'past_due') collected(sub.retryAt);
    if (status === 'paused' && isSpent(sub)) collected(resumesAt);
    if (status === 'paused' && !isSpent(sub)) add(resumesAt, () => endPause(sub, this.now));
    if (status !== 'active' && status !== 'trialing') return due;
    if (renewsItself(sub)) collected(endsAt);
    else add(endsAt, () => this.#end(sub));
    return due;
  }

  #end(sub: Sub): void {
    if (sub.cancelAtEnd) move(sub, { status: 'canceled' });
    else if (sub.autoRenew) pauseAt(sub, this.now, sub.resumesAt);
    else move(sub, { status: 'expired' });
  }

  /** The calendar charges what is due; beside another purchase it waits. */
  #collect(sub: Sub): void {
    const open = this.#open();
    if (open) {
      const settled = Math.min(open.createdAt + AWAIT, this.now + HOUR);
      sub.putOffTo = Math.max(settled, this.now + 30 * SECOND);
      return;
    }
    const isPaused = sub.status === 'paused';
    const payment = this.#price((isPaused ? resumptionOf : renewalOf)(sub, this.now));
    if (payment.due === 0 || (this.#method ?? 'pm_ok') === 'pm_ok') return this.#capture(payment, 'calendar');
    this.payments.push({ ...payment, status: 'failed' });
    const days = RETRY_DAYS[sub.failures];
    if (isPaused) move(sub, { resumesAt: null });
    else if (days === undefined) move(sub, { status: 'expired' });
    else move(sub, { status: 'past_due', failures: sub.failures + 1, retryAt: this.now + days * DAY });
  }

  #price(quote: Quote): Payment {
    const total = sum(quote.charges) - sum(quote.credits);
    const used = Math.min(Math.max(total, 0), this.balance);
    const [due, left] = [Math.max(total, 0) - used, Math.max(-total, 0)];
    const made = { refunded: 0, isInvoiced: false, sub: null, createdAt: this.now };
    return { quote, due, used, left, status: 'succeeded', ...made };
  }

  /** Money came in: it buys what it was for, or goes back. */
  #capture(payment: Payment, by: By): void {
    if (!this.payments.includes(payment)) this.payments.push(payment);
    payment.status = 'succeeded';
    this.cash += payment.due;
    try {
      this.sub = payment.sub = carryOut(this.sub, payment.quote, { now: this.now, by });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return this.#giveBack(payment, payment.due);
    }
    payment.isInvoiced = payment.quote.charges.length + payment.quote.credits.length > 0;
    this.balance += payment.left - payment.used;
  }

  #startTrial(quote: Quote): void {
    this.#trialUsed = true;
    const endsAt = this.now + PLANS[quote.plan].trialDays * DAY;
    this.sub = opened(quote, this.now, { status: 'trialing', endsAt });
  }

  #giveBack(payment: Payment, minor: number): void {
    payment.refunded += minor;
    payment.status = payment.refunded < payment.due ? 'partially_refunded' : 'refunded';
    this.cash -= minor;
  }

  /** A payment ends unpaid, and what waited for it. */
  #giveUp(payment: Payment, as: 'failed' | 'expired'): void {
    payment.status = as;
    if (payment.sub) move(payment.sub, { status: 'expired' });
  }

  #endAccess(sub: Sub | null): void {
    if (sub && sub === this.sub && isLive(sub)) this.#cancelNow(sub);
  }

  /** What has not begun goes back; what waits for its payer is given up. */
  #cancelNow(sub: Sub): void {
    const mine = this.payments.filter((payment) => payment.sub === sub);
    const { status } = sub;
    move(sub, { status: status === 'incomplete' ? 'expired' : 'canceled' });
    for (const payment of mine) {
      if (payment.status === 'requires_action') payment.status = 'expired';
      const rest = payment.due - payment.refunded;
      const isOurs = payment.status === 'succeeded' || payment.status === 'partially_refunded';
      if (status === 'scheduled' && isOurs && rest > 0) this.#giveBack(payment, rest);
      if (status === 'scheduled') this.balance += payment.used;
    }
  }

  #open(): Payment | undefined {
    return this.payments.find(({ status }) => status === 'requires_action');
  }

  #live(): Sub {
    return this.sub && isLive(this.sub) ? this.sub : refuse('subscriptions.no-current');
  }

  /** What stands in the way of another: not what waits for its payer. */
  #current(): Sub | null {
    return this.sub && isLive(this.sub) && this.sub.status !== 'incomplete' ? this.sub : null;
  }
}
