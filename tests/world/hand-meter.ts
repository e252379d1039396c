import type { Guarded } from '../../src/entitlements/index.ts';
import { DomainError } from '../../src/kernel/domain-error.ts';
import type { Idempotency } from '../../src/kernel/once.ts';

/** One account's meter called `downloads` and its flag `hd`, counted by hand. */
export interface HandMeter extends Guarded {
  readonly used: number;
  /** What was thrown by `consume`, in place of counting, from now on. */
  fails(error: Error): void;
}

const denied = (code: string, details = {}): DomainError =>
  new DomainError('forbidden', code, 'No.', details);

export function handMeter(limit: number): HandMeter {
  let used = 0;
  let fault: Error | undefined;
  let names = 0;
  const held = new Map<string, number>();
  const seen = new Map<string, string>();

  const take = (feature: string, amount: number): void => {
    if (fault) throw fault;
    if (feature === 'hd') throw new DomainError('conflict', 'entitlements.not-a-meter', 'No meter.');
    if (feature !== 'downloads') throw denied('entitlements.not-in-plan', { reason: 'not_in_plan' });
    if (used + amount > limit) throw denied('entitlements.limit-reached', { reason: 'limit_reached', limit });
    used += amount;
  };
  const isKnown = ({ key, fingerprint }: Idempotency): boolean => {
    const known = seen.get(key);
    if (known !== undefined && known !== fingerprint)
      throw new DomainError('mismatch', 'idempotency.other-request', 'Another.');
    seen.set(key, fingerprint);
    return known !== undefined;
  };
  const ended = (id: string): number => {
    const amount = held.get(id);
    if (amount === undefined) throw new Error(`no reservation ${id}`);
    held.delete(id);
    return amount;
  };

  return {
    get used() {
      return used;
    },
    fails: (error) => {
      fault = error;
    },
    check: async ({ feature }) => ({ allowed: feature === 'hd' }),
    consume: async ({ feature, amount, idempotency }) => {
      if (!idempotency || !isKnown(idempotency)) take(feature, amount);
    },
    reserve: async ({ feature, amount }) => {
      take(feature, amount);
      const id = `r${(names += 1)}`;
      held.set(id, amount);
      return { result: { id } };
    },
    commit: async ({ reservationId, amount }) => {
      const reserved = ended(reservationId);
      used -= reserved - (amount ?? reserved);
    },
    release: async ({ reservationId }) => {
      used -= ended(reservationId);
    },
  };
}
