/** What an account calls to pay, to leave, and to see where it stands. */
const FREE = /^\/(accounts|token|subscriptions|payments|usage|entitlements)(\/|$)/;

/** The feature that calls of our own API use up, where they are metered (`METER_API_CALLS`). */
export const API_CALLS = 'api_calls';

/** Whether calls of a path are ever metered: an exhausted account can still pay and leave (rules.md, "Entitlements"). */
export const isMetered = (path: string): boolean => !FREE.test(path);

/** What a metered call can be refused with beside what its route refuses. */
export const METERED_REFUSALS = [
  'entitlements.not-in-plan',
  'entitlements.limit-reached',
  'entitlements.rate-exceeded',
] as const;
