import type Stripe from 'stripe';
import type {
  ChargeDispute,
  ChargeLife,
  Found,
  GaveBack,
  RefundRequest,
} from '../../../src/billing/index.ts';
import { instant, SECOND } from '../../../src/kernel/instant.ts';
import { idOf } from './charged.ts';
import { declineOf, isRefused } from './declines.ts';

/** What became of a charge's money since it came in: how much went back, and who objected. */
export async function review(stripe: Stripe, found: Found): Promise<ChargeLife> {
  if (found.outcome !== 'captured' || found.reference === null)
    return { found, refundedMinor: 0, disputes: [] };
  const intent = await intentOf(stripe, found.reference);
  if (intent === null) return { found, refundedMinor: 0, disputes: [] };
  const { latest_charge: charge } = await stripe.paymentIntents.retrieve(intent, {
    expand: ['latest_charge'],
  });
  const { data } = await stripe.disputes.list({ payment_intent: intent, limit: 100 });
  return {
    found,
    refundedMinor: typeof charge === 'object' ? (charge?.amount_refunded ?? 0) : 0,
    disputes: data.flatMap((dispute) => standingOf(dispute) ?? []),
  };
}

/** Undefined for an inquiry (`warning_…`), which takes no money. */
function standingOf({ id, status, amount, reason, created }: Stripe.Dispute): ChargeDispute | undefined {
  if (status.startsWith('warning_')) return undefined;
  const over = (['won', 'lost'] as const).find((end) => end === status);
  return { id, status: over ?? 'open', amountMinor: amount, reason, at: instant(created * SECOND) };
}

/**
 * Asked about first: the sweep tries for as long as it takes, and after a day Stripe would take our key for a
 * new one. A refund that Stripe has accepted counts as given back; should it fail later, an event says so.
 */
export async function giveBack(stripe: Stripe, { key, reference, amount }: RefundRequest): Promise<GaveBack> {
  const intent = await intentOf(stripe, reference);
  if (intent === null) return { outcome: 'refused', reason: 'no_such_charge' };
  const { data } = await stripe.refunds.list({ payment_intent: intent, limit: 100 });
  const known = data.find(({ metadata }) => metadata?.['key'] === key);
  if (known) return gaveBack(known);
  try {
    const made = await stripe.refunds.create(
      { payment_intent: intent, amount: amount.minor, metadata: { key } },
      { idempotencyKey: key },
    );
    return gaveBack(made);
  } catch (error) {
    if (!isRefused(error)) throw error;
    return { outcome: 'refused', reason: declineOf(error) ?? null };
  }
}

const gaveBack = ({ status, failure_reason: reason }: Stripe.Refund): GaveBack =>
  status === 'failed' || status === 'canceled'
    ? { outcome: 'refused', reason: reason ?? status }
    : { outcome: 'refunded', reason: null };

/** The intent that a page or an invoice was paid by; null when there is none. */
export async function intentOf(stripe: Stripe, reference: string): Promise<string | null> {
  if (reference.startsWith('pi_')) return reference;
  if (reference.startsWith('cs_'))
    return idOf((await stripe.checkout.sessions.retrieve(reference)).payment_intent);
  const { data } = await stripe.invoicePayments.list({ invoice: reference, status: 'paid', limit: 10 });
  return data.map(({ payment }) => idOf(payment.payment_intent)).find((id) => id !== null) ?? null;
}
