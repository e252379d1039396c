import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { besideServer, type Config } from '../composition/config.ts';
import { composeUsher } from '../composition/usher.ts';

/** `admin create <email>`: makes an admin, or an admin of an account. The account's id goes to standard output. */
export async function createAdmin(config: Config, [verb, email]: readonly string[]): Promise<void> {
  if (verb !== 'create' || email === undefined) throw new Error('Usage: npm run admin -- create <email>');
  const password = process.env['ADMIN_PASSWORD'] ?? (await ask('Password: '));
  const usher = await composeUsher(besideServer(config));
  try {
    await usher.start();
    const actor = { kind: 'system', job: 'admin-command' } as const;
    const { accountId, outcome } = await usher.faces.identity.createAdmin({ actor, email, password });
    if (outcome !== 'created') process.stderr.write(`${TOLD[outcome]}\n`);
    process.stdout.write(`${accountId}\n`);
  } finally {
    await usher.close();
  }
}

const TOLD = {
  promoted: 'The account existed: it is an admin now and keeps its password.',
  'was-admin': 'The account was an admin already; nothing changed.',
} as const;

/** Reads a line without showing it. */
async function ask(question: string): Promise<string> {
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: process.stdin.isTTY });
  const ended = once(terminal, 'close').then(() => undefined);
  try {
    // Without a terminal the input may end before a line does, and then no question is ever answered.
    const line = await Promise.race([terminal.question(''), ended]);
    if (line === undefined) throw new Error('no password was given: set ADMIN_PASSWORD, or type it');
    return line;
  } finally {
    terminal.close();
    process.stderr.write('\n');
  }
}
