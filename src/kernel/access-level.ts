export const ACCESS_LEVELS = ['free', 'basic', 'premium'] as const;
/** What a plan opens and what a title asks for: each level includes those before it. */
export type AccessLevel = (typeof ACCESS_LEVELS)[number];

export const includes = (held: AccessLevel, asked: AccessLevel): boolean =>
  ACCESS_LEVELS.indexOf(held) >= ACCESS_LEVELS.indexOf(asked);

export const DENIAL_REASONS = [
  'sign_in_required',
  'no_subscription',
  'tier_too_low',
  'not_in_plan',
  'limit_reached',
  'past_due_grace_over',
  'paused',
  'not_started',
  'ended',
  'suspended',
  'unverified',
] as const;
/** Why something is denied: everyday answers, so values and not errors. */
export type DenialReason = (typeof DENIAL_REASONS)[number];

export type Verdict = { readonly allowed: true } | { readonly allowed: false; readonly reason: DenialReason };
