import { createTransport } from 'nodemailer';
import type { Mailer } from '../../src/notifications/index.ts';
import { messageOf } from './compose.ts';

export interface SmtpOptions {
  /** `smtp://user:password@host:587`, or `smtps://…:465`; STARTTLS is used wherever the server offers it. */
  readonly url: string;
  readonly from: string;
}

/** Less than a delivery's lease in all, so that a silent server makes a retry and not a hanging runner. */
const TIMEOUTS = { connectionTimeout: 5_000, greetingTimeout: 5_000, socketTimeout: 10_000 };

/**
 * Hands mails over to a server, over a few connections that stay open. A mail that the server did not accept is
 * rejected, and the delivery is tried again; the message id is made of the mail's key, so a repeat can be told.
 */
export function createSmtpMailer({ url, from }: SmtpOptions): Mailer {
  const transport = createTransport({
    ...optionsOf(url),
    ...TIMEOUTS,
    pool: true,
    maxConnections: 4,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    send: async (mail) => {
      await transport.sendMail(messageOf(mail, from));
    },
    close: () => transport.close(),
  };
}

function optionsOf(url: string) {
  const { protocol, hostname, port, username, password, searchParams } = new URL(url);
  const secure = protocol === 'smtps:';
  return {
    // An IPv6 address stands in brackets in a URL, and bare everywhere else.
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (secure ? 465 : 587) : Number(port),
    secure,
    requireTLS: searchParams.get('require_tls') === 'true',
    ...(username === ''
      ? {}
      : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
  };
}
