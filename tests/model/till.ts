import { carryOut, move, opened, type By } from './life.ts';
import {
  isLive,
  quoteOf,
  Refused,
  refuse,
  standing,
  sum,
  type Order,
  type Payment,
  type Quote,
  type Sub,
} from './offers.ts';
import { DAY, PLANS, SECOND } from './reckoning.ts';

export type Method = 'pm_ok' | 'pm_declined' | 'pm_ok_then_declined' | 'pm_requires_action';

/** What an account has, and what buying, paying and giving back do to it. */
export class Till {
  now: number;
  /** The newest subscription, live or over. */
  sub: Sub | null = null;
  /** In the order in which they were made. */
  readonly payments: Payment[] = [];
  balance = 0;
  /** What the ledger should say has come in and not gone out again. */
  cash = 0;
  protected method: Method | null = null;
  protected trialUsed = false;

  constructor(now: number) {
    this.now = now;
  }

  purchase(order: Order, method: Method | null): string {
    const open = this.open();
    if (open && this.now < open.createdAt + 30 * SECOND) refuse('billing.purchase-in-progress');
    if (open) this.giveUp(open, 'expired');
    const quote = quoteOf(order, this.current(), { now: this.now, trialUsed: this.trialUsed });
    const payment = this.price(quote);
    if (payment.due === 0) {
      if (method !== null && quote.autoRenew) this.method = method;
      if (quote.kind === 'trial') this.startTrial(quote);
      else this.capture(payment, 'payer');
      return 'ok';
    }
    const charged = method ?? this.method ?? 'pm_ok';
    if (charged !== 'pm_declined' && charged !== 'pm_requires_action') {
      this.capture(payment, 'payer');
      if (quote.autoRenew) this.method = charged;
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
    const open = this.open();
    if (open && !pays) this.giveUp(open, 'failed');
    if (!open || !pays) return;
    this.capture(open, 'payer');
    if (open.isInvoiced && open.quote.autoRenew) this.method = 'pm_requires_action';
  }

  /** `minor` null: all that is left. */
  refund(payment: Payment, minor: number | null, endAccess: boolean): void {
    const { due, status, refunded, sub } = payment;
    if (due === 0 || (status !== 'succeeded' && status !== 'partially_refunded'))
      refuse('billing.payment-not-refundable');
    if (Number(minor) > due - refunded) refuse('billing.refund-exceeds-payment');
    this.giveBack(payment, minor ?? due - refunded);
    if (endAccess) this.endAccess(sub);
  }

  /** The payer's bank has decided on an objection. */
  dispute(payment: Payment, ending: 'won' | 'lost'): void {
    if (ending === 'won') return;
    payment.status = 'disputed';
    this.reclaim(payment, payment.due);
    this.cash -= payment.due;
    this.endAccess(payment.sub);
  }

  protected price(quote: Quote): Payment {
    const credited = quote.credits.map(standing);
    const total = sum(quote.charges) - totalOf(credited);
    const used = Math.min(Math.max(total, 0), this.balance);
    const [due, left] = [Math.max(total, 0) - used, Math.max(-total, 0)];
    const made = { refunded: 0, isInvoiced: false, sub: null, createdAt: this.now };
    return { quote, due, credited, used, left, status: 'succeeded', ...made };
  }

  /** Money came in: it buys what it was for, or goes back. */
  protected capture(payment: Payment, by: By): void {
    if (!this.payments.includes(payment)) this.payments.push(payment);
    payment.status = 'succeeded';
    this.cash += payment.due;
    try {
      const standsLess = totalOf(payment.quote.credits.map(standing)) < totalOf(payment.credited);
      if (this.balance < payment.used || standsLess) refuse('billing.balance-changed');
      this.sub = payment.sub = carryOut(this.sub, payment.quote, { now: this.now, by });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return this.giveBack(payment, payment.due);
    }
    const { sub } = payment;
    sub.stretches = sub.stretches.map((each) => (each.paidBy ? each : { ...each, paidBy: payment }));
    payment.isInvoiced = payment.quote.charges.length + payment.quote.credits.length > 0;
    this.balance += payment.left - payment.used;
  }

  protected startTrial(quote: Quote): void {
    this.trialUsed = true;
    const endsAt = this.now + PLANS[quote.plan].trialDays * DAY;
    this.sub = opened(quote, this.now, { status: 'trialing', endsAt });
  }

  protected giveBack(payment: Payment, minor: number): void {
    this.reclaim(payment, minor);
    payment.refunded += minor;
    payment.status = payment.refunded < payment.due ? 'partially_refunded' : 'refunded';
    this.cash -= minor;
  }

  /** What of the money was credited before is not there twice: what was never credited goes back first. */
  protected reclaim(payment: Payment, minor: number): void {
    const { due, refunded, sub } = payment;
    const credits = this.payments
      .filter((each) => each.isInvoiced && each.sub === sub)
      .flatMap(({ quote, credited }) =>
        quote.credits.map(({ paidBy }, index) => ({ paidBy, minor: credited[index] ?? 0 })),
      )
      .filter(({ paidBy }) => paidBy === payment);
    const credited = sum(credits);
    const beyond = (back: number): number =>
      Math.min(credited, Math.max(0, back - Math.max(0, due - credited)));
    this.balance -= Math.min(this.balance, beyond(refunded + minor) - beyond(refunded));
  }

  /** A payment ends unpaid, and what waited for it. */
  protected giveUp(payment: Payment, as: 'failed' | 'expired'): void {
    payment.status = as;
    if (payment.sub) move(payment.sub, { status: 'expired' });
  }

  protected endAccess(sub: Sub | null): void {
    if (sub && sub === this.sub && isLive(sub)) this.cancelNow(sub);
  }

  /** What has not begun goes back; what waits for its payer is given up. */
  protected cancelNow(sub: Sub): void {
    const mine = this.payments.filter((payment) => payment.sub === sub);
    const { status } = sub;
    move(sub, { status: status === 'incomplete' ? 'expired' : 'canceled' });
    for (const payment of mine) {
      if (payment.status === 'requires_action') payment.status = 'expired';
      const rest = payment.due - payment.refunded;
      const isOurs = payment.status === 'succeeded' || payment.status === 'partially_refunded';
      if (status === 'scheduled' && isOurs && rest > 0) this.giveBack(payment, rest);
      if (status === 'scheduled') this.balance += payment.used;
    }
  }

  protected open(): Payment | undefined {
    return this.payments.find(({ status }) => status === 'requires_action');
  }

  protected live(): Sub {
    return this.sub && isLive(this.sub) ? this.sub : refuse('subscriptions.no-current');
  }

  /** What stands in the way of another: not what waits for its payer. */
  protected current(): Sub | null {
    return this.sub && isLive(this.sub) && this.sub.status !== 'incomplete' ? this.sub : null;
  }
}

const totalOf = (amounts: readonly number[]): number => amounts.reduce((total, each) => total + each, 0);
