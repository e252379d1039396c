import type { Actor } from '../kernel/actor.ts';
import { DomainError } from '../kernel/domain-error.ts';
import type { Instant } from '../kernel/instant.ts';
import type { Answer } from '../kernel/once.ts';
import type { Subscription } from '../subscriptions/index.ts';
import { capture, carryOut } from './capture.ts';
import type { BillingDeps, PurchaseStores, Receipt } from './deps.ts';
import { paymentEvent, type PaymentEventType } from './events.ts';
import type { BillTo } from './invoice.ts';
import { isOpen } from './payment-lifecycle.ts';
import * as payments from './payment.ts';
import type { Asking, Payment } from './payment.ts';
import type { Charged, Found } from './ports.ts';
import { refusals } from './refusals.ts';
import { setAsideReleased } from './set-aside.ts';

export type { BillingDeps, PurchaseStores, Receipt } from './deps.ts';

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
  /** Whom an invoice is made out to. */
  readonly billTo: BillTo | null;
  readonly now: Instant;
}

/**
 * The third step of a purchase, for whoever learnt the outcome: the caller, a retry, the next buyer, the
 * resolver, a webhook. One transaction behind the account's lock, on the payment as it is by then; again it
 * changes nothing.
 */
export function settler(deps: BillingDeps) {
  const { unitOfWork, payers, clock } = deps;
  return async (asked: Payment, word: Word): Promise<Settlement> => {
    // Before the transaction, inside of which there are only stores.
    const payer = word.found.outcome === 'captured' ? await payers.of(asked.accountId) : undefined;
    return unitOfWork.run(async (stores) => {
      await stores.lock(asked.accountId);
      const payment = await stores.payments.find(asked.id);
      if (!payment) throw new Error(`payment ${asked.id} is gone`);
      const it = { ...word, stores, payment, billTo: payer ?? null, now: clock.now() };
      const settlement = await settled(deps, it);
      await keep(it, settlement);
      return settlement;
    });
  };
}

function settled(deps: BillingDeps, it: Case): Promise<Settlement> {
  const { found } = it;
  switch (found.outcome) {
    case 'captured':
      return isPaid(it.payment) ? paidBefore(deps, it) : paidNow(deps, it, found);
    case 'declined':
      return decline(deps, it, found.reason ?? 'declined');
    case 'absent':
      return decline(deps, it, 'not-charged');
    case 'requires_action':
      return waitForPayer(deps, it, found);
    case 'unknown':
      return remainUnknown(deps, it);
  }
}

const isPaid = ({ status }: Payment): boolean =>
  !isOpen(status) && status !== 'failed' && status !== 'expired';

async function receiptOf(
  { operations }: BillingDeps,
  { stores, now }: Case,
  { payment, state }: { readonly payment: Payment; readonly state: Subscription | undefined },
): Promise<Settlement> {
  const { subscriptionId } = payment.quote;
  // While the payment is open nothing has changed: what was to be renewed or changed is shown as it is.
  const shown =
    state ?? (subscriptionId === null ? undefined : await stores.subscriptions.find(subscriptionId));
  const subscription = shown ? await operations.describe(stores, { state: shown, now }) : null;
  return { receipt: { payment, subscription, at: now } };
}

const tell = ({ ids }: BillingDeps, it: Case, payment: Payment, type: PaymentEventType): Promise<void> =>
  it.stores.outbox.add([paymentEvent(payment, { type, at: it.now, ids })]);

/** Somebody was faster: the answer is what they made of it. */
async function paidBefore(deps: BillingDeps, it: Case): Promise<Settlement> {
  const { payment } = it;
  if (payment.invoiceId === null) return { refusal: refusals.paymentLate(payment.id), kept: false };
  return receiptOf(deps, it, { payment, state: await carryOut(deps, it) });
}

async function paidNow(deps: BillingDeps, it: Case, charged: Charged): Promise<Settlement> {
  const brought = await capture(deps, { ...it, charged });
  if ('refused' in brought) return { refusal: brought.refused, kept: false };
  return receiptOf(deps, it, { payment: brought.payment, state: brought.bought });
}

async function decline(deps: BillingDeps, it: Case, reason: string): Promise<Settlement> {
  const { stores, payment, now } = it;
  const abandoned = payment.status === 'requires_action' && reason === 'abandoned';
  if (abandoned) await end(deps, it, payments.expired(payment, it.supersede ? 'superseded' : reason, now));
  else if (isOpen(payment.status)) await end(deps, it, payments.declined(payment, reason, now));
  else if (payment.nextCheckAt !== null) await stores.payments.save(payments.laidToRest(payment));
  return { refusal: refusals.paymentDeclined(payment.id, reason), kept: true };
}

/** A payment ends unpaid, and with it what was set aside for it, and the subscription that waited. */
async function end(deps: BillingDeps, it: Case, unpaid: Payment): Promise<void> {
  const { stores, payment, actor, now } = it;
  const { accountId, collectionOf, subscriptionId } = payment;
  await stores.payments.save(unpaid);
  await setAsideReleased(stores, payment);
  let retryAt: Instant | null = null;
  if (collectionOf !== null) {
    const failed = { accountId, subscriptionId: collectionOf, paymentId: payment.id, now };
    ({ retryAt } = await deps.operations.failCollection(stores, failed));
  } else if (subscriptionId !== null)
    await deps.operations.abandonAwaited(stores, { accountId, subscriptionId, actor, now });
  const { ids } = deps;
  const type = 'billing.payment-failed';
  await stores.outbox.add([paymentEvent(unpaid, { type, at: now, ids, retryAt })]);
}

async function waitForPayer(deps: BillingDeps, it: Case, charged: Charged): Promise<Settlement> {
  const { stores, payment, now } = it;
  if (!isOpen(payment.status)) return { refusal: refusals.paymentLate(payment.id), kept: false };
  const waiting = payments.waitingForPayer(payment, charged, { now, policy: deps.policy });
  if (it.supersede) {
    await end(deps, it, { ...payments.expired(waiting, 'superseded', now), version: waiting.version });
    return { refusal: refusals.paymentLate(payment.id), kept: false };
  }
  const awaited = await awaitedBy(deps, it);
  const open = awaited ? { ...waiting, subscriptionId: awaited.id } : waiting;
  await stores.payments.save(open);
  return receiptOf(deps, it, { payment: open, state: awaited });
}

/** The subscription that waits, `incomplete`, for the payer of a first payment. */
async function awaitedBy({ operations }: BillingDeps, it: Case): Promise<Subscription | undefined> {
  const { stores, payment, actor, now } = it;
  const { accountId, quote, subscriptionId } = payment;
  if (subscriptionId !== null) return stores.subscriptions.find(subscriptionId);
  if (quote.kind !== 'start' && quote.kind !== 'scheduled') return undefined;
  if (await stores.closedAccounts.isClosed(accountId)) return undefined;
  try {
    return await operations.awaitPayer(stores, { accountId, quote, actor, now });
  } catch (error) {
    // Something was given meanwhile by another way: the payment waits alone, and goes back should it be paid.
    if (error instanceof DomainError && error.kind === 'conflict') return undefined;
    throw error;
  }
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
  return receiptOf(deps, it, { payment: open, state: undefined });
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
  else if (asked === 'charge' || !isOpenReceipt(settlement))
    await stores.idempotency.answer(payment.requestKey, answer);
}

const isOpenReceipt = (settlement: Settlement): boolean =>
  'receipt' in settlement && settlement.receipt.payment !== null && isOpen(settlement.receipt.payment.status);

/** Results and declines are kept; any other refusal is not (rules.md, "Idempotency-Key"). */
function answerOf(settlement: Settlement): Answer | null {
  if ('receipt' in settlement) return { result: settlement.receipt };
  if (!settlement.kept) return null;
  const { kind, code, message, details } = settlement.refusal;
  return { refusal: { kind, code, message, details } };
}
