import { DAY, HOUR, MINUTE, SECOND } from '../kernel/instant.ts';

/** The numbers of `rules.md` › Identity. Durations in milliseconds, of the system's clock unless said otherwise. */
export interface IdentityPolicy {
  /** `required`: nobody signs in before their address is verified, and no answer tells whether it is known. */
  readonly emailVerification: 'optional' | 'required';
  readonly password: { readonly minLength: number; readonly maxLength: number };
  readonly refresh: {
    readonly slidingMs: number;
    readonly absoluteMs: number;
    /** How long the immediately previous token still answers, with the same successor. */
    readonly graceMs: number;
    /** How long an ended session stays in the books, so that its devices are known and its tokens recognised. */
    readonly keepEndedMs: number;
  };
  readonly code: { readonly lifeMs: number; readonly tries: number };
  readonly throttle: {
    readonly freeFailures: number;
    /** For a device that has had a session of the account: enough to find one's own password again. */
    readonly knownDeviceFreeFailures: number;
    readonly firstDelayMs: number;
    readonly maxDelayMs: number;
    readonly forgetMs: number;
  };
  readonly mail: { readonly perRecipient: number; readonly windowMs: number };
  /** After this time of the world's clock an account that was never verified nor used is removed. */
  readonly unverifiedLifeMs: number;
  readonly pictureMaxBytes: number;
  readonly serviceKeys: {
    /** Keys that are live at once: each is a door, and a list that nobody can read guards none. */
    readonly max: number;
    /** How long a noted use stands before the next one is written down. */
    readonly usedAgainMs: number;
  };
}

export const identityPolicy: IdentityPolicy = {
  emailVerification: 'optional',
  password: { minLength: 8, maxLength: 128 },
  refresh: { slidingMs: 30 * DAY, absoluteMs: 90 * DAY, graceMs: 10 * SECOND, keepEndedMs: 90 * DAY },
  code: { lifeMs: 10 * MINUTE, tries: 5 },
  throttle: {
    freeFailures: 5,
    knownDeviceFreeFailures: 20,
    firstDelayMs: SECOND,
    maxDelayMs: 15 * MINUTE,
    forgetMs: 12 * HOUR,
  },
  mail: { perRecipient: 5, windowMs: HOUR },
  unverifiedLifeMs: DAY,
  pictureMaxBytes: 5 * 1024 * 1024,
  serviceKeys: { max: 100, usedAgainMs: MINUTE },
};
