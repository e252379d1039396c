import type { AccountActor } from '../kernel/actor.ts';
import type { Answered, Claim, Idempotency } from '../kernel/once.ts';
import { claim, replay } from '../kernel/once.ts';
import type { BillingDeps, PurchaseStores } from './deps.ts';
import { customerOf, rememberCustomer } from './payment-method.ts';
import type { OpenedPage, OrderPage } from './provider-ports.ts';
import { refusals } from './refusals.ts';

export interface SubscriptionOrder {
  readonly actor: AccountActor;
  readonly planId: string;
  /** Where the payer goes on from the provider's page. */
  readonly returnUrl: string | null;
  readonly idempotency: Idempotency | undefined;
}

export interface OrderCommands {
  /**
   * Opens a page at the provider where the account can order a subscription that the provider then collects;
   * nothing is bought until somebody pays there. Refuses with `request.not-found` (no such plan),
   * `subscriptions.plan-unavailable`, `subscriptions.already-active`, `billing.account-closed`,
   * `billing.checkout-refused`, `billing.provider-unavailable`, `idempotency.in-progress`,
   * `idempotency.other-request`.
   */
  orderSubscription(order: SubscriptionOrder): Promise<Answered<{ readonly checkoutUrl: string }>>;
}

type Opening = { readonly answered: Claim & { readonly state: 'answered' } } | { readonly page: OrderPage };

export function orderCommands(deps: BillingDeps): OrderCommands {
  const { unitOfWork, collector, ids } = deps;

  /** Keeps the page as the answer, or gives the key back for another try. */
  const conclude = ({ actor, idempotency }: SubscriptionOrder, opened: OpenedPage): Promise<void> =>
    unitOfWork.run(async (stores) => {
      await stores.lock(actor.accountId);
      // Known before anybody pays, so that the order can be asked about when no news of it arrives.
      if (opened.outcome === 'opened' && collector)
        await rememberCustomer(stores, actor.accountId, { provider: collector.name, id: opened.customer });
      if (!idempotency) return;
      if (opened.outcome === 'opened')
        await stores.idempotency.answer(idempotency.key, { result: { checkoutUrl: opened.checkoutUrl } });
      else if (opened.outcome === 'refused') await stores.idempotency.release(idempotency.key);
    });

  return {
    orderSubscription: async (order) => {
      if (!collector) throw refusals.checkoutRefused('no_collector');
      const id = ids.next();
      const opening = await unitOfWork.run((stores) => begin(deps, stores, { order, id }));
      if ('answered' in opening) return replay(opening.answered.answer);
      const opened = await collector.open(opening.page);
      await conclude(order, opened);
      if (opened.outcome === 'refused') throw refusals.checkoutRefused(opened.reason);
      if (opened.outcome === 'unknown') throw refusals.providerUnavailable(deps.policy.retryAfterSeconds);
      return { result: { checkoutUrl: opened.checkoutUrl }, replayed: false };
    },
  };
}

async function begin(
  deps: BillingDeps,
  stores: PurchaseStores,
  { order, id }: { readonly order: SubscriptionOrder; readonly id: string },
): Promise<Opening> {
  const { clock, policy } = deps;
  const { accountId } = order.actor;
  await stores.lock(accountId);
  if (await stores.closedAccounts.isClosed(accountId)) throw refusals.accountClosed();
  const now = clock.now();
  const claimed = order.idempotency
    ? await claim(stores, order.idempotency, { now, subjectId: id, policy: policy.once })
    : undefined;
  if (claimed?.state === 'answered') return { answered: claimed };
  // A dead caller's retry asks for the same page again.
  const key = claimed?.state === 'stale' ? (claimed.subjectId ?? id) : id;
  return { page: await pageFor(deps, stores, { order, key }) };
}

async function pageFor(
  { operations, clock, collector }: BillingDeps,
  stores: PurchaseStores,
  { order, key }: { readonly order: SubscriptionOrder; readonly key: string },
): Promise<OrderPage> {
  const { accountId } = order.actor;
  const quote = await operations.quotePurchase(stores, {
    accountId,
    planId: order.planId,
    intent: 'subscribe',
    startsAt: null,
    autoRenew: true,
    proration: 'none',
    prorationDate: null,
    now: clock.now(),
  });
  const { planId, planName, termsVersion } = quote;
  const version = await stores.plans.findVersion(planId, termsVersion);
  if (!version) throw refusals.notFound();
  const { price, validity } = version.terms;
  if (price.minor === 0) throw refusals.checkoutRefused('free_plan');
  return {
    key: `usher-order-${key}`,
    order: { accountId, planId, termsVersion },
    planName,
    price,
    validity,
    customer: await customerOf(stores, { accountId, provider: collector?.name ?? '' }),
    returnUrl: order.returnUrl,
  };
}
