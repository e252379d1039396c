import { after, before, type Instant } from '../kernel/instant.ts';
import type { IdentityPolicy } from './policy.ts';

/** When a recipient was written to of late, so that nobody's inbox can be flooded through us. */
export interface MailQuota {
  /** Keyed digest of the mailbox: an account that is deleted and made anew does not reset it. */
  readonly recipient: string;
  readonly sentAt: readonly Instant[];
  readonly forgottenAt: Instant;
}

/**
 * The mailbox that an address most likely ends in: without its `+tag`, which anybody can make up anew for each
 * mail. For counting alone: two such addresses are still two accounts.
 */
export const mailboxOf = (emailKey: string): string => emailKey.replace(/^([^@+]+)\+[^@]*@/, '$1@');

/** The quota with one more mail counted, or undefined when there is no room for it within the window. */
export function withMail(
  recipient: string,
  quota: MailQuota | undefined,
  now: Instant,
  { mail }: Pick<IdentityPolicy, 'mail'>,
): MailQuota | undefined {
  const windowStart = before(now, mail.windowMs);
  const recent = (quota?.sentAt ?? []).filter((at) => at > windowStart);
  if (recent.length >= mail.perRecipient) return undefined;
  return { recipient, sentAt: [...recent, now], forgottenAt: after(now, mail.windowMs) };
}
