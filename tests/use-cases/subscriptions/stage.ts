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
  type Subscription,
  type Subscriptions,
  type SubscriptionStores,
} from '../../../src/subscriptions/index.ts';
import { MemoryDatabase, MemoryUnitOfWork } from '../../../adapters/persistence/memory/unit-of-work.ts';
import { memoryStores } from '../../../adapters/persistence/memory/stores/all.ts';
import { nextId, NOW, plan } from '../../world/subscriptions.ts';

type AccountActor = Extract<Actor, { kind: 'account' }>;
type Buy = Partial<Omit<PurchaseRequest, 'accountId' | 'now'>> & { readonly paymentId?: string | null };

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
  /** Quotes and carries out in one unit of work, as billing does when nothing has to be paid. */
  purchase(actor: AccountActor, planId: string | null, buy?: Buy): Promise<Subscription>;
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
    news,
    now: () => now,
    wait: (milliseconds) => {
      now = after(now, milliseconds);
    },
    viewer: () => ({ kind: 'account', accountId: nextId(), sessionId: nextId(), isAdmin: false }),
    sell: (changes = {}, minor = 999) => face.createPlan(plan(`plan-${nextId()}`, minor, changes)),
    purchase: (actor, planId, { paymentId = nextId(), intent = 'buy', startsAt = null } = {}) =>
      unitOfWork.run(async (each) => {
        const { accountId } = actor;
        const quote = await operations.quotePurchase(each, { accountId, planId, intent, startsAt, now });
        const paid = quote.kind === 'trial' ? null : paymentId;
        return operations.applyPurchase(each, { accountId, quote, paymentId: paid, actor, now });
      }),
  };
}

/** Notes the events of the units of work that committed. */
function overheard(
  stores: UnitOfWork<SubscriptionStores>,
  news: DomainEvent[],
): UnitOfWork<SubscriptionStores> {
  return {
    read: (work) => stores.read(work),
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
