import { createHash } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import type { Mailer } from '../../src/notifications/index.ts';

export interface EmlFolderOptions {
  readonly folder: string;
  /** An address, or a name and an address: `Usher <no-reply@usher.example>`. */
  readonly from: string;
}

/**
 * Writes each mail as a file that any mail program opens (RFC 5322). The file is named by the mail's key and
 * put in place by a rename, so that a repeat overwrites itself and nobody reads half a mail.
 */
export function createEmlFolder({ folder, from }: EmlFolderOptions): Mailer {
  const composer = createTransport({ streamTransport: true, buffer: true, newline: 'unix' });
  return {
    send: async ({ key, to, subject, text, html, headers }) => {
      const { message } = await composer.sendMail({
        from,
        // As an object: the address is one address, whatever commas or brackets it has.
        to: { name: '', address: to },
        subject,
        text,
        html,
        messageId: messageId(key, from),
        ...(headers === undefined ? {} : { headers }),
      });
      if (!Buffer.isBuffer(message)) throw new Error('the mail was not composed in memory');
      await mkdir(folder, { recursive: true });
      await writeWhole(join(folder, `${fileName(key)}.eml`), message);
    },
  };
}

/** The same for every repeat, so that a mailbox can tell. */
function messageId(key: string, from: string): string {
  const domain = /@([^\s<>@]+)>?\s*$/.exec(from)?.[1] ?? 'usher.invalid';
  return `<${digest(key)}@${domain}>`;
}

const digest = (key: string): string => createHash('sha256').update(key).digest('hex').slice(0, 32);

/** Keys are made of our own ids; anything else is named by its digest. */
const fileName = (key: string): string =>
  /^[A-Za-z0-9][A-Za-z0-9._-]{0,180}$/.test(key) ? key : digest(key);

let counter = 0;

async function writeWhole(path: string, bytes: Buffer): Promise<void> {
  counter += 1;
  const temporary = `${path}.${process.pid}.${counter}.tmp`;
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
