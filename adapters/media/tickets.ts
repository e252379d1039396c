import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { instant } from '../../src/kernel/instant.ts';
import type { Ticket, Tickets } from '../../src/playback/index.ts';

export interface SigningKey {
  /** Names the key in the tickets it signed. */
  readonly kid: string;
  readonly key: Uint8Array;
}

/** `current` signs; every key of `all` still verifies, so that keys can be rotated while viewers watch. */
export interface Keyring {
  readonly current: SigningKey;
  readonly all: readonly SigningKey[];
}

/** Longer than any ticket of ours: what is longer is not worth a digest. */
const MAX_TOKEN_LENGTH = 1_024;

/** Short names, because the ticket is part of every media URL. */
const Payload = z.object({
  k: z.string(),
  s: z.string(),
  t: z.string(),
  f: z.string(),
  c: z.string(),
  /** Present for packages: tickets for files are older than packages are. */
  p: z.literal(1).optional(),
  h: z.number().int(),
  e: z.number().int(),
});

/** Tickets as URL segments: base64url of the payload, a dot, and its HMAC-SHA256 under a key named by `k`. */
export function signedTickets({ current, all }: Keyring): Tickets {
  return {
    issue: (ticket) => {
      const payload: z.output<typeof Payload> = {
        k: current.kid,
        s: ticket.streamId,
        t: ticket.titleId,
        f: ticket.storageKey,
        c: ticket.contentType,
        ...(ticket.form === 'package' ? { p: 1 } : {}),
        h: ticket.maxHeight,
        e: ticket.expiresAt,
      };
      const text = Buffer.from(JSON.stringify(payload)).toString('base64url');
      return `${text}.${signature(text, current)}`;
    },

    read: (token) => {
      if (token.length > MAX_TOKEN_LENGTH) return 'invalid';
      const [text = '', signed = '', ...rest] = token.split('.');
      const payload = rest.length === 0 ? payloadOf(text) : undefined;
      const key = all.find(({ kid }) => kid === payload?.k);
      if (!payload || !key || !equal(signature(text, key), signed)) return 'invalid';
      return ticketOf(payload);
    },
  };
}

/** The purpose is signed too, so that no other digest under the same key could pass for a ticket. */
const signature = (text: string, { key }: SigningKey): string =>
  createHmac('sha256', key).update(`usher.media-ticket.1.${text}`).digest('base64url');

/** Compares the texts, not the bytes they stand for: base64url has spare bits, and those would be free to change. */
function equal(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** What a text claims to be. Nothing of it counts before its signature was checked. */
function payloadOf(text: string): z.output<typeof Payload> | undefined {
  try {
    return Payload.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString())).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const ticketOf = (payload: z.output<typeof Payload>): Ticket => ({
  streamId: payload.s,
  titleId: payload.t,
  form: payload.p === 1 ? 'package' : 'file',
  storageKey: payload.f,
  contentType: payload.c,
  maxHeight: payload.h,
  expiresAt: instant(payload.e),
});
