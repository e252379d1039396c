import type { Quote } from '../subscriptions/index.ts';
import type { Payment } from './payment.ts';
import type { PaymentStore } from './ports.ts';
import { overageOf } from './pricing.ts';

type Credit = Quote['credits'][number];

/**
 * The unused time that a change of plan gives back, as far as its money is still here: what went back, is on its
 * way back, or is in dispute was given up once already, and is not credited again. A payment that is partly
 * refunded paid that much less for all of its time; what it paid for overage is no time, is never credited, and
 * so goes back first, as with what is reclaimed.
 */
export async function standingCredits(
  { payments }: { readonly payments: Pick<PaymentStore, 'find'> },
  credits: readonly Credit[],
): Promise<readonly Credit[]> {
  const standing: Credit[] = [];
  for (const credit of credits) {
    const { paymentId } = credit;
    const payment = paymentId === undefined ? undefined : await payments.find(paymentId);
    standing.push(payment ? { ...credit, minor: keptOf(payment, credit.minor) } : credit);
  }
  return standing;
}

/** The part of an amount that is left of it when so much of its payment is gone; rounded down. */
function keptOf(payment: Payment, minor: number): number {
  const paid = payment.pricing.nets.reduce((sum, net) => sum + net, 0);
  const gone = Math.max(0, goneFrom(payment) - overageOf(payment.pricing));
  if (gone === 0 || paid === 0) return minor;
  return Number((BigInt(minor) * BigInt(Math.max(0, paid - gone))) / BigInt(paid));
}

const goneFrom = ({ status, amountMinor, refundedMinor, refundingMinor }: Payment): number =>
  status === 'disputed' ? amountMinor : refundedMinor + refundingMinor;
