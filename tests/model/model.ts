import { endPause, graceEnd, move, pauseAt } from './life.ts';
import {
  checkChange,
  isLive,
  isSpent,
  Refused,
  refuse,
  renewalOf,
  renewsItself,
  resumptionOf,
  type Sub,
} from './offers.ts';
import { DAY, HOUR, SECOND, type PlanKey } from './reckoning.ts';
import { Till, type Method } from './till.ts';

const AWAIT = 23 * HOUR;

/**
 * One account by the rules, as small as it can be: no stores, no events, no
 * races. Commands that the rules refuse throw `Refused`.
 */
export class Reference extends Till {
  /** From each failed charge of a debt to the next try; behind the last it is given up. */
  protected retryDays: readonly number[] = [2, 5, 7, 7];

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

  cancel(when: 'now' | 'period_end'): void {
    const sub = this.live();
    if (when === 'now' || (sub.status !== 'active' && sub.status !== 'trialing')) this.cancelNow(sub);
    else if (!sub.cancelAtEnd) move(sub, { cancelAtEnd: true });
  }

  resume(method: Method | null): string {
    const sub = this.live();
    const { status, cancelAtEnd, pauseAtEnd, resumesAt } = sub;
    if (status === 'paused' && isSpent(sub)) return this.purchase({ intent: 'resume' }, method);
    if (status !== 'paused' && !cancelAtEnd && !pauseAtEnd) refuse('subscriptions.nothing-to-resume');
    if (status === 'paused') endPause(sub, this.now);
    else move(sub, { pauseAtEnd: false, resumesAt: pauseAtEnd ? null : resumesAt });
    sub.cancelAtEnd = false;
    return 'ok';
  }

  setAutoRenew(on: boolean, method: Method | null): void {
    if (method !== null) this.method = method;
    const sub = this.live();
    if (sub.autoRenew === on) return;
    const owes = sub.status === 'past_due';
    if (on) return move(sub, { autoRenew: true, ...(owes && { retryAt: this.now, givesUpAt: null }) });
    const resumesAt = sub.status === 'paused' ? sub.resumesAt : null;
    move(sub, { autoRenew: false, pauseAtEnd: false, resumesAt, next: null, retryAt: null });
    if (owes) sub.givesUpAt = graceEnd(sub);
  }

  pause(when: 'now' | 'period_end', resumesAt: number | null): void {
    const sub = this.live();
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
    const sub = this.live();
    if (sub.next !== null && sub.plan === plan) return move(sub, { next: null });
    checkChange(sub, plan);
    if (!sub.autoRenew) refuse('subscriptions.needs-auto-renew');
    if (sub.next !== plan) move(sub, { next: plan });
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
    const open = this.open();
    if (open) add(open.createdAt + AWAIT, () => this.giveUp(open, 'expired'));
    const { sub } = this;
    if (!sub || !isLive(sub)) return due;
    const { status, endsAt, resumesAt } = sub;
    const collected = (at: number | null): void =>
      add(at && Math.max(at, sub.putOffTo), () => this.#collect(sub));
    if (status === 'scheduled') add(sub.anchor, () => move(sub, { status: 'active' }));
    if (status === 'past_due') add(sub.givesUpAt, () => move(sub, { status: 'expired' }));
    if (status === 'past_due') collected(sub.retryAt);
    if (status === 'paused' && isSpent(sub) && sub.autoRenew) collected(resumesAt);
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
    const open = this.open();
    if (open) {
      const settled = Math.min(open.createdAt + AWAIT, this.now + HOUR);
      sub.putOffTo = Math.max(settled, this.now + 30 * SECOND);
      return;
    }
    const isPaused = sub.status === 'paused';
    const payment = this.price((isPaused ? resumptionOf : renewalOf)(sub, this.now));
    if (payment.due === 0 || (this.method ?? 'pm_ok') === 'pm_ok') return this.capture(payment, 'calendar');
    this.payments.push({ ...payment, status: 'failed' });
    const days = this.retryDays[sub.failures];
    if (isPaused) move(sub, { resumesAt: null });
    else if (days === undefined) move(sub, { status: 'expired' });
    else move(sub, { status: 'past_due', failures: sub.failures + 1, retryAt: this.now + days * DAY });
  }
}
