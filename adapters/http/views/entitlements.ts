import { z } from 'zod';
import { DENIAL_REASONS } from '../../../src/kernel/access-level.ts';
import { toRfc3339 } from '../../../src/kernel/instant.ts';
import {
  GRANT_SOURCES,
  RESERVATION_STATUSES,
  type Entitlement,
  type ExplainedGrant,
  type Explanation,
  type Grant,
  type Reservation,
  type Usage,
} from '../../../src/entitlements/index.ts';
import { Time, timeOf } from '../schemas.ts';

export const EntitlementView = z
  .object({
    feature: z.string(),
    kind: z.enum(['flag', 'limit', 'meter']),
    allowed: z.boolean(),
    reason: z.enum(DENIAL_REASONS).nullable(),
    limit: z.number().int().nullable().meta({ description: '-1 is unlimited; null for a flag.' }),
    used: z.number().int().nullable(),
    remaining: z.number().int().nullable(),
    resets_at: Time.nullable(),
  })
  .meta({ id: 'Entitlement' });

const ExplainedGrantView = z.object({
  source: z.enum(['plan', 'free_policy', 'rollover', ...GRANT_SOURCES]),
  id: z.string().nullable(),
  limit: z.number().int().nullable(),
  used: z.number().int().nullable(),
  remaining: z.number().int().nullable(),
  priority: z.number().int().nullable().meta({ description: 'The lowest is used up first.' }),
  expires_at: Time.nullable(),
});

export const ExplanationView = z
  .object({
    as_of: Time,
    plan: z.object({ id: z.string(), name: z.string().nullable(), version: z.number().int() }).nullable(),
    period: z.object({ start: Time, end: Time.nullable() }).nullable(),
    grants: z.array(ExplainedGrantView),
    verdict: EntitlementView,
  })
  .meta({ id: 'Explanation' });

export const UsageView = z
  .object({
    feature: z.string(),
    used: z.number().int().meta({ description: 'Reserved units count.' }),
    limit: z.number().int().meta({ description: '-1 is unlimited.' }),
    remaining: z.number().int().meta({ description: '-1 is unlimited.' }),
    overage: z.number().int().meta({ description: 'Units over the limit in this period.' }),
    resets_at: Time.nullable(),
  })
  .meta({ id: 'Usage' });

export const ReservationView = z
  .object({
    id: z.string(),
    feature: z.string(),
    amount: z.number().int(),
    committed: z.number().int().nullable(),
    status: z.enum(RESERVATION_STATUSES),
    created_at: Time,
    expires_at: Time,
  })
  .meta({ id: 'Reservation' });

export const GrantView = z
  .object({
    id: z.string(),
    account_id: z.string(),
    feature: z.string(),
    source: z.enum(GRANT_SOURCES),
    amount: z.number().int(),
    used: z.number().int(),
    priority: z.number().int(),
    expires_at: Time.nullable(),
    created_at: Time,
  })
  .meta({ id: 'Grant' });

export const entitlementView = ({ resetsAt, ...rest }: Entitlement): z.input<typeof EntitlementView> => ({
  ...rest,
  resets_at: timeOf(resetsAt),
});

export const explanationView = ({
  asOf,
  plan,
  period,
  grants,
  verdict,
}: Explanation): z.input<typeof ExplanationView> => ({
  as_of: toRfc3339(asOf),
  plan,
  period: period && { start: toRfc3339(period.start), end: timeOf(period.end) },
  grants: grants.map(explainedGrantView),
  verdict: entitlementView(verdict),
});

const explainedGrantView = ({ expiresAt, ...grant }: ExplainedGrant): z.input<typeof ExplainedGrantView> => ({
  ...grant,
  expires_at: timeOf(expiresAt),
});

export const usageView = ({ resetsAt, ...rest }: Usage): z.input<typeof UsageView> => ({
  ...rest,
  resets_at: timeOf(resetsAt),
});

export const reservationView = (reservation: Reservation): z.input<typeof ReservationView> => ({
  id: reservation.id,
  feature: reservation.feature,
  amount: reservation.amount,
  committed: reservation.committed,
  status: reservation.status,
  created_at: toRfc3339(reservation.createdAt),
  expires_at: toRfc3339(reservation.expiresAt),
});

export const grantView = (grant: Grant): z.input<typeof GrantView> => ({
  id: grant.id,
  account_id: grant.accountId,
  feature: grant.feature,
  source: grant.source,
  amount: grant.amount,
  used: grant.used,
  priority: grant.priority,
  expires_at: timeOf(grant.expiresAt),
  created_at: toRfc3339(grant.createdAt),
});
