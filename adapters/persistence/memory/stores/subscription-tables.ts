import type { Instant } from '../../../../src/kernel/instant.ts';
import {
  isLive,
  type DueTimes,
  type HistoryEntry,
  type Subscription,
} from '../../../../src/subscriptions/index.ts';
import type { Plan, PlanVersion } from '../../../../src/subscriptions/plan.ts';
import type { TableDefinition } from '../table.ts';

export const PLANS: TableDefinition<Plan> = {
  name: 'plans',
  key: (plan) => plan.id,
  unique: { plans_code: (plan) => plan.code },
};

/** Plans that somebody ever bought, or was about to. */
export const HELD_PLANS: TableDefinition<{ readonly planId: string }> = {
  name: 'held_plans',
  key: ({ planId }) => planId,
};

export const PLAN_VERSIONS: TableDefinition<PlanVersion> = {
  name: 'plan_versions',
  key: (version) => `${version.planId} ${version.termsVersion}`,
};

interface SubscriptionRow extends DueTimes {
  readonly subscription: Subscription;
}

export const SUBSCRIPTIONS: TableDefinition<SubscriptionRow> = {
  name: 'subscriptions',
  key: ({ subscription }) => subscription.id,
  unique: {
    subscriptions_live: ({ subscription }) =>
      isLive(subscription.status) ? subscription.accountId : undefined,
  },
};

/** Which subscriptions an account ever had: what an index on `account_id` is in a database. */
interface AccountSubscriptions {
  readonly accountId: string;
  readonly ids: readonly string[];
}

export const BY_ACCOUNT: TableDefinition<AccountSubscriptions> = {
  name: 'subscriptions_by_account',
  key: ({ accountId }) => accountId,
};

export const HISTORY: TableDefinition<HistoryEntry> = {
  name: 'subscription_events',
  key: ({ accountId, seq }) => `${accountId} ${seq}`,
  unique: { subscription_events_payment: ({ paymentId }) => paymentId ?? undefined },
};

interface TrialRow {
  readonly accountId: string;
  readonly usedAt: Instant;
}

export const TRIALS: TableDefinition<TrialRow> = { name: 'trials', key: ({ accountId }) => accountId };
