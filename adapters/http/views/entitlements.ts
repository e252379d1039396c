import { z } from 'zod';
import { DENIAL_REASONS } from '../../../src/kernel/access-level.ts';
import { toRfc3339 } from '../../../src/kernel/instant.ts';
import type { Entitlement, Explanation } from '../../../src/entitlements/index.ts';
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

export const ExplanationView = z
  .object({
    as_of: Time,
    plan: z.object({ id: z.string(), name: z.string().nullable(), version: z.number().int() }).nullable(),
    period: z.object({ start: Time, end: Time.nullable() }).nullable(),
    grants: z.array(
      z.object({ source: z.enum(['plan', 'free_policy']), limit: z.number().int().nullable() }),
    ),
    verdict: EntitlementView,
  })
  .meta({ id: 'Explanation' });

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
  period: period && {
    start: toRfc3339(period.start),
    end: timeOf(period.end),
  },
  grants: [...grants],
  verdict: entitlementView(verdict),
});
