import { z } from 'zod';
import { ACCESS_LEVELS } from '../../../src/kernel/access-level.ts';
import { toRfc3339 } from '../../../src/kernel/instant.ts';
import { money, toDecimal } from '../../../src/kernel/money.ts';
import {
  RESOLUTIONS,
  type Plan,
  type PlanFeature,
  type PlanTerms,
} from '../../../src/subscriptions/index.ts';
import { Currency, Decimal, Time } from '../schemas.ts';

const FeatureView = z.object({
  feature: z.string(),
  kind: z.enum(['flag', 'limit', 'meter']),
  limit: z.number().int().optional(),
  per: z.enum(['day', 'month', 'term', 'lifetime']).optional(),
  overage: z.enum(['block', 'allow']).optional(),
  overage_price: Decimal.optional(),
  rollover: z
    .object({ cap: z.number().int(), expires_days: z.number().int() })
    .optional()
    .meta({ description: 'Unused units of a period that may be used later: at most `cap`.' }),
  rate: z.object({ max: z.number().int(), window_seconds: z.number().int() }).optional(),
});

/** What a plan costs and gives; with a subscription, on the terms it was bought on. */
export const TermsView = z.object({
  price: Decimal,
  currency: Currency,
  validity_days: z.number().int().optional(),
  validity_months: z.number().int().optional(),
  access_level: z.enum(ACCESS_LEVELS),
  max_devices_allowed: z.number().int(),
  resolution: z.enum(RESOLUTIONS),
  trial_days: z.number().int(),
  grace_days: z.number().int(),
  entitlements: z.array(FeatureView),
});

export const PlanView = z
  .object({
    id: z.string(),
    code: z.string(),
    name: z.string(),
    description: z.string(),
    ...TermsView.shape,
    is_active: z.boolean(),
    created_at: Time,
  })
  .meta({ id: 'Plan' });

const featureView = (feature: PlanFeature, currency: string): z.input<typeof FeatureView> => ({
  feature: feature.feature,
  kind: feature.kind,
  ...(feature.limit === null ? {} : { limit: feature.limit }),
  ...(feature.per === null ? {} : { per: feature.per }),
  ...(feature.overage === null ? {} : { overage: feature.overage }),
  ...(feature.overagePriceMinor === null
    ? {}
    : { overage_price: toDecimal(money(feature.overagePriceMinor, currency)) }),
  ...(feature.rollover && {
    rollover: { cap: feature.rollover.cap, expires_days: feature.rollover.expiresDays },
  }),
  ...(feature.rate && { rate: { max: feature.rate.max, window_seconds: feature.rate.windowSeconds } }),
});

export const termsView = (terms: PlanTerms): z.input<typeof TermsView> => ({
  price: toDecimal(terms.price),
  currency: terms.price.currency,
  ...('days' in terms.validity
    ? { validity_days: terms.validity.days }
    : { validity_months: terms.validity.months }),
  access_level: terms.accessLevel,
  max_devices_allowed: terms.maxDevices,
  resolution: terms.resolution,
  trial_days: terms.trialDays,
  grace_days: terms.graceDays,
  entitlements: terms.features.map((feature) => featureView(feature, terms.price.currency)),
});

export const planView = ({ terms, ...plan }: Plan): z.input<typeof PlanView> => ({
  id: plan.id,
  code: plan.code,
  name: plan.name,
  description: plan.description,
  ...termsView(terms),
  is_active: plan.isActive,
  created_at: toRfc3339(plan.createdAt),
});
