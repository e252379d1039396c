import { createPrivateKey, type JsonWebKeyInput, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Clock } from '../../../src/kernel/instant.ts';

/** A key pair of ours whose public half the provider has; it verifies what we sign, and is not asked for a token. */
export interface PlaybackKey {
  /** The provider's name of it. */
  readonly kid: string;
  readonly key: KeyObject;
}

export interface TokenClaims {
  readonly subject: string;
  readonly audience?: string;
  readonly forSeconds: number;
  readonly others?: Readonly<Record<string, string>>;
}

/** A playback token: RS256, by the world's clock, as the provider will read it. */
export const playbackToken = (
  { kid, key }: PlaybackKey,
  { subject, audience, forSeconds, others = {} }: TokenClaims,
  clock: Clock,
): Promise<string> => {
  const jwt = new SignJWT({ ...others })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid })
    .setSubject(subject)
    .setExpirationTime(Math.floor(clock.now() / 1_000) + forSeconds);
  return (audience === undefined ? jwt : jwt.setAudience(audience)).sign(key);
};

const MIN_BITS = 2_048;

/** The key in base64 of a PEM, or of a JWK, as providers hand it out; undefined when it is no RSA key of 2048 bits. */
export function rsaKeyIn(base64: string): KeyObject | undefined {
  const text = Buffer.from(base64, 'base64').toString('utf8').trim();
  try {
    const key = createPrivateKey(text.startsWith('{') ? jwkIn(text) : text);
    const isFit =
      key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= MIN_BITS;
    return isFit ? key : undefined;
  } catch {
    // Whatever is said about it would quote it.
    return undefined;
  }
}

const jwkIn = (text: string): JsonWebKeyInput => ({
  format: 'jwk',
  key: JSON.parse(text) as JsonWebKeyInput['key'],
});
