import { isAdmin, type AccountActor } from '../kernel/actor.ts';
import { isId } from '../kernel/ids.ts';
import { fromDecimal, money } from '../kernel/money.ts';
import { claim, onceRefusals, replay, type Answered, type Idempotency } from '../kernel/once.ts';
import type { Page, PageRequest } from '../kernel/page.ts';
import type { BillingDeps, PurchaseStores } from './deps.ts';
import { refundableMinor } from './money-back.ts';
import type { Payment } from './payment.ts';
import { lockedPayment, owe } from './refund-facts.ts';
import { requestedRefund, type Refund } from './refund.ts';
import { refusals } from './refusals.ts';
import { refundSender } from './send-refunds.ts';

export interface RefundOrder {
  /** An admin: the route lets nobody else through. */
  readonly actor: AccountActor;
  readonly paymentId: string;
  /** A decimal of the payment's currency; null: all that is left. */
  readonly amount: string | null;
  /** Ends the subscription that the payment paid, now. */
  readonly endAccess: boolean;
  readonly reason: string | null;
  readonly idempotency: Idempotency | undefined;
}

export interface RefundPaymentCommands {
  /**
   * Gives some or all of a payment back: what is asked for and not yet answered is set aside, so that no more than
   * was paid ever goes. While the gateway's answer is unknown the refund is `pending`, and the sweep finishes it;
   * one that the gateway refuses is `failed`, and can be asked for again. Refuses with `request.not-found`,
   * `request.invalid` (no amount of this currency), `billing.payment-not-refundable`,
   * `billing.refund-exceeds-payment`, `idempotency.in-progress`, `idempotency.other-request`.
   */
  refundPayment(order: RefundOrder): Promise<Answered<Refund>>;
}

export interface RefundQuestions {
  /** The refunds of a payment of the caller's, of anybody's for an admin, newest first; else `request.not-found`. */
  listRefunds(actor: AccountActor, paymentId: string, request: PageRequest): Promise<Page<Refund>>;
  /** For admins: whose payment it is. Refuses with `request.not-found`. */
  payerOf(paymentId: string): Promise<string>;
}

export function refundPaymentCommands(deps: BillingDeps): RefundPaymentCommands {
  const send = refundSender(deps);
  return {
    refundPayment: async (order) => {
      const { idempotency } = order;
      const id = deps.ids.next();
      const step = await deps.unitOfWork.run(
        async (stores) =>
          (await knownRequest(deps, stores, { order, id })) ?? begin(deps, stores, { order, id }),
      );
      if ('replayed' in step) return step;
      const result = await send(step, async (stores, refund) => {
        if (idempotency) await stores.idempotency.answer(idempotency.key, { result: refund });
      });
      return { result, replayed: false };
    },
  };
}

interface Asked {
  readonly order: RefundOrder;
  /** The refund's, should there be one. */
  readonly id: string;
}

/** A request seen before: its answer, or its interrupted refund to be driven to its end. */
async function knownRequest(
  { clock, policy }: BillingDeps,
  stores: PurchaseStores,
  { order: { idempotency }, id }: Asked,
): Promise<Answered<Refund> | Refund | undefined> {
  if (!idempotency) return undefined;
  const claimed = await claim(stores, idempotency, { now: clock.now(), subjectId: id, policy: policy.once });
  if (claimed.state === 'claimed') return undefined;
  if (claimed.state === 'answered') return replay<Refund>(claimed.answer);
  const refund = claimed.subjectId === null ? undefined : await stores.refunds.find(claimed.subjectId);
  if (!refund) throw onceRefusals.inProgress(policy.retryAfterSeconds);
  return refund;
}

async function begin(deps: BillingDeps, stores: PurchaseStores, { order, id }: Asked): Promise<Refund> {
  const payment = isId(order.paymentId) ? await lockedPayment(stores, order.paymentId) : undefined;
  if (!payment) throw refusals.notFound();
  const amountMinor = amountOf(payment, order.amount);
  const now = deps.clock.now();
  const reason = order.reason ?? 'requested';
  const refund = requestedRefund(payment, { id, amountMinor, reason, now, policy: deps.policy });
  await owe(deps, stores, { payment, refund });
  const { accountId, subscriptionId } = payment;
  if (order.endAccess && subscriptionId !== null)
    await deps.operations.cancelNow(stores, { accountId, subscriptionId, actor: order.actor, now });
  return refund;
}

/** What is asked for, if so much can still go back. */
function amountOf(payment: Payment, text: string | null): number {
  const { status, currency, amountMinor } = payment;
  const asked = text === null ? undefined : fromDecimal(text, currency);
  if (text !== null && (!asked || asked.minor <= 0))
    throw refusals.invalid([{ pointer: '/amount', detail: `must be an amount of ${currency} above 0` }]);
  const refundable = (status === 'succeeded' || status === 'partially_refunded') && amountMinor > 0;
  if (!refundable) throw refusals.paymentNotRefundable(status);
  const left = refundableMinor(payment);
  const minor = asked?.minor ?? left;
  if (minor > left || minor === 0) throw refusals.refundExceedsPayment(money(left, currency));
  return minor;
}

export function refundQuestions({ unitOfWork }: Pick<BillingDeps, 'unitOfWork'>): RefundQuestions {
  const find = async (id: string): Promise<Payment> => {
    const payment = isId(id) ? await unitOfWork.read(({ payments }) => payments.find(id)) : undefined;
    if (!payment) throw refusals.notFound();
    return payment;
  };
  return {
    listRefunds: async (actor, paymentId, request) => {
      const { accountId } = await find(paymentId);
      if (accountId !== actor.accountId && !isAdmin(actor)) throw refusals.notFound();
      return unitOfWork.read(({ refunds }) => refunds.list(paymentId, request));
    },
    payerOf: async (paymentId) => (await find(paymentId)).accountId,
  };
}
