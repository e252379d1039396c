/** What went wrong, in the one vocabulary that adapters translate (HTTP turns each kind into one status). */
export type RefusalKind =
  | 'invalid'
  | 'unauthenticated'
  | 'payment-required'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'gone'
  | 'too-large'
  | 'unsupported'
  | 'mismatch'
  | 'damaged'
  | 'limited'
  | 'unavailable';

export type Details = Readonly<Record<string, unknown>>;

/**
 * A refused command. `code` (`context.kebab-reason`) is public API: once released it is never renamed.
 * `details` is shown to the caller: it carries nothing that the caller may not know.
 */
export class DomainError extends Error {
  readonly kind: RefusalKind;
  readonly code: string;
  readonly details: Details;

  constructor(kind: RefusalKind, code: string, message: string, details: Details = {}) {
    super(message);
    this.name = 'DomainError';
    this.kind = kind;
    this.code = code;
    this.details = details;
  }
}

/** One line of a context's catalogue of refusals: from it come the error, the docs and the OpenAPI entry. */
export interface Refusal<A extends readonly unknown[] = readonly never[]> {
  (...args: A): DomainError;
  readonly code: string;
  readonly kind: RefusalKind;
}

/** Declares a refusal; `details` shapes what the caller is told beside the message. */
export function refusal<A extends readonly unknown[] = []>(
  kind: RefusalKind,
  code: string,
  message: string,
  details?: (...args: A) => Details,
): Refusal<A> {
  const make = (...args: A): DomainError => new DomainError(kind, code, message, details?.(...args));
  return Object.assign(make, { code, kind });
}

/**
 * Thrown by a store when another writer was faster (a unique index, a version that moved on). The unit of
 * work runs its work again, so that the rule sees the new facts and gives the proper answer.
 */
export class LostRace extends Error {
  constructor(what: string) {
    super(`lost a race: ${what}`);
    this.name = 'LostRace';
  }
}
