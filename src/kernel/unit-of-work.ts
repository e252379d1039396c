import { refusal } from './domain-error.ts';

/** How often work runs again after losing a race, before the caller is told to come back. */
export const MAX_ATTEMPTS = 5;

export const busy = refusal(
  'unavailable',
  'service.busy',
  'Too many changes to the same thing at once. Try again.',
  () => ({
    retry_after_seconds: 1,
  }),
);

/**
 * The only door to the stores. They exist inside the callback alone, so nothing can read or write beside
 * the transaction. Does not nest; inside there are only stores: no network, mail, hashing or waiting.
 */
export interface UnitOfWork<Stores> {
  /**
   * Runs `work` atomically: all its writes and events land together or not at all. `work` may run again
   * after a lost race (at most five times), so it has no effect except through `stores`.
   */
  run<R>(work: (stores: Stores) => Promise<R>): Promise<R>;
  /**
   * Runs `work` that makes ONE call of one store, which is atomic by itself: for hot paths, where the transaction
   * around it would cost as much as the call. Runs again after a lost race like `run`. Tells no events.
   */
  single<R>(work: (stores: Stores) => Promise<R>): Promise<R>;
  /** Runs a question on committed state. A write inside rejects. */
  read<R>(work: (stores: Stores) => Promise<R>): Promise<R>;
}

/** Every unit of work can serialise what belongs to one key until it ends. */
export interface Locks {
  /**
   * Waits until no other unit of work holds `key`; held until this one commits or fails. All keys share one
   * space. Those in use: `<accountId>` for an account's money and subscription, which billing and subscriptions
   * change together; `identity <accountId>`; `mail <recipient>`; `streams <accountId>`; `assets <titleId>`;
   * `upload <uploadId>`; `service keys`.
   * Whoever takes two takes `identity` before `mail`; no other two are held at once.
   */
  lock(key: string): Promise<void>;
}
