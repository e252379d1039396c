import { createHash } from 'node:crypto';
import type { SendMailOptions } from 'nodemailer';
import type { Mail } from '../../src/notifications/index.ts';

/** A mail as nodemailer takes it, the same for every medium. `from`: an address, or `Name <address>`. */
export const messageOf = (
  { key, to, subject, text, html, headers }: Mail,
  from: string,
): SendMailOptions => ({
  from,
  // As an object: the address is one address, whatever commas or brackets it has.
  to: { name: '', address: to },
  subject,
  text,
  html,
  messageId: messageId(key, from),
  ...(headers === undefined ? {} : { headers }),
});

/** The same for every repeat, so that a mailbox can tell. */
function messageId(key: string, from: string): string {
  const domain = /@([^\s<>@]+)>?\s*$/.exec(from)?.[1] ?? 'usher.invalid';
  return `<${digestOf(key)}@${domain}>`;
}

export const digestOf = (key: string): string => createHash('sha256').update(key).digest('hex').slice(0, 32);
