import { z } from 'zod';
import { ACCESS_LEVELS } from '../../src/kernel/access-level.ts';
import { fromDecimal, money, toDecimal, type Money } from '../../src/kernel/money.ts';
import {
  PLAN_LIMITS,
  RESOLUTIONS,
  subscriptionRefusals,
  type PlanChanges,
  type PlanDraft,
  type PlanFeature,
  type PlanTerms,
  type Validity,
} from '../../src/subscriptions/index.ts';
import { Currency, FeatureName } from './schemas.ts';

/** A plan as a body brings it. What the domain judges (names, limits, periods) is left to it. */

const Amount = z.string().max(20).meta({ description: 'A decimal, such as "9.99".' });
const count = (least: number, most: number) => z.number().int().min(least).max(most);

const FeatureInput = z.object({
  feature: FeatureName,
  kind: z.enum(['flag', 'limit', 'meter']),
  limit: z.number().int().optional(),
  per: z.enum(['day', 'month', 'term', 'lifetime']).optional(),
  overage: z.enum(['block', 'allow']).optional(),
  overage_price: Amount.optional(),
  rollover: z.object({ cap: z.number().int(), expires_days: z.number().int() }).optional(),
  rate: z.object({ max: z.number().int(), window_seconds: z.number().int() }).optional(),
});

const fields = {
  code: z.string().min(1).max(60),
  name: z.string().trim().min(1).max(120),
  description: z.string().max(2_000),
  price: Amount,
  currency: Currency,
  validity_days: count(1, PLAN_LIMITS.validityDays).optional(),
  validity_months: count(1, PLAN_LIMITS.validityMonths).optional(),
  access_level: z.enum(ACCESS_LEVELS),
  max_devices_allowed: count(1, PLAN_LIMITS.devices),
  resolution: z.enum(RESOLUTIONS),
  trial_days: count(0, PLAN_LIMITS.trialDays),
  grace_days: count(0, PLAN_LIMITS.graceDays),
  is_active: z.boolean(),
  entitlements: z.array(FeatureInput).max(PLAN_LIMITS.features),
};

export const PlanBody = z.object({
  ...fields,
  description: fields.description.default(''),
  trial_days: fields.trial_days.default(0),
  grace_days: fields.grace_days.default(0),
  is_active: fields.is_active.default(true),
  entitlements: fields.entitlements.default([]),
});

/** The same fields, each of them optional and without its default. */
export const PlanChangesBody = z.object(fields).partial();

type Body = z.output<typeof PlanChangesBody>;

const invalid = (pointer: string, detail: string): Error =>
  subscriptionRefusals.planInvalid([{ pointer, detail }]);

export function planDraft(body: z.output<typeof PlanBody>): PlanDraft {
  const { code, name, description, is_active: isActive } = body;
  const validity = validityIn(body);
  if (!validity) throw invalid('/validity_days', 'send validity_days or validity_months');
  return {
    code,
    name,
    description,
    isActive,
    terms: {
      price: amount(body.price, body.currency, '/price'),
      validity,
      accessLevel: body.access_level,
      maxDevices: body.max_devices_allowed,
      resolution: body.resolution,
      trialDays: body.trial_days,
      graceDays: body.grace_days,
      features: featuresIn(body.entitlements, body.currency),
    },
  };
}

/** `current` gives the currency that amounts are in, when the body names none. */
export function planChanges(body: Body, current: PlanTerms): PlanChanges {
  const currency = body.currency ?? current.price.currency;
  const moved = currency !== current.price.currency;
  if (moved && body.price === undefined) throw invalid('/price', 'send the price in the new currency');
  const priced = current.features.some(({ overagePriceMinor }) => overagePriceMinor !== null);
  if (moved && priced && body.entitlements === undefined)
    throw invalid('/entitlements', 'send their prices in the new currency');
  const { code, name, description, is_active: isActive, access_level: accessLevel, resolution } = body;
  return present<PlanChanges>({
    code,
    name,
    description,
    isActive,
    terms: present<Partial<PlanTerms>>({
      price: body.price === undefined ? undefined : amount(body.price, currency, '/price'),
      validity: validityIn(body),
      accessLevel,
      maxDevices: body.max_devices_allowed,
      resolution,
      trialDays: body.trial_days,
      graceDays: body.grace_days,
      features: body.entitlements && featuresIn(body.entitlements, currency),
    }),
  });
}

type Sparse<T> = { readonly [K in keyof T]: T[K] | undefined };

/** Without the fields that were not sent. */
const present = <T extends object>(record: Sparse<T>): T =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;

function validityIn({ validity_days: days, validity_months: months }: Body): Validity | undefined {
  if (days !== undefined && months !== undefined)
    throw invalid('/validity_months', 'send only one of validity_days and validity_months');
  if (days !== undefined) return { days };
  return months === undefined ? undefined : { months };
}

function amount(text: string, currency: string, pointer: string): Money {
  const found = fromDecimal(text, currency);
  if (!found)
    throw invalid(pointer, `must be an amount of ${currency}, such as "${toDecimal(money(999, currency))}"`);
  return found;
}

const featuresIn = (
  features: readonly z.output<typeof FeatureInput>[],
  currency: string,
): readonly PlanFeature[] =>
  features.map(({ feature, kind, limit, per, overage, overage_price: price, rollover, rate }, index) => ({
    feature,
    kind,
    limit: limit ?? null,
    per: per ?? null,
    overage: overage ?? (kind === 'meter' ? 'block' : null),
    overagePriceMinor:
      price === undefined ? null : amount(price, currency, `/entitlements/${index}/overage_price`).minor,
    ...(rollover && { rollover: { cap: rollover.cap, expiresDays: rollover.expires_days } }),
    ...(rate && { rate: { max: rate.max, windowSeconds: rate.window_seconds } }),
  }));
