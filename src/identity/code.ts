import { after, type Instant } from '../kernel/instant.ts';
import type { IdentityPolicy } from './policy.ts';

export type CodePurpose = 'verify-email' | 'reset-password';

/** A code that was mailed. An account has at most one of each purpose: the newest. */
export interface MailCode {
  readonly id: string;
  readonly accountId: string;
  readonly purpose: CodePurpose;
  /** Keyed digest; the code itself is nowhere. */
  readonly digest: string;
  readonly triesLeft: number;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
}

export const issueCode = (
  given: Pick<MailCode, 'id' | 'accountId' | 'purpose' | 'digest'>,
  now: Instant,
  { code }: Pick<IdentityPolicy, 'code'>,
): MailCode => ({
  id: given.id,
  accountId: given.accountId,
  purpose: given.purpose,
  digest: given.digest,
  triesLeft: code.tries,
  createdAt: now,
  expiresAt: after(now, code.lifeMs),
});

export const isUsable = (code: MailCode, now: Instant): boolean => code.triesLeft > 0 && now < code.expiresAt;

export const missed = (code: MailCode): MailCode => ({ ...code, triesLeft: code.triesLeft - 1 });
