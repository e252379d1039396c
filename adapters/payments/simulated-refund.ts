import type { GaveBack, RefundRequest } from '../../src/billing/index.ts';
import { refundedOf } from './simulated-book.ts';
import { METHODS } from './simulated-methods.ts';
import { arrivalsOf, type SimulatedGatewayDeps } from './simulated-news.ts';

/** Gives back at most what was captured, once per key, and tells of it. */
export const giveBack = (
  deps: SimulatedGatewayDeps,
  { key, reference, amount }: RefundRequest,
): Promise<GaveBack> =>
  deps.unitOfWork.run(async ({ lock, gatewayBook }): Promise<GaveBack> => {
    await lock(`simulated-gateway ${reference}`);
    if (await gatewayBook.findRefund(key)) return { outcome: 'refunded', reason: null };
    const line = await gatewayBook.findByReference(reference);
    if (line?.outcome !== 'captured') return refused('no_such_charge');
    if (METHODS.get(line.method)?.refunds === 'refused') return refused('charge_not_refundable');
    const total = refundedOf(await gatewayBook.refundsOf(reference)) + amount.minor;
    if (total > line.amountMinor || amount.currency !== line.currency) return refused('more_than_charged');
    const now = deps.clock.now();
    await gatewayBook.addRefund({ key, charge: reference, amountMinor: amount.minor, createdAt: now });
    await gatewayBook.addWebhooks(
      arrivalsOf(deps, { type: 'charge.refunded', charge: line, refundedMinor: total, at: now }),
    );
    return { outcome: 'refunded', reason: null };
  });

const refused = (reason: string): GaveBack => ({ outcome: 'refused', reason });
