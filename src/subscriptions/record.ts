import { actorName, type Actor } from '../kernel/actor.ts';
import type { Ids } from '../kernel/ids.ts';
import { instant, later, type Instant } from '../kernel/instant.ts';
import type { DomainEvent } from '../kernel/outbox.ts';
import { advance, nextDue } from './advance.ts';
import { collectAt } from './collection.ts';
import { announcement, type Step } from './events.ts';
import { evolve } from './evolve.ts';
import { snapshotOf, type HistoryEntry } from './history.ts';
import type { SubscriptionPolicy } from './policy.ts';
import type { DueTimes, SubscriptionStores } from './ports.ts';
import { boughtWith, type SubscriptionEvent } from './subscription-events.ts';
import type { Subscription } from './subscription.ts';

export interface RecordDeps {
  readonly ids: Ids;
  readonly policy: SubscriptionPolicy;
}

/** The account's newest subscription as stored, and as it is now with what fell due since. */
export interface Held {
  readonly stored: Subscription;
  readonly state: Subscription;
  readonly due: readonly SubscriptionEvent[];
}

/** Never before the newest event: a clock that lags in another process cannot turn a history round. */
export const notBefore = (now: Instant, state: Subscription | undefined): Instant =>
  state ? later(now, state.changedAt) : now;

export function heldNow(stored: Subscription, now: Instant, policy: SubscriptionPolicy): Held {
  const { state, events } = advance(stored, notBefore(now, stored), policy);
  return { stored, state, due: events };
}

export interface Change {
  readonly stored: Subscription | null;
  readonly due: readonly SubscriptionEvent[];
  readonly decided: readonly SubscriptionEvent[];
  /** Who decided; what fell due is the calendar's doing. */
  readonly actor: Actor;
  readonly now: Instant;
  /** What the last decided event carries out. */
  readonly paymentId?: string | null;
}

const CALENDAR: Actor = { kind: 'system', job: 'calendar' };

/** Saves what the events lead to, with the history and the news, all in the caller's unit of work. */
export async function record(
  stores: SubscriptionStores,
  { ids, policy }: RecordDeps,
  { stored, due, decided, actor, now, paymentId = null }: Change,
): Promise<Subscription> {
  const entries: HistoryEntry[] = [];
  const steps: Step[] = [];
  let state = stored;
  for (const event of [...due, ...decided.map((each) => boughtWith(each, paymentId))]) {
    const before = state;
    state = evolve(state, event);
    const by = entries.length < due.length ? CALENDAR : actor;
    const step = { event, before, after: state };
    steps.push(step);
    entries.push(entryOf(step, { id: ids.next(), actor: actorName(by), recordedAt: now }));
  }
  if (!state) throw new Error('there is nothing to record');
  const last = entries.pop();
  if (!last) return state;
  entries.push(decided.length > 0 ? { ...last, paymentId } : last);

  const times = timesOf(state, policy);
  if (stored) await stores.subscriptions.save(state, { from: stored.version, ...times });
  else await stores.subscriptions.add(state, times);
  await stores.subscriptionHistory.append(entries);
  await stores.outbox.add(newsOf(steps, entries, { ids, now }));
  return state;
}

/** No instant lies behind it. */
const EVER = instant(Number.MAX_SAFE_INTEGER);

/**
 * What will come by itself is foreseen, so that a collection waits for no other sweep to write it down; never
 * before what leads to it, lest it is looked at in vain from then on: a renewal can move the end of a period, at
 * which a pause begins, behind the day on which the pause was to end.
 */
function timesOf(state: Subscription, policy: SubscriptionPolicy): DueTimes {
  const foreseen = advance(state, EVER, policy).state;
  const collected = collectAt(foreseen);
  return {
    dueAt: nextDue(state, policy)?.at ?? null,
    collectAt: collected && later(collected, foreseen.changedAt),
  };
}

const entryOf = (
  { event, before, after: state }: Step,
  made: Pick<HistoryEntry, 'id' | 'actor' | 'recordedAt'>,
): HistoryEntry => ({
  ...made,
  subscriptionId: state.id,
  accountId: state.accountId,
  seq: state.version,
  type: event.type,
  event,
  before: before && snapshotOf(before),
  after: snapshotOf(state),
  effectiveAt: event.at,
  paymentId: null,
});

/** Of several reminders that fell due together only the nearest is news, and none that a renewal overtook. */
function newsOf(
  steps: readonly Step[],
  entries: readonly HistoryEntry[],
  { ids, now }: { readonly ids: Ids; readonly now: Instant },
): readonly DomainEvent[] {
  const final = steps.at(-1)?.after;
  return steps.flatMap((step, index) => {
    const { event } = step;
    if (event.type === 'end-neared' && event.days !== final?.remindedDays) return [];
    const paymentId = entries[index]?.paymentId ?? null;
    return announcement(step, { id: ids.next(), now, paymentId }) ?? [];
  });
}
