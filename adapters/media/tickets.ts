import { z } from 'zod';
import { instant } from '../../src/kernel/instant.ts';
import type { Ticket, Tickets } from '../../src/playback/index.ts';
import { signedClaims, type ClaimsKind, type Keyring } from './signed-claims.ts';

interface Claims {
  readonly s: string;
  readonly t: string;
  readonly f: string;
  readonly c: string;
  /** Present for packages: tickets for files are older than packages are. */
  readonly p?: 1 | undefined;
  readonly h: number;
  readonly e: number;
}

const TICKET: ClaimsKind<Claims> = {
  purpose: 'usher.media-ticket.1',
  shape: z.object({
    s: z.string(),
    t: z.string(),
    f: z.string(),
    c: z.string(),
    p: z.literal(1).optional(),
    h: z.number().int(),
    e: z.number().int(),
  }),
};

/** Tickets as URL segments. */
export function signedTickets(keyring: Keyring): Tickets {
  const signed = signedClaims(keyring, TICKET);
  return {
    issue: (ticket) =>
      signed.issue({
        s: ticket.streamId,
        t: ticket.titleId,
        f: ticket.storageKey,
        c: ticket.contentType,
        ...(ticket.form === 'package' ? { p: 1 } : {}),
        h: ticket.maxHeight,
        e: ticket.expiresAt,
      }),

    read: (token) => {
      const claims = signed.read(token);
      return claims === 'invalid' ? claims : ticketOf(claims);
    },
  };
}

const ticketOf = (claims: Claims): Ticket => ({
  streamId: claims.s,
  titleId: claims.t,
  form: claims.p === 1 ? 'package' : 'file',
  storageKey: claims.f,
  contentType: claims.c,
  maxHeight: claims.h,
  expiresAt: instant(claims.e),
});
