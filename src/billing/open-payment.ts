import type { Actor } from '../kernel/actor.ts';
import type { Instant } from '../kernel/instant.ts';
import type { PurchaseIntent, Quote } from '../subscriptions/index.ts';
import { bookPurchase } from './book.ts';
import { standingCredits } from './credit-standing.ts';
import type { BillingDeps, PurchaseStores, Receipt } from './deps.ts';
import { discountsFor, reserveCoupon, type Discount } from './discount.ts';
import { paymentEvent } from './events.ts';
import type { BillTo } from './invoice.ts';
import type { OverageReading } from './meter-bill.ts';
import { setOverageAside, type Overage } from './overage.ts';
import { customerOf, methodOf, rememberMethod } from './payment-method.ts';
import { forSubscription, freePayment, pendingPayment, type NewPayment, type Payment } from './payment.ts';
import type { PaymentGateway } from './ports.ts';
import { priceOf, type Pricing } from './pricing.ts';
import { setAsideUsed } from './set-aside.ts';

/** A purchase that the rules allow, about to become a payment. */
export interface Asked {
  /** The payment's. */
  readonly id: string;
  readonly accountId: string;
  readonly intent: PurchaseIntent;
  readonly quote: Quote;
  /** The code of a coupon. */
  readonly coupon: string | null;
  /** What the account's meters showed before this unit of work. */
  readonly readings: readonly OverageReading[];
  /** Null: the account's stored one, else the gateway's default. */
  readonly method: string | null;
  readonly returnUrl: string | null;
  readonly offSession: boolean;
  readonly collectionOf: string | null;
  readonly requestKey: string | null;
  readonly billTo: BillTo | null;
  readonly actor: Actor;
  readonly now: Instant;
}

/** What there is to do once a payment was opened: nothing more (nothing was to be paid), or to charge it. */
export type Opened =
  | { readonly kind: 'done'; readonly receipt: Receipt }
  | { readonly kind: 'charge'; readonly payment: Payment };

/**
 * Prices a purchase and writes its payment down, behind the account's lock: as pending, or, when nothing is
 * due, as paid, with all that a settled purchase brings. Refuses with the codes of coupons.
 */
export async function openPayment(deps: BillingDeps, stores: PurchaseStores, asked: Asked): Promise<Opened> {
  const { coupon, pricing } = await priced(deps, stores, asked);
  const { id, accountId, intent, quote, returnUrl, offSession, collectionOf, requestKey, now } = asked;
  const made: NewPayment = {
    ...{ id, accountId, intent, quote, returnUrl, offSession, collectionOf, requestKey, now },
    pricing,
    couponId: coupon?.couponId ?? null,
    customer: await customerOf(stores, { accountId, provider: deps.gateway.name }),
  };
  if (asked.method !== null && quote.autoRenew && pricing.dueMinor === 0)
    await rememberMethod(stores, accountId, asked.method);
  if (pricing.dueMinor === 0) return { kind: 'done', receipt: await takeFree(deps, stores, { asked, made }) };
  const payment = pendingPayment(made, {
    gateway: deps.gateway.name,
    method: asked.method ?? (await storedMethod(stores, deps.gateway, accountId)),
    policy: deps.policy,
  });
  await stores.payments.add(payment);
  return { kind: 'charge', payment };
}

/** What the account left with us, if this gateway knows it. */
async function storedMethod(
  stores: PurchaseStores,
  gateway: PaymentGateway,
  accountId: string,
): Promise<string> {
  const stored = await methodOf(stores, accountId);
  return stored !== null && gateway.knows(stored) ? stored : gateway.defaultMethod;
}

/** What the purchase costs with its overage, its coupon, those that still run, and the account's balance. */
async function priced(
  { policy }: BillingDeps,
  stores: PurchaseStores,
  { id, accountId, quote, coupon, readings, now }: Asked,
): Promise<{ readonly coupon: Discount | undefined; readonly pricing: Pricing }> {
  const named =
    coupon === null
      ? undefined
      : await reserveCoupon(stores, { code: coupon, accountId, paymentId: id, quote, now });
  const mostMinor = policy.mostOverageMinor;
  const overage = await setOverageAside(stores, id, { accountId, quote, readings, mostMinor });
  const pricing = await pricingOf(stores, { accountId, quote, named, overage });
  return { coupon: named, pricing };
}

/** The pricing of a quote as of now; changes nothing. */
export async function pricingOf(
  stores: PurchaseStores,
  of: {
    readonly accountId: string;
    readonly quote: Quote;
    readonly named?: Discount | undefined;
    readonly overage?: readonly Overage[];
  },
): Promise<Pricing> {
  const { accountId, quote, named, overage = [] } = of;
  const { subscriptionId } = quote;
  const credits = await standingCredits(stores, quote.credits);
  const running = subscriptionId === null ? [] : await discountsFor(stores, { subscriptionId, quote });
  const balance = await stores.balances.find(accountId, quote.price.currency);
  return priceOf({
    quote: { ...quote, credits },
    overage,
    discounts: named ? [...running, named] : running,
    creditMinor: balance?.minor ?? 0,
  });
}

/** What costs nothing needs no gateway, so it begins and ends in one transaction. */
async function takeFree(
  deps: BillingDeps,
  stores: PurchaseStores,
  { asked, made }: { readonly asked: Asked; readonly made: NewPayment },
): Promise<Receipt> {
  const { quote, accountId, actor, now } = asked;
  const payment = quote.kind === 'trial' ? null : freePayment(made);
  const bought = await deps.operations.applyPurchase(stores, {
    accountId,
    quote,
    paymentId: payment?.id ?? null,
    nets: made.pricing.nets,
    actor,
    now,
  });
  const subscription = await deps.operations.describe(stores, { state: bought, now });
  await setAsideUsed(stores, made, bought);
  if (!payment) return { payment: null, subscription, at: now };
  const whole = await bookPurchase(deps, stores, {
    payment: forSubscription(payment, bought),
    billTo: asked.billTo,
    now,
  });
  await stores.payments.add(whole);
  await stores.outbox.add([
    paymentEvent(whole, { type: 'billing.payment-succeeded', at: now, ids: deps.ids }),
  ]);
  return { payment: whole, subscription, at: now };
}
