import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { Recent } from '../../src/kernel/recent.ts';

export interface SigningKey {
  /** Names the key in what it signed. */
  readonly kid: string;
  readonly key: Uint8Array;
}

/** `current` signs; every key of `all` still verifies, so that keys can be rotated while viewers watch. */
export interface Keyring {
  readonly current: SigningKey;
  readonly all: readonly SigningKey[];
}

export interface ClaimsKind<Claims extends object> {
  /** Signed too, so that no other digest under the same key could pass for one of this kind. */
  readonly purpose: string;
  /** Short names, because all of it is part of a URL. */
  readonly shape: z.ZodType<Claims>;
}

export interface SignedClaims<Claims extends object> {
  issue(claims: Claims): string;
  read(token: string): Claims | 'invalid';
}

/** Longer than any token of ours: what is longer is not worth a digest. */
const MAX_TOKEN_LENGTH = 1_024;

/**
 * Tokens remembered with what they claim, some 6 MB: what one says never changes, and a player sends it with every
 * segment. Whether that still counts is for others to judge, each time.
 */
const MAX_REMEMBERED = 5_000;

const Named = z.object({ k: z.string() });

/** Claims as a URL segment: base64url of their JSON, a dot, and its HMAC-SHA256 under a key named by `k`. */
export function signedClaims<Claims extends object>(
  { current, all }: Keyring,
  { purpose, shape }: ClaimsKind<Claims>,
): SignedClaims<Claims> {
  const signature = (text: string, { key }: SigningKey): string =>
    createHmac('sha256', key).update(`${purpose}.${text}`).digest('base64url');
  const known = new Recent<string, Claims>(MAX_REMEMBERED);

  const verified = (token: string): Claims | 'invalid' => {
    const [text = '', signed = '', ...rest] = token.split('.');
    const claimed = rest.length === 0 ? claimedBy(text) : undefined;
    const kid = Named.safeParse(claimed).data?.k;
    const key = all.find((each) => each.kid === kid);
    if (!key || !equal(signature(text, key), signed)) return 'invalid';
    return shape.safeParse(claimed).data ?? 'invalid';
  };

  return {
    issue: (claims) => {
      const text = Buffer.from(JSON.stringify({ k: current.kid, ...claims })).toString('base64url');
      return `${text}.${signature(text, current)}`;
    },

    read: (token) => {
      if (token.length > MAX_TOKEN_LENGTH) return 'invalid';
      const remembered = known.get(token);
      if (remembered) return remembered;
      const claims = verified(token);
      if (claims !== 'invalid') known.set(token, claims);
      return claims;
    },
  };
}

/** Compares the texts, not the bytes they stand for: base64url has spare bits, and those would be free to change. */
function equal(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** What a text claims. Nothing of it counts before its signature was checked. */
function claimedBy(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
