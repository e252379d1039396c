import type { Actor } from '../kernel/actor.ts';
import type { DomainError } from '../kernel/domain-error.ts';
import type { Instant } from '../kernel/instant.ts';
import { claim, onceRefusals, replay, type Answer, type Answered, type Idempotency } from '../kernel/once.ts';
import type { PurchaseIntent, PurchaseRequest } from '../subscriptions/index.ts';
import { chargeRequestOf, questionOf } from './charge-request.ts';
import type { BillingDeps, PurchaseStores, Receipt } from './deps.ts';
import { gate } from './gate.ts';
import type { BillTo } from './invoice.ts';
import type { OverageReading } from './meter-bill.ts';
import { openPayment } from './open-payment.ts';
import { isOpen } from './payment-lifecycle.ts';
import { asking, isStale, type Payment } from './payment.ts';
import { refusals } from './refusals.ts';
import { settler } from './settle.ts';

export interface PurchaseOrder {
  readonly actor: Extract<Actor, { kind: 'account' }>;
  /** Null with `renew`: the plan is the current one. */
  readonly planId: string | null;
  readonly intent: PurchaseIntent;
  /** With `subscribe`: a future start. */
  readonly startsAt: Instant | null;
  /** With `subscribe`: whether it goes on by itself; left out, it does not. */
  readonly autoRenew?: boolean | undefined;
  /** With `change`: what becomes of the unused time; left out, it is credited. */
  readonly proration?: PurchaseRequest['proration'] | undefined;
  /** With `change`: the instant that a preview reckoned with; left out, now. */
  readonly prorationDate?: Instant | undefined;
  /** Null: the account's stored one, else the gateway's default. */
  readonly paymentMethod: string | null;
  /** The code of a coupon. */
  readonly coupon?: string | undefined;
  /** Where the payer goes on from the gateway's page. */
  readonly returnUrl?: string | undefined;
  readonly idempotency: Idempotency | undefined;
}

export interface PurchaseCommands {
  /**
   * Buys, subscribes, renews, changes or resumes: asks the rules, then the gateway, then settles. While the gateway's answer is
   * unknown the receipt's payment is `pending`, and the resolver finishes it. Refuses as `quotePurchase`, and
   * with `request.invalid` (unknown method), the codes of coupons, `billing.account-closed`, `billing.purchase-in-progress`,
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
  /** Whom an invoice is made out to, should nothing be due. */
  readonly billTo: BillTo | null;
  readonly readings: readonly OverageReading[];
  readonly now: Instant;
  /** The payment's, should there be one. */
  readonly id: string;
}

export function purchaseCommands(deps: BillingDeps): PurchaseCommands {
  const { gateway, unitOfWork, payers, meters, clock, ids } = deps;
  const settle = settler(deps);
  const oneAtATime = gate();
  const inProgress = (): DomainError => refusals.purchaseInProgress(deps.policy.retryAfterSeconds);

  const begin = async (order: PurchaseOrder): Promise<Step> => {
    const { accountId } = order.actor;
    const [payer, readings] = await Promise.all([payers.of(accountId), meters.overageOf(accountId)]);
    return unitOfWork.run(async (stores) => {
      await stores.lock(accountId);
      if (await stores.closedAccounts.isClosed(accountId)) throw refusals.accountClosed();
      const known = { stores, order, billTo: payer ?? null, readings };
      const opening = { ...known, now: clock.now(), id: ids.next() };
      return (await knownRequest(deps, opening)) ?? (await beside(deps, opening)) ?? open(deps, opening);
    });
  };

  const charge = async (payment: Payment, { actor }: PurchaseOrder): Promise<Answered<Receipt>> => {
    const found = await gateway.charge(chargeRequestOf(payment, gateway));
    const settlement = await settle(payment, { found, asked: 'charge', actor });
    if ('refusal' in settlement) throw settlement.refusal;
    return { result: settlement.receipt, replayed: false };
  };

  const askAbout = async (payment: Payment, { actor }: PurchaseOrder): Promise<void> => {
    const question = questionOf(payment, gateway);
    // Nobody shall pay for what another purchase takes the place of.
    const waits = payment.status === 'requires_action';
    const found = await (waits ? gateway.abandon(question) : gateway.find(question));
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
  const { stores, order, billTo, readings, now, id } = opening;
  const { actor, planId, intent, startsAt, idempotency } = order;
  const { accountId } = actor;
  const quote = await deps.operations.quotePurchase(stores, {
    ...{ accountId, planId, intent, startsAt, now },
    autoRenew: order.autoRenew ?? false,
    proration: order.proration ?? 'prorate',
    prorationDate: order.prorationDate ?? null,
  });
  const opened = await openPayment(deps, stores, {
    ...{ id, accountId, intent, quote, readings, actor, billTo, now },
    coupon: order.coupon ?? null,
    method: order.paymentMethod,
    returnUrl: order.returnUrl ?? null,
    offSession: false,
    collectionOf: null,
    requestKey: idempotency?.key ?? null,
  });
  if (opened.kind === 'done' && idempotency)
    await stores.idempotency.answer(idempotency.key, { result: opened.receipt });
  return opened;
}
