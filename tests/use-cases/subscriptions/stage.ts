import type { Actor } from '../../../src/kernel/actor.ts';
import type { DomainEvent } from '../../../src/kernel/outbox.ts';
import { after, type Instant } from '../../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../../src/kernel/unit-of-work.ts';
import {
  createSubscriptions,
  subscriptionOperations,
  subscriptionPolicy,
  type Plan,
  type PlanTerms,
  type PurchaseRequest,
  type Quote,
  type Subscription,
  type SubscriptionOperations,
  type Subscriptions,
  type SubscriptionStores,
} from '../../../src/subscriptions/index.ts';
import { MemoryDatabase, MemoryUnitOfWork } from '../../../adapters/persistence/memory/unit-of-work.ts';
import { memoryStores } from '../../../adapters/persistence/memory/stores/all.ts';
import { nextId, NOW, plan } from '../../world/subscriptions.ts';

type AccountActor = Extract<Actor, { kind: 'account' }>;
type Buy = Partial<Omit<PurchaseRequest, 'accountId' | 'now'>> & {
  readonly paymentId?: string | null;
  readonly nets?: readonly number[];
};

/** A purchase of no particular kind, of which a test names what matters. */
export const request = (
  accountId: string,
  now: Instant,
  given: Partial<PurchaseRequest> = {},
): PurchaseRequest => ({
  accountId,
  now,
  planId: null,
  intent: 'buy',
  startsAt: null,
  autoRenew: false,
  proration: 'prorate',
  prorationDate: null,
  ...given,
});

/** Subscriptions on a set of stores, with a clock that the test turns and a till that always pays. */
export interface Stage {
  readonly face: Subscriptions;
  readonly unitOfWork: UnitOfWork<SubscriptionStores>;
  readonly news: DomainEvent[];
  now(): Instant;
  wait(milliseconds: number): void;
  /** An account with nothing. */
  viewer(): AccountActor;
  sell(changes?: Partial<PlanTerms>, minor?: number): Promise<Plan>;
  readonly operations: SubscriptionOperations;
  /** Quotes and carries out in one unit of work, as billing does when nothing has to be paid. */
  purchase(actor: AccountActor, planId: string | null, buy?: Buy): Promise<Subscription>;
  quote(actor: AccountActor, planId: string | null, buy?: Buy): Promise<Quote>;
  /** Collects what is due at this moment, of everybody, and tells what was asked for. */
  collect(declined?: (quote: Quote) => boolean): Promise<readonly Quote[]>;
}

export function stage(
  stores: UnitOfWork<SubscriptionStores> = new MemoryUnitOfWork(new MemoryDatabase(), memoryStores),
): Stage {
  let now = NOW;
  const news: DomainEvent[] = [];
  const unitOfWork = overheard(stores, news);
  const ids = { next: nextId };
  const face = createSubscriptions({
    unitOfWork,
    clock: { now: () => now },
    ids,
    policy: subscriptionPolicy,
  });
  const operations = subscriptionOperations({ ids, policy: subscriptionPolicy });
  return {
    face,
    unitOfWork,
    operations,
    news,
    now: () => now,
    wait: (milliseconds) => {
      now = after(now, milliseconds);
    },
    viewer: () => ({ kind: 'account', accountId: nextId(), sessionId: nextId(), isAdmin: false }),
    sell: (changes = {}, minor = 999) => face.createPlan(plan(`plan-${nextId()}`, minor, changes)),
    purchase: (actor, planId, { paymentId = nextId(), nets, ...buy } = {}) =>
      unitOfWork.run(async (each) => {
        const { accountId } = actor;
        const quote = await operations.quotePurchase(each, request(accountId, now, { planId, ...buy }));
        const paid = quote.kind === 'trial' ? null : paymentId;
        return operations.applyPurchase(each, {
          ...{ accountId, quote, actor, now },
          paymentId: paid,
          nets: nets ?? null,
        });
      }),
    quote: (actor, planId, buy = {}) =>
      unitOfWork.run((each) =>
        operations.quotePurchase(each, request(actor.accountId, now, { planId, ...buy })),
      ),
    collect: (declined = () => false) => collectAll({ unitOfWork, operations, now: () => now }, declined),
  };
}

type Till = Pick<Stage, 'unitOfWork' | 'operations' | 'now'>;

/** Charges what is due by the calendar, term by term, as billing does: each is captured or declined. */
async function collectAll(
  { unitOfWork, operations, now }: Till,
  declined: (quote: Quote) => boolean,
): Promise<readonly Quote[]> {
  const actor: Actor = { kind: 'system', job: 'collect' };
  const asked: Quote[] = [];
  for (;;) {
    const [next] = await unitOfWork.read(({ subscriptions }) => subscriptions.collectable(now(), 1));
    if (!next) return asked;
    const { id: subscriptionId, accountId } = next;
    await unitOfWork.run(async (each) => {
      const quote = await operations.quoteCollection(each, { subscriptionId, now: now() });
      if (!quote) throw new Error(`nothing is due of ${subscriptionId}`);
      asked.push(quote);
      const [paymentId, at] = [nextId(), now()];
      if (declined(quote))
        await operations.failCollection(each, { accountId, subscriptionId, paymentId, now: at });
      else await operations.applyPurchase(each, { accountId, quote, paymentId, nets: null, actor, now: at });
    });
  }
}

/** Notes the events of the units of work that committed. */
function overheard(
  stores: UnitOfWork<SubscriptionStores>,
  news: DomainEvent[],
): UnitOfWork<SubscriptionStores> {
  return {
    read: (work) => stores.read(work),
    single: (work) => stores.single(work),
    run: async (work) => {
      let added: DomainEvent[] = [];
      const result = await stores.run((each) => {
        added = [];
        const outbox = {
          add: async (events: readonly DomainEvent[]) => {
            added.push(...events);
            await each.outbox.add(events);
          },
        };
        return work({ ...each, outbox });
      });
      news.push(...added);
      return result;
    },
  };
}

/** The code that a command refuses with; fails when it does not refuse. */
export async function refusalOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  throw new Error('nothing was refused', { cause: error });
}
