import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Container } from 'inversify';
import { fileArchive } from '../archive/file-archive.ts';
import { memoryArchive } from '../archive/memory-archive.ts';
import { invoicePdf } from '../documents/invoice-pdf.ts';
import { systemClock } from '../clock/system-clock.ts';
import { VirtualClock } from '../clock/virtual-clock.ts';
import type { Mailer } from '../../src/notifications/index.ts';
import { createEmlFolder } from '../email/eml-folder.ts';
import { createRecordedMailer } from '../email/recorded.ts';
import { createSmtpMailer } from '../email/smtp.ts';
import { edgeLog } from '../http/log.ts';
import { filePictures, memoryPictures } from '../media/pictures.ts';
import type { Keyring } from '../media/signed-claims.ts';
import { signedSourceLinks } from '../media/source-links.ts';
import { signedTickets } from '../media/tickets.ts';
import { argon2Passwords } from '../security/passwords.ts';
import { randomIds } from '../security/random-ids.ts';
import type { Config } from './config.ts';
import * as keys from './keys.ts';
import type { Keys } from './secrets.ts';
import { provide, provideValue } from './token.ts';

/** The world outside: time, ids, mail, files. Each profile has its own. */
export function provideAdapters(container: Container): void {
  provideValue(container, keys.SYSTEM_CLOCK, systemClock);
  provide(container, keys.IDS, [], randomIds);
  provide(container, keys.PASSWORDS, [], () => argon2Passwords());
  provide(container, keys.EDGE_LOG, [keys.LOGGER], edgeLog);
  provide(container, keys.FAILURES, [keys.LOGGER], (logger) => ({
    failed: (what, error) => logger.error({ err: error }, what),
  }));
  provide(
    container,
    keys.MOVABLE_CLOCK,
    [keys.CONFIG, keys.UNIT_OF_WORK, keys.SYSTEM_CLOCK, keys.FAILURES],
    ({ clock }, unitOfWork, base, failures) =>
      clock === 'system'
        ? null
        : new VirtualClock({ unitOfWork, base, onError: (error) => failures.failed('virtual clock', error) }),
  );
  provide(
    container,
    keys.CLOCK,
    [keys.MOVABLE_CLOCK, keys.SYSTEM_CLOCK],
    (movable, system) => movable ?? system,
  );
  provide(container, keys.MAILER, [keys.CONFIG], (config) => mailerOf(config));
  provide(container, keys.INVOICE_PRINTER, [], () => invoicePdf({ issuer: 'Usher' }));
  provide(container, keys.PICTURES, [keys.CONFIG], ({ profile, dataDir, http }) => {
    const options = { publicUrl: http.publicUrl ?? '' };
    return profile === 'memory' ? memoryPictures(options) : filePictures(dataDir, options);
  });
  provide(container, keys.ARCHIVE_FILES, [keys.CONFIG], ({ profile, dataDir }) =>
    profile === 'memory' ? memoryArchive() : fileArchive(join(dataDir, 'archive')),
  );
  provide(container, keys.TICKETS, [keys.KEYS], ({ media }) => signedTickets(keyringOf(media)));
  provide(container, keys.SOURCE_LINKS, [keys.KEYS], ({ media }) => signedSourceLinks(keyringOf(media)));
}

/** A key is named after its digest, so that processes with the same keys agree on the names. */
function keyringOf([first, ...rest]: Keys['media']): Keyring {
  const named = (key: string): Keyring['current'] => ({
    kid: createHash('sha256').update(key).digest('base64url').slice(0, 8),
    key: Buffer.from(key),
  });
  const current = named(first);
  return { current, all: [current, ...rest.map(named)] };
}

function mailerOf({ profile, dataDir, mailFrom: from, smtpUrl }: Config): Mailer {
  if (smtpUrl !== null) return createSmtpMailer({ url: smtpUrl, from });
  return profile === 'memory'
    ? createRecordedMailer()
    : createEmlFolder({ folder: join(dataDir, 'mail'), from });
}
