import type { Actor } from '../kernel/actor.ts';
import type { Instant } from '../kernel/instant.ts';
import { questionOf } from './charge-request.ts';
import type { BillingDeps, PurchaseStores } from './deps.ts';
import { closeDispute, openDispute } from './disputes.ts';
import { isOpen } from './payment-lifecycle.ts';
import { isStale, type Payment } from './payment.ts';
import type { ChargeDispute, ChargeLife, Found } from './ports.ts';
import { syncRefunded, wasPaid } from './refund-facts.ts';
import { settler } from './settle.ts';

/** What a provider knows of a payment's charge, asked for again inside the transaction that acts on it. */
export interface Told {
  readonly payment: Payment;
  readonly life: ChargeLife;
  /** The life as it is told by the time that the account's lock is held: news may have come in between. */
  readonly again?: (stores: PurchaseStores) => Promise<ChargeLife>;
  readonly actor: Actor;
}

/**
 * Brings a payment to what its charge's life is: settled, given back, disputed. Every part sets what is, and
 * adds nothing to what was, so that neither the order nor the number of calls matters. What goes back of, or is
 * disputed about, a payment that is not known to be captured waits for that news.
 */
export function bringer(deps: BillingDeps): (told: Told) => Promise<void> {
  const settle = settler(deps);
  return async ({ payment, life, again, actor }) => {
    if (isNews(deps, payment, life.found)) {
      const found = named(await withMethod(deps, payment, life.found), payment);
      await settle(payment, { found, asked: 'find', actor });
    }
    if (life.refundedMinor === 0 && life.disputes.length === 0) return;
    await deps.unitOfWork.run(async (stores) => {
      await stores.lock(payment.accountId);
      const now = deps.clock.now();
      const told = again ? await again(stores) : life;
      for (const dispute of told.disputes) await bringDispute(deps, stores, { payment, dispute, now });
      const { refundedMinor: cumulativeMinor } = told;
      if (cumulativeMinor > 0)
        await syncRefunded(deps, stores, { paymentId: payment.id, cumulativeMinor, now });
    });
  };
}

/** Whether it changes anything; whoever is at the purchase right now learns the rest from the gateway himself. */
function isNews({ clock, policy }: BillingDeps, payment: Payment, { outcome }: Found): boolean {
  switch (outcome) {
    case 'captured':
      return !wasPaid(payment);
    case 'declined':
      return isOpen(payment.status);
    case 'absent':
      return isOpen(payment.status) && isStale(payment, clock.now(), policy);
    case 'requires_action':
      return payment.status === 'pending' && isStale(payment, clock.now(), policy);
    case 'unknown':
      return false;
  }
}

/** What renews by itself is to be charged again: where the news does not tell by what, the gateway is asked. */
async function withMethod({ gateway }: BillingDeps, payment: Payment, found: Found): Promise<Found> {
  if (found.outcome !== 'captured' || found.method !== null || !payment.quote.autoRenew) return found;
  const asked = await gateway.find(questionOf(payment, gateway));
  return asked.outcome === 'captured' ? asked : found;
}

/** News that names no charge is of the one that is known. */
const named = (found: Found, { gatewayReference }: Payment): Found =>
  found.outcome === 'absent' ? found : { ...found, reference: found.reference ?? gatewayReference };

async function bringDispute(
  deps: BillingDeps,
  stores: PurchaseStores,
  it: { readonly payment: Payment; readonly dispute: ChargeDispute; readonly now: Instant },
): Promise<void> {
  const { payment, dispute, now } = it;
  const { id: providerReference, status, amountMinor, at } = dispute;
  const reason = dispute.reason ?? 'general';
  const news = { paymentId: payment.id, providerReference, amountMinor, reason, at, now };
  if (status === 'open') await openDispute(deps, stores, news);
  else await closeDispute(deps, stores, { ...news, outcome: status });
}
