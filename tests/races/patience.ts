import { setTimeout as pause } from 'node:timers/promises';
import { DomainError } from '../../src/kernel/domain-error.ts';

const MAX_ATTEMPTS = 20;

/**
 * In a crowd the wait for a connection, or for a lock, may be over before its turn: nothing was done, and it is asked
 * again, as a client would.
 */
export async function patiently<R>(ask: () => Promise<R>): Promise<R> {
  for (let attempt = 1; attempt < MAX_ATTEMPTS; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof DomainError) || error.kind !== 'unavailable') throw error;
      await pause(5 * attempt);
    }
  }
  return ask();
}
