import type { Actor } from '../kernel/actor.ts';
import { DomainError } from '../kernel/domain-error.ts';
import type { Ids } from '../kernel/ids.ts';
import type { Clock, Instant } from '../kernel/instant.ts';
import type { Answer } from '../kernel/once.ts';
import type { UnitOfWork } from '../kernel/unit-of-work.ts';
import type {
  Subscription,
  SubscriptionDetails,
  SubscriptionOperations,
  SubscriptionStores,
} from '../subscriptions/index.ts';
import { paymentEvent, refundEvent, type PaymentEventType } from './events.ts';
import { isOpen } from './payment-lifecycle.ts';
import * as payments from './payment.ts';
import type { Asking, Payment } from './payment.ts';
import type { BillingPolicy } from './policy.ts';
import type { BillingStores, Found, PaymentGateway } from './ports.ts';
import { fullRefund } from './refund.ts';
import { refusals } from './refusals.ts';

export type PurchaseStores = BillingStores & SubscriptionStores;

export interface BillingDeps {
  readonly unitOfWork: UnitOfWork<PurchaseStores>;
  readonly operations: SubscriptionOperations;
  readonly gateway: PaymentGateway;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly policy: BillingPolicy;
}

/** What a purchase gave. Plain data: it is kept as the answer of an Idempotency-Key. */
export interface Receipt {
  /** Null when nothing was to be paid because a trial began. */
  readonly payment: Payment | null;
  /** As the purchase left it. Null while the outcome of the payment is open. */
  readonly subscription: SubscriptionDetails | null;
  readonly at: Instant;
}

export type Settlement =
  { readonly receipt: Receipt } | { readonly refusal: DomainError; readonly kept: boolean };

/** What the gateway said about a payment, to whom, and when. */
export interface Word {
  readonly found: Found;
  readonly asked: Asking;
  /** Another purchase is to take the place of one that still waits for its payer. */
  readonly supersede?: boolean;
  readonly actor: Actor;
}

interface Case extends Word {
  readonly stores: PurchaseStores;
  readonly payment: Payment;
  readonly now: Instant;
}

/**
 * The third step of a purchase, for whoever learnt the outcome: the caller, a retry, the next buyer, the
 * resolver. One transaction behind the account's lock, on the payment as it is by then; again it changes
 * nothing.
 */
export function settler(deps: BillingDeps) {
  const { unitOfWork, clock } = deps;
  return (asked: Payment, word: Word): Promise<Settlement> =>
    unitOfWork.run(async (stores) => {
      await stores.lock(asked.accountId);
      const payment = await stores.payments.find(asked.id);
      if (!payment) throw new Error(`payment ${asked.id} is gone`);
      const it = { ...word, stores, payment, now: clock.now() };
      const settlement = await settled(deps, it);
      await keep(it, settlement);
      return settlement;
    });
}

function settled(deps: BillingDeps, it: Case): Promise<Settlement> {
  switch (it.found.outcome) {
    case 'captured':
      return isPaid(it.payment) ? paidBefore(deps, it) : capture(deps, it, it.found.reference);
    case 'declined':
      return decline(deps, it, it.found.reason ?? 'declined');
    case 'absent':
      return decline(deps, it, 'not-charged');
    case 'requires_action':
      return waitForPayer(deps, it, it.found);
    case 'unknown':
      return remainUnknown(deps, it);
  }
}

const isPaid = ({ status }: Payment): boolean =>
  !isOpen(status) && status !== 'failed' && status !== 'expired';

const openReceipt = (payment: Payment, now: Instant): Settlement => ({
  receipt: { payment, subscription: null, at: now },
});

async function paidReceipt(
  { operations }: BillingDeps,
  { stores, now }: Case,
  { payment, bought }: { readonly payment: Payment; readonly bought: Subscription },
): Promise<Settlement> {
  const subscription = await operations.describe(stores, { state: bought, now });
  return { receipt: { payment, subscription, at: now } };
}

async function tell({ ids }: BillingDeps, it: Case, payment: Payment, type: PaymentEventType): Promise<void> {
  await it.stores.outbox.add([paymentEvent(payment, { type, at: it.now, ids })]);
}

/** Somebody was faster: the answer is what they made of it. */
async function paidBefore(deps: BillingDeps, it: Case): Promise<Settlement> {
  const { payment } = it;
  if (payment.subscriptionId === null) return { refusal: refusals.paymentLate(payment.id), kept: false };
  return paidReceipt(deps, it, { payment, bought: await apply(deps, it) });
}

const apply = ({ operations }: BillingDeps, { stores, payment, actor, now }: Case): Promise<Subscription> =>
  operations.applyPurchase(stores, {
    accountId: payment.accountId,
    quote: payment.quote,
    paymentId: payment.id,
    actor,
    now,
  });

async function capture(deps: BillingDeps, it: Case, reference: string | null): Promise<Settlement> {
  const { stores, payment, now } = it;
  const paid = payments.captured(payment, reference, now);
  const bought = isOpen(payment.status) ? await bring(deps, it) : refusals.paymentLate(payment.id);
  if (bought instanceof DomainError) {
    await stores.payments.save(paid);
    await tell(deps, it, paid, 'billing.payment-succeeded');
    await sendBack(deps, it, { paid, reason: bought.code });
    return { refusal: bought, kept: false };
  }
  const whole = payments.forSubscription(paid, bought);
  await stores.payments.save(whole);
  await tell(deps, it, whole, 'billing.payment-succeeded');
  return paidReceipt(deps, it, { payment: whole, bought });
}

/** The subscription that was paid for, or why the facts no longer allow it: the account may have been deleted meanwhile. */
async function bring(deps: BillingDeps, it: Case): Promise<Subscription | DomainError> {
  try {
    if (await it.stores.closedAccounts.isClosed(it.payment.accountId)) throw refusals.accountClosed();
    return await apply(deps, it);
  } catch (error) {
    if (!(error instanceof DomainError) || error.kind === 'unavailable') throw error;
    const { kind, code, message, details } = error;
    return new DomainError(kind, code, message, { ...details, payment_id: it.payment.id });
  }
}

/** Money that bought nothing goes back, by a row that the refund sweep brings to its end. */
async function sendBack(
  { ids }: BillingDeps,
  { stores, now }: Case,
  { paid, reason }: { readonly paid: Payment; readonly reason: string },
): Promise<void> {
  const refund = fullRefund(paid, { id: ids.next(), reason, now });
  await stores.refunds.add(refund);
  await stores.outbox.add([refundEvent(refund, { type: 'billing.refund-requested', at: now, ids })]);
}

async function decline(deps: BillingDeps, it: Case, reason: string): Promise<Settlement> {
  const { stores, payment, now } = it;
  if (isOpen(payment.status)) {
    const failed = payments.declined(payment, reason, now);
    await stores.payments.save(failed);
    await tell(deps, it, failed, 'billing.payment-failed');
  } else if (payment.nextCheckAt !== null) await stores.payments.save(payments.laidToRest(payment));
  return { refusal: refusals.paymentDeclined(payment.id, reason), kept: true };
}

async function waitForPayer(
  deps: BillingDeps,
  it: Case,
  charge: { readonly reference: string | null; readonly checkoutUrl: string | null },
): Promise<Settlement> {
  const { stores, payment, now } = it;
  if (!isOpen(payment.status)) return { refusal: refusals.paymentLate(payment.id), kept: false };
  const waiting = payments.waitingForPayer(payment, charge);
  if (!it.supersede) {
    await stores.payments.save(waiting);
    return openReceipt(waiting, now);
  }
  const expired = { ...payments.superseded(waiting, now), version: waiting.version };
  await stores.payments.save(expired);
  await tell(deps, it, expired, 'billing.payment-failed');
  return { refusal: refusals.paymentLate(payment.id), kept: false };
}

async function remainUnknown(deps: BillingDeps, it: Case): Promise<Settlement> {
  const { stores, payment, now } = it;
  if (isPaid(payment)) return paidBefore(deps, it);
  const open = payments.stillUnknown(payment, { by: it.asked, now, policy: deps.policy });
  await stores.payments.save(open);
  if (open.nextCheckAt === null) await tell(deps, it, open, 'billing.payment-unresolved');
  if (!isOpen(open.status))
    return { refusal: refusals.paymentDeclined(payment.id, payment.failureReason), kept: false };
  if (it.asked === 'charge') await tell(deps, it, open, 'billing.payment-pending');
  return openReceipt(open, now);
}

/**
 * Answers the caller's key, if it still waits for this payment. An outcome that is open is an answer only to
 * the one who charges: a dead caller's retry is to find the claim, and drive it to its end.
 */
async function keep({ stores, payment, asked }: Case, settlement: Settlement): Promise<void> {
  if (payment.requestKey === null) return;
  const record = await stores.idempotency.find(payment.requestKey);
  if (record?.subjectId !== payment.id || record.answer !== null) return;
  const answer = answerOf(settlement);
  if (answer === null) await stores.idempotency.release(payment.requestKey);
  else if (asked === 'charge' || !('receipt' in settlement) || settlement.receipt.subscription !== null)
    await stores.idempotency.answer(payment.requestKey, answer);
}

/** Results and declines are kept; any other refusal is not (rules.md, "Idempotency-Key"). */
function answerOf(settlement: Settlement): Answer | null {
  if ('receipt' in settlement) return { result: settlement.receipt };
  if (!settlement.kept) return null;
  const { kind, code, message, details } = settlement.refusal;
  return { refusal: { kind, code, message, details } };
}
