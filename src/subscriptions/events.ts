import type { DomainEvent } from '../kernel/outbox.ts';
import type { Instant } from '../kernel/instant.ts';
import { renewsItself } from './collection.ts';
import type { SubscriptionEvent } from './subscription-events.ts';
import type { Subscription } from './subscription.ts';

/** An event of the history and the states around it. */
export interface Step {
  readonly event: SubscriptionEvent;
  readonly before: Subscription | null;
  readonly after: Subscription;
}

/** What others are told of the history: everything, under the context's name. */
export type SubscriptionNews = `subscriptions.${SubscriptionEvent['type']}`;

/**
 * The outbox's event for a step of the history; undefined when it is news no more. `at` is when it holds
 * from, also when a late sweeper wrote it down.
 */
export function announcement(
  { event, before, after: state }: Step,
  made: { readonly id: string; readonly now: Instant; readonly paymentId: string | null },
): DomainEvent | undefined {
  // A reminder that a stopped sweeper slept through helps nobody once the end has come.
  if (event.type === 'end-neared' && state.endsAt !== null && made.now >= state.endsAt) return undefined;
  const type: SubscriptionNews = `subscriptions.${event.type}`;
  return {
    id: made.id,
    type,
    at: event.at,
    accountId: state.accountId,
    subjectId: state.id,
    data: {
      planId: state.planId,
      termsVersion: state.termsVersion,
      status: state.status,
      was: before?.status ?? null,
      startsAt: state.startedAt,
      endsAt: state.endsAt,
      paymentId: made.paymentId,
      autoRenew: state.autoRenew,
      ...particulars({ event, before, after: state }),
    },
  };
}

/** What only one type of event has to tell. */
function particulars({ event, before, after: state }: Step): DomainEvent['data'] {
  const { type } = event;
  // Whether the end is one: with automatic renewal the next term follows it.
  if (type === 'end-neared') return { days: event.days, continues: renewsItself(state) };
  if (type === 'renewal-failed') return { retryAt: event.retryAt };
  if (type === 'paused' || type === 'pause-requested') return { resumesAt: event.resumesAt };
  if (type === 'change-scheduled')
    return { toPlanId: event.to.planId, toTermsVersion: event.to.termsVersion };
  if (type === 'changed')
    return { fromPlanId: before?.planId ?? null, fromTermsVersion: before?.termsVersion ?? null };
  return {};
}
