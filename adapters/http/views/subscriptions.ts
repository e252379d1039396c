import { z } from 'zod';
import { toRfc3339 } from '../../../src/kernel/instant.ts';
import {
  SUBSCRIPTION_STATUSES,
  type HistoryEntry,
  type Snapshot,
  type SubscriptionDetails,
} from '../../../src/subscriptions/index.ts';
import { Time, timeOf } from '../schemas.ts';
import { TermsView, termsView } from './plans.ts';

const Status = z.enum(SUBSCRIPTION_STATUSES);
const Amounts = z.record(z.string(), z.number().int());

const BoughtPlan = z.object({
  id: z.string(),
  code: z.string(),
  name: z.string(),
  description: z.string(),
  ...TermsView.shape,
});

/** A subscription's own facts, as replies to commands show them. */
export const SubscriptionView = z
  .object({
    id: z.string().nullable(),
    active: z.boolean().meta({ description: 'Whether it gives access now.' }),
    plan: BoughtPlan.nullable(),
    status: Status.nullable(),
    started_at: Time.nullable(),
    ends_at: Time.nullable(),
    days_left: z.number().int().nullable().meta({ description: 'Days until the end, rounded up.' }),
    auto_renew: z.boolean(),
    cancel_at_period_end: z.boolean(),
    pause_at_period_end: z.boolean(),
    scheduled_change: z
      .object({ plan_id: z.string(), plan_code: z.string(), plan_name: z.string(), at: Time.nullable() })
      .nullable()
      .meta({ description: 'What the next period is to be on.' }),
    paused_at: Time.nullable().meta({ description: 'Since when it is paused: no day of it is used.' }),
    resumes_at: Time.nullable().meta({ description: 'When a pause, present or pending, ends by itself.' }),
    retry_at: Time.nullable().meta({ description: 'When a debt is charged again.' }),
    collected_by: z.enum(['usher', 'stripe']).nullable(),
    ended_at: Time.nullable(),
  })
  .meta({ id: 'Subscription' });

export const MySubscriptionView = SubscriptionView.extend({
  payment_method: z.string().nullable().meta({ description: 'What is charged when it renews itself.' }),
  limits: Amounts.meta({ description: 'By feature; -1 is unlimited.' }),
  usage: Amounts.meta({ description: 'By feature, of the meters.' }),
}).meta({ id: 'MySubscription' });

/** No subscription at all looks like one that gives nothing. */
export function subscriptionView(details: SubscriptionDetails | undefined): z.input<typeof SubscriptionView> {
  const state = details?.subscription;
  return {
    id: state?.id ?? null,
    active: details !== undefined && details.access.grant !== null,
    plan: details ? { ...details.plan, ...termsView(details.terms) } : null,
    status: state?.status ?? null,
    started_at: timeOf(state?.startedAt ?? null),
    ends_at: timeOf(state?.endsAt ?? null),
    days_left: details?.daysLeft ?? null,
    auto_renew: state?.autoRenew ?? false,
    cancel_at_period_end: state?.cancelAtPeriodEnd ?? false,
    pause_at_period_end: state?.pauseAtPeriodEnd ?? false,
    scheduled_change: details ? scheduledView(details) : null,
    paused_at: timeOf(state?.pausedAt ?? null),
    resumes_at: timeOf(state?.resumesAt ?? null),
    retry_at: timeOf(state?.retryAt ?? null),
    collected_by: state?.collectedBy ?? null,
    ended_at: timeOf(state?.endedAt ?? null),
  };
}

const scheduledView = ({
  scheduled,
  subscription,
}: SubscriptionDetails): z.input<typeof SubscriptionView>['scheduled_change'] =>
  scheduled && {
    plan_id: scheduled.id,
    plan_code: scheduled.code,
    plan_name: scheduled.name,
    at: timeOf(subscription.endsAt),
  };

const SnapshotView = z.object({
  status: Status,
  plan_id: z.string(),
  started_at: Time.nullable(),
  ends_at: Time.nullable(),
  cancel_at_period_end: z.boolean(),
  pause_at_period_end: z.boolean(),
  auto_renew: z.boolean(),
});

export const HistoryEntryView = z
  .object({
    id: z.string(),
    subscription_id: z.string(),
    type: z.string(),
    actor: z.string(),
    before: SnapshotView.nullable(),
    after: SnapshotView,
    effective_at: Time,
    recorded_at: Time,
    payment_id: z.string().nullable(),
  })
  .meta({ id: 'SubscriptionHistoryEntry' });

const snapshotView = (snapshot: Snapshot): z.input<typeof SnapshotView> => ({
  status: snapshot.status,
  plan_id: snapshot.planId,
  started_at: timeOf(snapshot.startedAt),
  ends_at: timeOf(snapshot.endsAt),
  cancel_at_period_end: snapshot.cancelAtPeriodEnd,
  pause_at_period_end: snapshot.pauseAtPeriodEnd,
  auto_renew: snapshot.autoRenew,
});

export const historyEntryView = (entry: HistoryEntry): z.input<typeof HistoryEntryView> => ({
  id: entry.id,
  subscription_id: entry.subscriptionId,
  type: entry.type,
  actor: entry.actor,
  before: entry.before && snapshotView(entry.before),
  after: snapshotView(entry.after),
  effective_at: toRfc3339(entry.effectiveAt),
  recorded_at: toRfc3339(entry.recordedAt),
  payment_id: entry.paymentId,
});
