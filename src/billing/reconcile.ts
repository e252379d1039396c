import type { Actor } from '../kernel/actor.ts';
import { money, toDecimal } from '../kernel/money.ts';
import { bringer } from './bring-to-life.ts';
import { questionOf } from './charge-request.ts';
import type { BillingDeps } from './deps.ts';
import { reconciledEvent } from './events.ts';
import { mirrorCommands } from './mirror.ts';
import { customerOf } from './payment-method.ts';
import type { Payment } from './payment.ts';
import { receivedEvent } from './provider-event.ts';
import { refusals } from './refusals.ts';

/** Something of ours that was not what the provider knows it to be. */
export interface Repair {
  readonly kind: 'payment' | 'subscription';
  readonly id: string;
  /** In the words of its state; null for one that we did not have. */
  readonly was: string | null;
  readonly is: string;
}

export interface Reconciled {
  readonly repaired: readonly Repair[];
  /** Payments and providers that could not be asked, by id and by name: ask again. */
  readonly unanswered: readonly string[];
}

export interface ReconcileOrder {
  readonly actor: Extract<Actor, { kind: 'account' }>;
  readonly accountId: string;
}

export interface ReconcileCommands {
  /**
   * Asks the provider what became of everything that an account paid, or was to pay, and brings our books to it:
   * for news that was lost on the way. The second time there is nothing to repair. Refuses with
   * `request.not-found` (nobody known by that id).
   */
  reconcile(order: ReconcileOrder): Promise<Reconciled>;
}

/** Payments and subscriptions of an account by kind and id, in words. */
type State = ReadonlyMap<
  string,
  { readonly kind: Repair['kind']; readonly id: string; readonly words: string }
>;

const PAGE = 100;

export function reconcileCommands(deps: BillingDeps): ReconcileCommands {
  const { unitOfWork, payers, clock, ids } = deps;
  return {
    reconcile: async ({ actor, accountId }) => {
      const payments = await paymentsOf(deps, accountId);
      if (payments.length === 0 && !(await payers.of(accountId))) throw refusals.notFound();
      const before = await stateOf(deps, accountId);
      const unanswered = [
        ...(await reviewAll(deps, payments, actor)),
        ...(await observeCollector(deps, accountId)),
      ];
      const after = await stateOf(deps, accountId);
      const repaired = repairs(before, after);
      const done = { accountId, by: actor.accountId, repaired: repaired.length };
      await unitOfWork.run(({ outbox }) => outbox.add([reconciledEvent(done, { at: clock.now(), ids })]));
      return { repaired, unanswered };
    },
  };
}

function repairs(before: State, after: State): readonly Repair[] {
  return [...after].flatMap(([key, { kind, id, words: is }]) => {
    const was = before.get(key)?.words ?? null;
    return was === is ? [] : [{ kind, id, was, is }];
  });
}

/** Asks about every payment, one after another; answers those of which the gateway could not tell. */
async function reviewAll(
  deps: BillingDeps,
  payments: readonly Payment[],
  actor: Actor,
): Promise<readonly string[]> {
  const bring = bringer(deps);
  const unanswered: string[] = [];
  for (const payment of payments) {
    if (payment.gateway !== deps.gateway.name) continue;
    const life = await deps.gateway.review(questionOf(payment, deps.gateway));
    if (life.found.outcome === 'unknown') unanswered.push(payment.id);
    else await bring({ payment, life, actor });
  }
  return unanswered;
}

/** What the collector says at this moment is kept like what it told by itself, and mirrored with it. */
async function observeCollector(deps: BillingDeps, accountId: string): Promise<readonly string[]> {
  const { unitOfWork, collector, clock } = deps;
  if (!collector) return [];
  const provider = collector.name;
  const customer = await unitOfWork.read((stores) => customerOf(stores, { accountId, provider }));
  if (customer === null) return [];
  const snapshot = await collector.snapshot(customer);
  if (snapshot === 'unknown') return [provider];
  const now = clock.now();
  const type = 'snapshot';
  for (const { id, createdAt, body } of snapshot)
    await unitOfWork.run(async ({ providerEvents }) => {
      const seen = body.kind === 'charge-refunded' ? { ...body, paymentKey: null } : body;
      const event = receivedEvent({ provider, id, type, createdAt, objectKey: customer, body: seen }, now);
      await providerEvents.add({ ...event, processedAt: now });
    });
  await mirrorCommands(deps).mirror({ provider, customer });
  return [];
}

async function paymentsOf({ unitOfWork }: BillingDeps, accountId: string): Promise<readonly Payment[]> {
  const all: Payment[] = [];
  let cursor: string | undefined;
  do {
    const request = { limit: PAGE, cursor };
    const page = await unitOfWork.read(({ payments }) => payments.list(accountId, request));
    all.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return all.reverse();
}

async function stateOf(deps: BillingDeps, accountId: string): Promise<State> {
  const payments = await paymentsOf(deps, accountId);
  const newest = await deps.unitOfWork.read(({ subscriptions }) => subscriptions.newest(accountId));
  const states = [
    ...payments.map((payment) => ({ kind: 'payment', id: payment.id, words: wordsOf(payment) }) as const),
    ...(newest ? [{ kind: 'subscription', id: newest.id, words: newest.status } as const] : []),
  ];
  return new Map(states.map((state) => [`${state.kind} ${state.id}`, state]));
}

function wordsOf({ status, refundedMinor, currency }: Payment): string {
  return refundedMinor === 0 || status === 'refunded'
    ? status
    : `${status}, ${toDecimal(money(refundedMinor, currency))} ${currency} given back`;
}
