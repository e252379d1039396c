import fc from 'fast-check';
import type { Reference } from './model.ts';
import type { Order, Payment } from './offers.ts';
import { DAY, HOUR, PLANS, SECOND, type PlanKey } from './reckoning.ts';
import type { Method } from './till.ts';

/** One thing that is done to both: to the product and to its model. Plain data, so that it can be read and repeated. */
export type Command =
  | { readonly do: 'buy'; readonly plan: PlanKey; readonly method: Method | null }
  | {
      readonly do: 'subscribe';
      readonly plan: PlanKey;
      readonly method: Method | null;
      readonly autoRenew: boolean;
      /** Days until it starts; 0: now. */
      readonly startsIn: number;
    }
  | { readonly do: 'renew' | 'resume'; readonly method: Method | null }
  | { readonly do: 'cancel'; readonly when: 'now' | 'period_end' }
  | { readonly do: 'auto-renew'; readonly on: boolean; readonly method: Method | null }
  | {
      readonly do: 'pause';
      readonly when: 'now' | 'period_end';
      /** Days from now until it ends by itself; null: never. */
      readonly resumesIn: number | null;
    }
  | {
      readonly do: 'change';
      readonly plan: PlanKey;
      readonly proration: 'prorate' | 'none' | 'full';
      readonly method: Method | null;
    }
  | { readonly do: 'change-at-end'; readonly plan: PlanKey }
  | { readonly do: 'checkout'; readonly pays: boolean }
  /** `which`: of all payments, counted round. */
  | {
      readonly do: 'refund';
      readonly which: number;
      readonly minor: number | null;
      readonly endAccess: boolean;
    }
  | { readonly do: 'dispute'; readonly which: number; readonly ending: 'won' | 'lost' }
  | { readonly do: 'turn'; readonly by: number }
  /** To an instant at which something changes, or one millisecond beside it. */
  | { readonly do: 'turn-to'; readonly what: 'end' | 'window' | 'grace' | 'retry'; readonly off: number };

const planKeys = Object.keys(PLANS) as readonly PlanKey[];
const plan = fc.constantFrom(...planKeys);
const method = fc.constantFrom<(Method | null)[]>(
  ...(['pm_ok', 'pm_ok', 'pm_ok', null, 'pm_declined', 'pm_ok_then_declined', 'pm_requires_action'] as const),
);
const which = fc.nat({ max: 30 });
const days = fc.integer({ min: 1, max: 60 });
const by = fc.oneof(
  fc.integer({ min: 1, max: 60 * SECOND }),
  fc.integer({ min: SECOND, max: 26 * HOUR }),
  fc.integer({ min: HOUR, max: 45 * DAY }),
);
const mostly = fc.constantFrom(true, true, true, false);
const rarely = fc.constantFrom(false, false, false, true);
const when = fc.constantFrom('now', 'period_end', 'period_end');
const what = fc.constantFrom('end', 'end', 'window', 'grace', 'retry');
const startsIn = fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, days);
const proration = fc.constantFrom('prorate', 'prorate', 'none', 'full');
const minor = fc.option(fc.integer({ min: 1, max: 1_500 }), { freq: 2 });

const is = <K extends Command['do']>(name: K): { readonly do: fc.Arbitrary<K> } => ({
  do: fc.constant(name),
});

/** Of most lives something is left to be done to: every other command lets time go by. */
export const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ ...is('turn'), by }) },
  { weight: 6, arbitrary: fc.record({ ...is('turn-to'), what, off: fc.constantFrom(-1, 0, 1) }) },
  { weight: 2, arbitrary: fc.record({ ...is('buy'), plan, method }) },
  { weight: 5, arbitrary: fc.record({ ...is('subscribe'), plan, method, autoRenew: mostly, startsIn }) },
  { weight: 3, arbitrary: fc.record({ ...is('renew'), method }) },
  { weight: 2, arbitrary: fc.record({ ...is('resume'), method }) },
  { weight: 1, arbitrary: fc.record({ ...is('cancel'), when }) },
  { weight: 2, arbitrary: fc.record({ ...is('auto-renew'), on: mostly, method }) },
  { weight: 2, arbitrary: fc.record({ ...is('pause'), when, resumesIn: fc.option(days, { freq: 3 }) }) },
  { weight: 3, arbitrary: fc.record({ ...is('change'), plan, proration, method }) },
  { weight: 2, arbitrary: fc.record({ ...is('change-at-end'), plan }) },
  { weight: 2, arbitrary: fc.record({ ...is('checkout'), pays: mostly }) },
  { weight: 1, arbitrary: fc.record({ ...is('refund'), which, minor, endAccess: rarely }) },
  { weight: 1, arbitrary: fc.record({ ...is('dispute'), which, ending: fc.constantFrom('won', 'lost') }) },
);

/** A command made definite: which payment, which instant. */
export interface Aim {
  readonly now: number;
  /** Milliseconds that a turn takes. */
  readonly by: number;
  readonly payment: Payment | undefined;
  readonly paymentId: string | undefined;
}

/** What a command is about in the present state, which model and product are to agree on. */
export function aimOf(todo: Command, model: Reference, ids: readonly string[]): Aim {
  const { now, payments } = model;
  const index = 'which' in todo && payments.length > 0 ? todo.which % payments.length : -1;
  const payment = payments[index];
  const isMeant = todo.do !== 'dispute' || (payment && isDisputable(payment));
  const place = isMeant ? index : -1;
  return { now, by: turnOf(todo, model), payment: payments[place], paymentId: ids[place] };
}

const isDisputable = ({ due, status }: Payment): boolean =>
  due > 0 && (status === 'succeeded' || status === 'partially_refunded' || status === 'refunded');

function turnOf(todo: Command, { now, sub }: Reference): number {
  if (todo.do === 'turn') return todo.by;
  const end = sub?.endsAt ?? null;
  if (todo.do !== 'turn-to' || !sub || end === null) return 0;
  const grace = PLANS[sub.plan].graceDays * DAY;
  const at = { end, window: end - 30 * DAY, grace: end + grace, retry: sub.retryAt ?? now }[todo.what];
  return Math.max(0, at + todo.off - now);
}

/** Does it to the model; answers `ok`, `requires_action`, `none` (there is nothing to do it to), or a code. */
export const expected = (todo: Command, model: Reference, aim: Aim): string =>
  model.try(() => expectedOf(todo, model, aim));

function expectedOf(todo: Command, model: Reference, { now, by: turn, payment }: Aim): string | void {
  switch (todo.do) {
    case 'buy':
      return model.purchase({ intent: 'buy', plan: todo.plan }, todo.method);
    case 'subscribe':
      return model.purchase({ ...orderOf(todo, now), intent: 'subscribe' }, todo.method);
    case 'renew':
      return model.purchase({ intent: 'renew' }, todo.method);
    case 'change':
      return model.purchase({ intent: 'change', plan: todo.plan, proration: todo.proration }, todo.method);
    case 'resume':
      return model.resume(todo.method);
    case 'cancel':
      return model.cancel(todo.when);
    case 'auto-renew':
      return model.setAutoRenew(todo.on, todo.method);
    case 'pause':
      return model.pause(todo.when, todo.resumesIn === null ? null : now + todo.resumesIn * DAY);
    case 'change-at-end':
      return model.scheduleChange(todo.plan);
    case 'checkout':
      return model.checkout(todo.pays);
    case 'refund':
      return payment ? model.refund(payment, todo.minor, todo.endAccess) : 'none';
    case 'dispute':
      return payment ? model.dispute(payment, todo.ending) : 'none';
    case 'turn':
    case 'turn-to':
      return model.turn(turn);
  }
}

const orderOf = (todo: Extract<Command, { do: 'subscribe' }>, now: number): Omit<Order, 'intent'> => ({
  plan: todo.plan,
  autoRenew: todo.autoRenew,
  startsAt: todo.startsIn === 0 ? null : now + todo.startsIn * DAY,
});
