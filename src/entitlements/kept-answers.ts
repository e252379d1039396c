import { DomainError } from '../kernel/domain-error.ts';
import type { Instant } from '../kernel/instant.ts';
import {
  recordOf,
  onceRefusals,
  replay,
  standing,
  type Answered,
  type Idempotency,
  type IdempotencyRecord,
  type IdempotencyStore,
  type OncePolicy,
} from '../kernel/once.ts';

interface Context {
  readonly now: Instant;
  readonly policy: OncePolicy;
}

/** The Idempotency-Keys of commands that are ruled upon together: `once`, for many effects of one transaction. */
export class KeptAnswers {
  readonly #known: Map<string, IdempotencyRecord>;
  readonly #context: Context;
  readonly #added: IdempotencyRecord[] = [];

  constructor(known: readonly IdempotencyRecord[], context: Context) {
    this.#known = new Map(known.map((record) => [record.key, record]));
    this.#context = context;
  }

  /** The answer that a request with this key was given, or its refusal; undefined when it is the first. */
  answerTo<R>(request: Idempotency | undefined): Answered<R> | DomainError | undefined {
    if (!request) return undefined;
    try {
      const found = standing(this.#known.get(request.key), request, this.#context);
      if (!found) return undefined;
      // Whoever took the key in a transaction of its own, and never answered, did nothing that could be told.
      return found.state === 'answered' ? replay<R>(found.answer) : onceRefusals.inProgress(1);
    } catch (error) {
      if (error instanceof DomainError) return error;
      throw error;
    }
  }

  keep(request: Idempotency | undefined, result: unknown): void {
    if (!request) return;
    const record = recordOf(request, this.#context, { result });
    this.#known.set(request.key, record);
    this.#added.push(record);
  }

  save({ idempotency }: { readonly idempotency: IdempotencyStore }): Promise<void> {
    return this.#added.length === 0 ? Promise.resolve() : idempotency.keepAll(this.#added);
  }
}

/** Reads what is known of the keys that a batch brings. */
export async function keptAnswers(
  { idempotency }: { readonly idempotency: IdempotencyStore },
  requests: readonly { readonly idempotency?: Idempotency | undefined }[],
  context: Context,
): Promise<KeptAnswers> {
  const keys = [...new Set(requests.flatMap(({ idempotency: own }) => own?.key ?? []))];
  return new KeptAnswers(keys.length === 0 ? [] : await idempotency.findAll(keys), context);
}
