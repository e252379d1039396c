import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import type { RefreshTokens, Secrets } from '../../src/identity/ports.ts';
import { loadOrMake, readIfThere } from './key-files.ts';

/** The server's HMAC keys, the current one first. Others are accepted, and never used for anything new. */
export type ServerKeys = readonly [string, ...string[]];

export const newServerKey = (): string => randomBytes(32).toString('base64url');

/** The key kept in the data folder, made at the first start; `server-secret.previous` is accepted beside it. */
export async function serverKeysIn(dataDir: string): Promise<ServerKeys> {
  const folder = join(dataDir, 'keys');
  const current = await loadOrMake(join(folder, 'server-secret'), newServerKey);
  const previous = await readIfThere(join(folder, 'server-secret.previous'));
  return previous === undefined ? [current] : [current, previous];
}

/** One key, several uses: the label keeps what is derived for one from being valid for another. */
const derived = (key: string, label: string, text: string): Buffer =>
  createHmac('sha256', key).update(`usher/${label}\0`).update(text).digest();

const underEach = <R>([first, ...rest]: ServerKeys, make: (key: string) => R): readonly [R, ...R[]] => [
  make(first),
  ...rest.map(make),
];

export const serverSecrets = (keys: ServerKeys): Secrets => {
  const digestOf = (key: string, codeId: string, code: string): Buffer =>
    derived(key, 'mail-code-digest', `${codeId}:${code}`);
  return {
    codesOf: (codeId) => underEach(keys, (key) => sixDigits(derived(key, 'mail-code', codeId))),
    digestOfCode: (codeId, code) => digestOf(keys[0], codeId, code).toString('hex'),
    codeMatches: (codeId, code, digest) => {
      const stored = Buffer.from(digest, 'hex');
      return keys.some((key) => {
        const given = digestOf(key, codeId, code);
        return given.length === stored.length && timingSafeEqual(given, stored);
      });
    },
    recipientOf: (mailbox) => derived(keys[0], 'mail-recipient', mailbox).toString('base64url'),
  };
};

/** 48 bits into a million: no digit is likelier than another by more than 1 in 10^8. */
const sixDigits = (bytes: Buffer): string => (bytes.readUIntBE(0, 6) % 1_000_000).toString().padStart(6, '0');

export const refreshTokens = (keys: ServerKeys): RefreshTokens => ({
  fresh: () => randomBytes(32).toString('base64url'),
  digest: (token) => createHash('sha256').update(token).digest('hex'),
  successors: (token) => underEach(keys, (key) => derived(key, 'refresh', token).toString('base64url')),
});
