export const ACCESS_LEVELS = ['free', 'basic', 'premium'] as const;
/** What a plan opens and what a title asks for: each level includes those before it. */
export type AccessLevel = (typeof ACCESS_LEVELS)[number];

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

/** What somebody holds, and why it is not more: what ended, is paused or suspended; null when nothing is amiss. */
export interface HeldLevel {
  readonly level: AccessLevel;
  readonly reason: DenialReason | null;
}

/** Whether what is held covers what is asked for. Their own trouble is the better answer than "too low". */
export function coverage(held: HeldLevel, asked: AccessLevel): Verdict {
  if (ACCESS_LEVELS.indexOf(held.level) >= ACCESS_LEVELS.indexOf(asked)) return { allowed: true };
  const reason = held.level === 'free' ? (held.reason ?? 'no_subscription') : 'tier_too_low';
  return { allowed: false, reason };
}
