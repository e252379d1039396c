import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import type { Mailer } from '../../src/notifications/index.ts';
import { digestOf, messageOf } from './compose.ts';

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
    send: async (mail) => {
      const { message } = await composer.sendMail(messageOf(mail, from));
      if (!Buffer.isBuffer(message)) throw new Error('the mail was not composed in memory');
      await mkdir(folder, { recursive: true });
      await writeWhole(join(folder, `${fileName(mail.key)}.eml`), message);
    },
  };
}

/** Keys are made of our own ids; anything else is named by its digest. */
const fileName = (key: string): string =>
  /^[A-Za-z0-9][A-Za-z0-9._-]{0,180}$/.test(key) ? key : digestOf(key);

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
