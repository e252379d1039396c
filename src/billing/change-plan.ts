import type { AccountActor } from '../kernel/actor.ts';
import type { Instant } from '../kernel/instant.ts';
import type { Answered, Idempotency } from '../kernel/once.ts';
import type { PurchaseRequest, SubscriptionDetails } from '../subscriptions/index.ts';
import type { BillingDeps, PurchaseStores } from './deps.ts';
import type { OverageReading } from './meter-bill.ts';
import { pricingOf } from './open-payment.ts';
import { overageAhead } from './overage.ts';
import type { Payment } from './payment.ts';
import type { Pricing } from './pricing.ts';
import type { PurchaseCommands } from './purchase.ts';

/** A change of plan that holds from now on. */
export interface ChangeRequest {
  readonly actor: AccountActor;
  readonly planId: string;
  /** What becomes of the time that was paid for and not used. */
  readonly proration: PurchaseRequest['proration'];
  /**
   * The instant that a preview reckoned with, at most an hour ago; left out, now. It fixes what time costs, not
   * what was used: the meters are read when the change is made.
   */
  readonly prorationDate?: Instant | undefined;
}

export interface ChangeOrder extends ChangeRequest {
  /** Null: the account's stored one, else the gateway's default. */
  readonly paymentMethod: string | null;
  /** Where the payer goes on from the gateway's page. */
  readonly returnUrl?: string | undefined;
  readonly idempotency: Idempotency | undefined;
}

/**
 * What a change costs: with what was used over the limits of meters, where it begins a whole new term. Repeated
 * within the hour with its `prorationDate`, it costs the same to the minor unit, plus what was used over the limits
 * in between.
 */
export interface ChangePreview {
  /** As it is: while the outcome of the payment is open, on the old plan. */
  readonly subscription: SubscriptionDetails | null;
  readonly pricing: Pricing;
  readonly currency: string;
  readonly prorationDate: Instant;
}

export interface PlanChanged extends ChangePreview {
  readonly payment: Payment;
}

export interface ChangeCommands {
  /** Tells what a change would cost, and changes nothing. Refuses as `changePlan` does before it charges. */
  previewChange(request: ChangeRequest): Promise<ChangePreview>;
  /**
   * Changes the plan, as a purchase: what is due is charged, what is left of a credit goes to the balance.
   * Refuses as `purchase`, and with `subscriptions.no-current`, `subscriptions.not-changeable`,
   * `subscriptions.same-plan`, `subscriptions.currency-differs`, `subscriptions.proration-date`,
   * `subscriptions.collected-elsewhere`, `subscriptions.changed-meanwhile` (the payment then goes back).
   */
  changePlan(order: ChangeOrder): Promise<Answered<PlanChanged>>;
}

export function changeCommands(deps: BillingDeps, { purchase }: PurchaseCommands): ChangeCommands {
  const { unitOfWork, meters } = deps;

  const previewChange = async (request: ChangeRequest): Promise<ChangePreview> => {
    const readings = await meters.overageOf(request.actor.accountId);
    return unitOfWork.read((stores) => preview(deps, stores, { ...request, readings }));
  };

  const changePlan = async (order: ChangeOrder): Promise<Answered<PlanChanged>> => {
    const { result, replayed } = await purchase({ ...order, intent: 'change', startsAt: null });
    const { payment, subscription } = result;
    if (!payment) throw new Error('a change of plan always has a payment, be it of 0.00');
    const { pricing, currency, quote } = payment;
    const prorationDate = quote.change?.at ?? payment.createdAt;
    return { result: { subscription, payment, pricing, currency, prorationDate }, replayed };
  };

  return { previewChange, changePlan };
}

async function preview(
  { operations, policy, clock }: BillingDeps,
  stores: PurchaseStores,
  request: ChangeRequest & { readonly readings: readonly OverageReading[] },
): Promise<ChangePreview> {
  const { actor, planId, proration, prorationDate, readings } = request;
  const { accountId } = actor;
  const now = clock.now();
  const quote = await operations.quotePurchase(stores, {
    ...{ accountId, planId, proration, now },
    intent: 'change',
    startsAt: null,
    autoRenew: false,
    prorationDate: prorationDate ?? null,
  });
  const mostMinor = policy.mostOverageMinor;
  const overage = await overageAhead(stores, { accountId, quote, readings, mostMinor });
  const state = await stores.subscriptions.newest(accountId);
  return {
    subscription: state ? await operations.describe(stores, { state, now }) : null,
    pricing: await pricingOf(stores, { accountId, quote, overage }),
    currency: quote.price.currency,
    prorationDate: quote.change?.at ?? now,
  };
}
