import { hash } from 'node:crypto';
import type { Actor } from '../../src/kernel/actor.ts';
import type { Idempotency } from '../../src/kernel/once.ts';
import { belowBase } from './bases.ts';
import { edgeRefusals } from './edge-refusals.ts';

const KEY = /^[\x20-\x7e]{1,255}$/;

export interface KeyedRequest {
  readonly method: string;
  /** As it was sent. */
  readonly path: string;
  readonly body: unknown;
}

/**
 * The Idempotency-Key of a request, with a digest of what it asks for. Keys belong to their caller: two
 * callers may use the same. Undefined when none was sent, or by a caller who is nobody.
 */
export function idempotencyOf(
  header: string | string[] | undefined,
  actor: Actor,
  request: KeyedRequest,
): Idempotency | undefined {
  const sent = keySent(header);
  const caller = callerOf(actor);
  if (sent === undefined || caller === undefined) return undefined;
  // Below the base, so that the alias and a trailing slash make no other request of it.
  const text = `${request.method} ${belowBase(request.path)}\n${canonicalJson(request.body ?? {})}`;
  return { key: `${caller}:${sent}`, fingerprint: hash('sha256', text, 'hex') };
}

/** The Idempotency-Key as it was sent; refuses one that cannot be kept. */
export function keySent(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header !== 'string' || !KEY.test(header)) {
    throw edgeRefusals.invalid([
      { pointer: '/headers/idempotency-key', detail: 'must be 1 to 255 printable ASCII characters' },
    ]);
  }
  return header;
}

function callerOf(actor: Actor): string | undefined {
  switch (actor.kind) {
    case 'account':
      return `account:${actor.accountId}`;
    case 'service':
      return `service:${actor.keyId}`;
    case 'anonymous':
    case 'system':
      return undefined;
  }
}

/** JSON with sorted names and no white space: equal for equal values. The value is already known to be shallow. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}
