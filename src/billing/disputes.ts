import type { Actor } from '../kernel/actor.ts';
import type { Instant } from '../kernel/instant.ts';
import { bookDispute } from './book.ts';
import type { BillingDeps, PurchaseStores } from './deps.ts';
import { closed, type Dispute } from './dispute.ts';
import { disputeEvent } from './events.ts';
import { disputedBy, stillDisputed, undisputed } from './money-back.ts';
import type { Payment } from './payment.ts';
import { reclaimCredit } from './reclaim.ts';
import { lockedPayment, wasPaid, type Heard } from './refund-facts.ts';

const GATEWAY: Actor = { kind: 'system', job: 'dispute' };

/** News of a dispute, as the gateway tells it. */
export interface DisputeNews {
  readonly paymentId: string;
  /** How the gateway calls the dispute. */
  readonly providerReference: string;
  readonly amountMinor: number;
  /** In the gateway's word. */
  readonly reason: string | null;
  /** When it happened there. */
  readonly at: Instant;
  readonly now: Instant;
}

type Deps = Pick<BillingDeps, 'ids' | 'operations'>;

/**
 * A payer objects to a payment, which is `disputed` from now on; access is kept. In the caller's transaction.
 * Again, and after news of its end, it changes nothing.
 */
export async function openDispute(deps: Deps, stores: PurchaseStores, news: DisputeNews): Promise<Heard> {
  const payment = await lockedPayment(stores, news.paymentId);
  if (!payment || !wasPaid(payment)) return 'parked';
  if (!(await stores.disputes.findByReference(news.providerReference)))
    await opened(deps, stores, { payment, news });
  return 'done';
}

/**
 * A dispute is over. Lost, it ends access now and the money is gone; won, the payment is again what it was, also
 * when it had been told as lost before. One that nobody told us of is recorded with its end. In the caller's
 * transaction; again it changes nothing, and nothing follows on `won`.
 */
export async function closeDispute(
  deps: Deps,
  stores: PurchaseStores,
  news: DisputeNews & { readonly outcome: 'won' | 'lost' },
): Promise<Heard> {
  const found = await lockedPayment(stores, news.paymentId);
  if (!found || !wasPaid(found)) return 'parked';
  const known = await stores.disputes.findByReference(news.providerReference);
  const { payment, dispute } = known
    ? { payment: found, dispute: known }
    : await opened(deps, stores, { payment: found, news });
  const over = closed(dispute, news.outcome, news.at);
  if (!over) return 'done';
  await stores.disputes.save(over);
  await announce(deps, stores, over, news.now);
  if (over.status === 'lost') await lose(deps, stores, { payment, dispute: over, now: news.now });
  else await win(deps, stores, { payment, dispute: over, was: dispute, now: news.now });
  return 'done';
}

interface Case {
  readonly payment: Payment;
  readonly dispute: Dispute;
  readonly now: Instant;
}

async function opened(
  deps: Deps,
  stores: PurchaseStores,
  { payment, news }: { readonly payment: Payment; readonly news: DisputeNews },
): Promise<{ readonly payment: Payment; readonly dispute: Dispute }> {
  const { providerReference, amountMinor, at, now } = news;
  const dispute: Dispute = {
    ...{ id: deps.ids.next(), paymentId: payment.id, accountId: payment.accountId },
    ...{ providerReference, amountMinor, currency: payment.currency },
    reason: news.reason ?? 'unknown',
    status: 'open',
    openedAt: at,
    closedAt: null,
    version: 1,
  };
  const disputed = disputedBy(payment, noteOf(dispute));
  await stores.disputes.add(dispute);
  await stores.payments.save(disputed);
  await announce(deps, stores, dispute, now);
  return { payment: disputed, dispute };
}

async function lose(deps: Deps, stores: PurchaseStores, { payment, dispute, now }: Case): Promise<void> {
  const { accountId, subscriptionId } = payment;
  await stores.payments.save(stillDisputed(payment, noteOf(dispute)));
  await book(deps, stores, { payment, dispute, now }, 'lost');
  const { amountMinor, id: reference } = dispute;
  await reclaimCredit(deps, stores, { payment, amountMinor, reference, at: now });
  if (subscriptionId !== null)
    await deps.operations.cancelNow(stores, { accountId, subscriptionId, actor: GATEWAY, now });
}

async function win(
  deps: Deps,
  stores: PurchaseStores,
  { was, ...it }: Case & { readonly was: Dispute },
): Promise<void> {
  const { payment, dispute } = it;
  const others = (await stores.disputes.listOf(payment.id)).filter(({ id }) => id !== dispute.id);
  const free = others.every(({ status }) => status === 'won');
  await stores.payments.save((free ? undisputed : stillDisputed)(payment, noteOf(dispute)));
  if (was.status === 'lost') await book(deps, stores, it, 'returned');
}

const noteOf = ({ status, reason }: Dispute): { status: Dispute['status']; reason: string } => ({
  status,
  reason,
});

const book = (
  { ids }: Deps,
  stores: PurchaseStores,
  { payment, dispute, now }: Case,
  outcome: 'lost' | 'returned',
): Promise<void> =>
  bookDispute({ ids }, stores, {
    ...{ payment, outcome, at: now },
    amountMinor: dispute.amountMinor,
    reference: dispute.id,
  });

const announce = ({ ids }: Deps, { outbox }: PurchaseStores, dispute: Dispute, at: Instant): Promise<void> =>
  outbox.add([disputeEvent(dispute, { at, ids })]);
