import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { calculateJwkThumbprint, exportJWK, type JWK } from 'jose';
import { loadOrMake, readIfThere } from './key-files.ts';

/** One key pair of the access tokens, under the name (`kid`) that follows from the key itself (RFC 7638). */
export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicPem: string;
  readonly jwk: JWK;
}

export interface SigningKeys {
  /** Signs; the others only verify, while their tokens live. */
  readonly current: SigningKey;
  /** The public key (PEM) of a `kid`, for passport-jwt. */
  publicKey(kid: string): string | undefined;
  /** As published at `/.well-known/jwks.json`. */
  readonly jwks: { readonly keys: readonly JWK[] };
}

/** Keys from PEM texts, the current one first. */
export async function signingKeys(pems: readonly [string, ...string[]]): Promise<SigningKeys> {
  const [first, ...rest] = pems;
  const current = await signingKey(first);
  const all = [current, ...(await Promise.all(rest.map(signingKey)))];
  const byKid = new Map(all.map((key) => [key.kid, key]));
  return {
    current,
    publicKey: (kid) => byKid.get(kid)?.publicPem,
    jwks: { keys: [...byKid.values()].map(({ jwk }) => jwk) },
  };
}

/** One algorithm per key: anything but P-256 is refused at start, and not at the first log-in. */
async function signingKey(pem: string): Promise<SigningKey> {
  const privateKey = createPrivateKey(pem);
  if (privateKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    throw new Error('a signing key is not an EC private key on P-256');
  }
  const publicKey = createPublicKey(privateKey);
  const bare = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(bare);
  return {
    kid,
    privateKey,
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    jwk: { ...bare, kid, alg: 'ES256', use: 'sig' },
  };
}

export const newSigningKey = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();

/** Keys of one process, for profiles that keep nothing. */
export const ephemeralSigningKeys = (): Promise<SigningKeys> => signingKeys([newSigningKey()]);

/**
 * Keys kept in the data folder, made at the first start. To rotate: rename `signing-key.pem` to
 * `signing-key.previous.pem` and restart; tokens of the previous key hold until they expire.
 */
export async function signingKeysIn(dataDir: string): Promise<SigningKeys> {
  const folder = join(dataDir, 'keys');
  const current = await loadOrMake(join(folder, 'signing-key.pem'), newSigningKey);
  const previous = await readIfThere(join(folder, 'signing-key.previous.pem'));
  return signingKeys(previous === undefined ? [current] : [current, previous]);
}
