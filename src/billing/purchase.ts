import type { Actor } from '../kernel/actor.ts';
import type { DomainError } from '../kernel/domain-error.ts';
import type { Instant } from '../kernel/instant.ts';
import { claim, onceRefusals, replay, type Answer, type Answered, type Idempotency } from '../kernel/once.ts';
import type { PurchaseIntent, Quote } from '../subscriptions/index.ts';
import { paymentEvent } from './events.ts';
import { gate } from './gate.ts';
import { isOpen } from './payment-lifecycle.ts';
import { amountOf, asking, forSubscription, freePayment, isStale, pendingPayment } from './payment.ts';
import type { NewPayment, Payment } from './payment.ts';
import { refusals } from './refusals.ts';
import { settler, type BillingDeps, type PurchaseStores, type Receipt } from './settle.ts';

export interface PurchaseOrder {
  readonly actor: Extract<Actor, { kind: 'account' }>;
  /** Null with `renew`: the plan is the current one. */
  readonly planId: string | null;
  readonly intent: PurchaseIntent;
  /** With `subscribe`: a future start. */
  readonly startsAt: Instant | null;
  /** Null: the gateway's default. */
  readonly paymentMethod: string | null;
  readonly idempotency: Idempotency | undefined;
}

export interface PurchaseCommands {
  /**
   * Buys, subscribes or renews: asks the rules, then the gateway, then settles. While the gateway's answer is
   * unknown the receipt's payment is `pending`, and the resolver finishes it. Refuses as `quotePurchase`, and
   * with `request.invalid` (unknown method), `billing.account-closed`, `billing.purchase-in-progress`,
   * `billing.payment-declined`, `billing.payment-late`, `idempotency.in-progress`, `idempotency.other-request`.
   */
  purchase(order: PurchaseOrder): Promise<Answered<Receipt>>;
}

/** What the first transaction found there is to do. */
type Step =
  | { readonly kind: 'answered'; readonly answer: Answer }
  | { readonly kind: 'done'; readonly receipt: Receipt }
  | { readonly kind: 'charge'; readonly payment: Payment }
  | { readonly kind: 'ask-first'; readonly payment: Payment };

interface Opening {
  readonly stores: PurchaseStores;
  readonly order: PurchaseOrder;
  readonly now: Instant;
  /** The payment's, should there be one. */
  readonly id: string;
}

export function purchaseCommands(deps: BillingDeps): PurchaseCommands {
  const { gateway, unitOfWork, clock, ids } = deps;
  const settle = settler(deps);
  const oneAtATime = gate();
  const inProgress = (): DomainError => refusals.purchaseInProgress(deps.policy.retryAfterSeconds);

  const begin = (order: PurchaseOrder): Promise<Step> =>
    unitOfWork.run(async (stores) => {
      await stores.lock(order.actor.accountId);
      if (await stores.closedAccounts.isClosed(order.actor.accountId)) throw refusals.accountClosed();
      const opening = { stores, order, now: clock.now(), id: ids.next() };
      return (await knownRequest(deps, opening)) ?? (await beside(deps, opening)) ?? open(deps, opening);
    });

  const charge = async (payment: Payment, { actor }: PurchaseOrder): Promise<Answered<Receipt>> => {
    const found = await gateway.charge({
      key: payment.gatewayKey,
      amount: amountOf(payment),
      method: payment.paymentMethod ?? gateway.defaultMethod,
      description: payment.quote.planName,
      accountId: payment.accountId,
    });
    const settlement = await settle(payment, { found, asked: 'charge', actor });
    if ('refusal' in settlement) throw settlement.refusal;
    return { result: settlement.receipt, replayed: false };
  };

  const askAbout = async (payment: Payment, { actor }: PurchaseOrder): Promise<void> => {
    const found = await gateway.find(payment.gatewayKey);
    await settle(payment, { found, asked: 'find', supersede: true, actor });
  };

  const buy = async (order: PurchaseOrder): Promise<Answered<Receipt>> => {
    // Twice: once to clear up what an earlier buyer left behind, once to buy.
    for (let round = 1; round <= 2; round += 1) {
      const step = await begin(order);
      if (step.kind === 'answered') return replay<Receipt>(step.answer);
      if (step.kind === 'done') return { result: step.receipt, replayed: false };
      if (step.kind === 'charge') return charge(step.payment, order);
      await askAbout(step.payment, order);
    }
    throw inProgress();
  };

  return {
    purchase: async (order) => {
      if (order.paymentMethod !== null && !gateway.knows(order.paymentMethod)) throw refusals.unknownMethod();
      // A request with a key may have an answer waiting, so it always goes and looks.
      if (order.idempotency) return buy(order);
      return oneAtATime(order.actor.accountId, () => buy(order), inProgress);
    },
  };
}

/** A request seen before: its answer, or its interrupted payment to be driven to its end. */
async function knownRequest({ policy }: BillingDeps, opening: Opening): Promise<Step | undefined> {
  const { stores, order, now, id } = opening;
  if (!order.idempotency) return undefined;
  const claimed = await claim(stores, order.idempotency, { now, subjectId: id, policy: policy.once });
  if (claimed.state === 'claimed') return undefined;
  if (claimed.state === 'answered') return { kind: 'answered', answer: claimed.answer };
  const payment = claimed.subjectId === null ? undefined : await stores.payments.find(claimed.subjectId);
  // Another retry may be driving it right now.
  if (!payment || !isOpen(payment.status) || !isStale(payment, now, policy))
    throw onceRefusals.inProgress(policy.retryAfterSeconds);
  const driven = asking(payment, now, policy);
  await stores.payments.save(driven);
  return { kind: 'charge', payment: driven };
}

/** One purchase at a time: beside an open one the caller is refused, or asks first what became of a stale one. */
async function beside({ policy }: BillingDeps, opening: Opening): Promise<Step | undefined> {
  const { stores, order, now } = opening;
  const current = await stores.payments.findOpen(order.actor.accountId);
  if (!current) return undefined;
  if (!isStale(current, now, policy)) throw refusals.purchaseInProgress(policy.retryAfterSeconds);
  if (order.idempotency) await stores.idempotency.release(order.idempotency.key);
  const asked = asking(current, now, policy);
  await stores.payments.save(asked);
  return { kind: 'ask-first', payment: asked };
}

async function open(deps: BillingDeps, opening: Opening): Promise<Step> {
  const { gateway, operations, policy } = deps;
  const { stores, order, now, id } = opening;
  const { accountId } = order.actor;
  const { planId, intent, startsAt } = order;
  const quote = await operations.quotePurchase(stores, { accountId, planId, intent, startsAt, now });
  const made = { id, accountId, intent, quote, requestKey: order.idempotency?.key ?? null, now };
  if (quote.price.minor === 0) return { kind: 'done', receipt: await takeFree(deps, opening, made) };
  const method = order.paymentMethod ?? gateway.defaultMethod;
  const payment = pendingPayment(made, { gateway: gateway.name, method, policy });
  await stores.payments.add(payment);
  return { kind: 'charge', payment };
}

/** What costs nothing needs no gateway, so it begins and ends in one transaction. */
async function takeFree(deps: BillingDeps, opening: Opening, made: NewPayment): Promise<Receipt> {
  const { stores, order, now } = opening;
  const { quote, accountId } = made;
  const payment = isTrial(quote) ? null : freePayment(made);
  const bought = await deps.operations.applyPurchase(stores, {
    accountId,
    quote,
    paymentId: payment?.id ?? null,
    actor: order.actor,
    now,
  });
  const subscription = await deps.operations.describe(stores, { state: bought, now });
  const receipt = { payment: payment && forSubscription(payment, bought), subscription, at: now };
  if (receipt.payment) {
    await stores.payments.add(receipt.payment);
    const event = { type: 'billing.payment-succeeded', at: now, ids: deps.ids } as const;
    await stores.outbox.add([paymentEvent(receipt.payment, event)]);
  }
  if (order.idempotency) await stores.idempotency.answer(order.idempotency.key, { result: receipt });
  return receipt;
}

const isTrial = ({ kind }: Quote): boolean => kind === 'trial';
