import { z } from 'zod';
import type { SourceLinks } from '../../src/catalog/index.ts';
import { instant } from '../../src/kernel/instant.ts';
import { signedClaims, type ClaimsKind, type Keyring } from './signed-claims.ts';

interface Claims {
  readonly t: string;
  readonly f: string;
  readonly c: string;
  readonly e: number;
}

const SOURCE: ClaimsKind<Claims> = {
  purpose: 'usher.media-source.1',
  shape: z.object({ t: z.string(), f: z.string(), c: z.string(), e: z.number().int() }),
};

/** Source links as URL segments: of the same keys as tickets are, and of another kind. */
export function signedSourceLinks(keyring: Keyring): SourceLinks {
  const signed = signedClaims(keyring, SOURCE);
  return {
    issue: ({ titleId, storageKey, contentType, expiresAt }) =>
      signed.issue({ t: titleId, f: storageKey, c: contentType, e: expiresAt }),

    read: (text) => {
      const claims = signed.read(text);
      if (claims === 'invalid') return claims;
      const { t, f, c, e } = claims;
      return { titleId: t, storageKey: f, contentType: c, expiresAt: instant(e) };
    },
  };
}
