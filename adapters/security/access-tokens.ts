import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import type { AccessTokens } from '../../src/identity/ports.ts';
import type { SigningKeys } from './signing-keys.ts';

const ACCESS_TOKEN_SECONDS = 600;

export interface AccessTokenOptions {
  readonly issuer: string;
  readonly audience: string;
}

/** JWTs by ES256, typed `at+jwt` (RFC 9068). Their time is the system's: no virtual clock makes one last longer. */
export const accessTokens = (keys: SigningKeys, { issuer, audience }: AccessTokenOptions): AccessTokens => ({
  issue: async ({ accountId, sessionId, tokenVersion }) => {
    const { kid, privateKey } = keys.current;
    const issuedAt = Math.floor(Date.now() / 1_000);
    const token = await new SignJWT({ sid: sessionId, tv: tokenVersion })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(accountId)
      .setJti(randomUUID())
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + ACCESS_TOKEN_SECONDS)
      .sign(privateKey);
    return { token, expiresInSeconds: ACCESS_TOKEN_SECONDS };
  },
});
