import type { Actor } from '../kernel/actor.ts';
import type { Swept } from '../kernel/due.ts';
import { after, DAY, earlier, HOUR, later, SECOND, type Instant } from '../kernel/instant.ts';
import type { Subscription } from '../subscriptions/index.ts';
import { askAbout } from './ask-about.ts';
import { UNKNOWN_CHARGE } from './charged.ts';
import { chargeRequestOf } from './charge-request.ts';
import type { BillingDeps, PurchaseStores } from './deps.ts';
import type { BillTo } from './invoice.ts';
import type { OverageReading } from './meter-bill.ts';
import { openPayment } from './open-payment.ts';
import { asking, isStale, type Payment } from './payment.ts';
import type { Charged, PaymentGateway } from './ports.ts';
import { settler, type Settlement } from './settle.ts';

const COLLECTOR: Actor = { kind: 'system', job: 'collect' };

export interface CollectionSweep {
  /**
   * Collects what at most `limit` subscriptions owe by the calendar: terms that renew by themselves, debts due
   * for another try, pauses that end with nothing left. Any number of processes may run it at once: a due term
   * is charged by one. What fails does not keep the others waiting; the first failure rejects at the end.
   */
  collectDue(limit: number): Promise<Swept>;
}

export function collectionSweep(deps: BillingDeps): CollectionSweep {
  const { unitOfWork, payers, clock } = deps;
  const collect = collector(deps);
  return {
    collectDue: async (limit) => {
      const due = await unitOfWork.read(({ subscriptions }) => subscriptions.collectable(clock.now(), limit));
      if (due.length === 0) return { done: 0 };
      const allowed = await payers.mayCollect(due.map(({ accountId }) => accountId));
      const failures: unknown[] = [];
      let done = 0;
      for (const each of due)
        try {
          if (await collect(each, allowed.has(each.accountId))) done += 1;
        } catch (error) {
          failures.push(error);
        }
      if (failures.length > 0)
        throw new Error(`${failures.length} of ${due.length} collections failed`, { cause: failures[0] });
      return { done };
    },
  };
}

/** What is there to do about one subscription: asked once, behind the account's lock. */
type Step =
  | { readonly kind: 'nothing' }
  /** Looked at again later: somebody is at it, or it may not be charged now. */
  | { readonly kind: 'put-off' }
  /** Nothing was to be paid: collected. */
  | { readonly kind: 'done' }
  /** Another payment of the account was left open, and nobody asks about it by himself any more. */
  | { readonly kind: 'ask-first'; readonly payment: Payment }
  | { readonly kind: 'charge'; readonly payment: Payment };

interface Debt {
  readonly accountId: string;
  readonly subscriptionId: string;
  readonly mayCollect: boolean;
  readonly billTo: BillTo | null;
  readonly readings: readonly OverageReading[];
}

/** Collects from one subscription, term by term until nothing is due; false when nothing was. */
function collector(deps: BillingDeps): (due: Subscription, mayCollect: boolean) => Promise<boolean> {
  const { unitOfWork, gateway, payers, meters, policy } = deps;
  const settle = settler(deps);
  const ask = askAbout(deps);

  /** True when the term is paid and the next may be due. */
  const charge = async (payment: Payment, debt: Debt): Promise<boolean> => {
    const found = hasMethod(payment, gateway)
      ? await gateway.charge(chargeRequestOf(payment, gateway))
      : NO_METHOD;
    const settlement = await settle(payment, { found, asked: 'charge', actor: COLLECTOR });
    if (found.outcome === 'captured' && 'refusal' in settlement)
      await unitOfWork.run((stores) => putOff(stores, debt, after(deps.clock.now(), DAY)));
    return isPaid(settlement);
  };

  return async (due, mayCollect) => {
    const { accountId } = due;
    const billTo = mayCollect ? ((await payers.of(accountId)) ?? null) : null;
    const readings = mayCollect ? await meters.overageOf(accountId) : [];
    const debt = { accountId, subscriptionId: due.id, mayCollect, billTo, readings };
    for (let round = 0; round < policy.collectTermsAtOnce; round += 1) {
      const step = await unitOfWork.run((stores) => begin(deps, stores, debt));
      if (step.kind === 'nothing') return round > 0;
      if (step.kind === 'put-off') return true;
      if (step.kind === 'ask-first') await ask(step.payment, COLLECTOR);
      if (step.kind === 'charge' && !(await charge(step.payment, debt))) return true;
    }
    return true;
  };
}

const NO_METHOD: Charged = { ...UNKNOWN_CHARGE, outcome: 'declined', reason: 'no_payment_method' };

/** Nobody is there to fill in a checkout page: without a stored method there is nothing to charge. */
const hasMethod = (
  { paymentMethod }: Payment,
  { defaultMethod, defaultOffSession }: PaymentGateway,
): boolean => defaultOffSession || paymentMethod !== defaultMethod;

const isPaid = (settlement: Settlement): boolean =>
  'receipt' in settlement && settlement.receipt.payment?.status === 'succeeded';

async function begin(deps: BillingDeps, stores: PurchaseStores, debt: Debt): Promise<Step> {
  const { accountId, subscriptionId, billTo, readings } = debt;
  await stores.lock(accountId);
  const now = deps.clock.now();
  if (!debt.mayCollect || (await stores.closedAccounts.isClosed(accountId))) {
    await putOff(stores, debt, after(now, deps.policy.collectAgainHours * HOUR));
    return { kind: 'put-off' };
  }
  const open = await stores.payments.findOpen(accountId);
  if (open) return beside(deps, stores, { debt, open, now });
  // Asks again whether anything is due: another worker may have collected it since it was listed.
  const quote = await deps.operations.quoteCollection(stores, { subscriptionId, now });
  if (!quote) return { kind: 'nothing' };
  return openPayment(deps, stores, {
    id: deps.ids.next(),
    accountId,
    intent: quote.kind === 'resume' ? 'resume' : 'renew',
    quote,
    coupon: null,
    readings,
    method: null,
    returnUrl: null,
    offSession: true,
    collectionOf: subscriptionId,
    requestKey: null,
    billTo,
    actor: COLLECTOR,
    now,
  });
}

/**
 * An account has one open payment: what it pays for may be this very term, so nothing is charged beside it.
 * Who is at it has time to finish; a payment that everybody gave up is asked about, once a day.
 */
async function beside(
  { policy }: BillingDeps,
  stores: PurchaseStores,
  { debt, open, now }: { readonly debt: Debt; readonly open: Payment; readonly now: Instant },
): Promise<Step> {
  const unattended = open.nextCheckAt === null;
  if (unattended && isStale(open, now, policy)) {
    const asked = asking(open, now, policy);
    await stores.payments.save(asked);
    return { kind: 'ask-first', payment: asked };
  }
  const settled = earlier(open.nextCheckAt ?? after(now, DAY), after(now, unattended ? DAY : HOUR));
  await putOff(stores, debt, later(settled, after(now, policy.staleSeconds * SECOND)));
  return { kind: 'put-off' };
}

/** Has the collection looked at again at `at`, and not before. */
async function putOff(stores: PurchaseStores, debt: Debt, at: Instant): Promise<void> {
  await stores.lock(debt.accountId);
  await stores.subscriptions.putOffCollection(debt.subscriptionId, at);
}
