import { DomainError } from '../kernel/domain-error.ts';
import type { Idempotency } from '../kernel/once.ts';

/** Units as a guard asks for them: always on behalf of the account, so that one which may not act is denied. */
interface Units {
  readonly accountId: string;
  readonly feature: string;
  readonly amount: number;
  readonly onBehalf: true;
  readonly idempotency?: Idempotency | undefined;
}

/** What a guard needs of the face of this context. */
export interface Guarded {
  check(asked: Pick<Units, 'accountId' | 'feature' | 'amount'>): Promise<{ readonly allowed: boolean }>;
  consume(units: Units): Promise<unknown>;
  reserve(
    units: Units & { readonly seconds: number | null },
  ): Promise<{ readonly result: { readonly id: string } }>;
  commit(end: {
    readonly reservationId: string;
    readonly amount: number | null;
    readonly accountId: null;
  }): Promise<unknown>;
  release(end: { readonly reservationId: string; readonly accountId: null }): Promise<unknown>;
}

interface Asked {
  readonly accountId: string;
  /** A meter; a flag or a limit costs nothing, and is only looked at. */
  readonly feature: string;
  /** Whole units, 1 by default. */
  readonly amount?: number;
}

/** Used up before the work begins, whatever comes of it. */
export interface Use extends Asked {
  /** Whoever comes again with it for the same has paid already; the work runs again. */
  readonly key?: string;
  readonly reserve?: false;
}

/** Set aside until the work is done: used up when it succeeds, given back when it fails. */
export interface Hold extends Asked {
  readonly reserve: true;
  /** Longer than the work takes; by default as long as the policy says. */
  readonly seconds?: number;
}

/** Says how many of the units set aside were really used; without it all were. */
export type Spend = (amount: number) => void;

export interface Guard {
  /**
   * Runs `work` for an account that has the feature, and does not run it otherwise: the refusal of `consume` is
   * thrown, and any other fault as well, so that nothing is given away while nobody can count.
   */
  <R>(asked: Use, work: () => Promise<R>): Promise<R>;
  <R>(asked: Hold, work: (spend: Spend) => Promise<R>): Promise<R>;
}

/** A guard over the face of this context, for routes and jobs of other teams. */
export const createGuard =
  (entitlements: Guarded): Guard =>
  async <R>(asked: Use | Hold, work: (spend: Spend) => Promise<R>): Promise<R> => {
    const { accountId, feature, amount = 1 } = asked;
    const units: Units = { accountId, feature, amount: checked(amount, 1), onBehalf: true };
    if (asked.reserve === true)
      return holding(entitlements, { ...units, seconds: asked.seconds ?? null }, work);
    await use(entitlements, { ...units, idempotency: idempotencyOf(asked, amount) });
    return work(() => undefined);
  };

/** Whole units: a negative amount would give them instead of taking them. */
function checked(amount: number, least: 0 | 1): number {
  if (Number.isSafeInteger(amount) && amount >= least) return amount;
  throw new RangeError(`not a number of units: ${amount}`);
}

const idempotencyOf = ({ accountId, feature, key }: Use, amount: number): Idempotency | undefined =>
  key === undefined ? undefined : { key: `guard:${accountId}:${key}`, fingerprint: `${feature} ${amount}` };

/** Uses a meter up. What is none is had or not had. */
async function use(entitlements: Guarded, units: Units): Promise<void> {
  try {
    await entitlements.consume(units);
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'entitlements.not-a-meter') throw error;
    const { accountId, feature, amount } = units;
    if (!(await entitlements.check({ accountId, feature, amount })).allowed) throw error;
  }
}

async function holding<R>(
  entitlements: Guarded,
  units: Parameters<Guarded['reserve']>[0],
  work: (spend: Spend) => Promise<R>,
): Promise<R> {
  const { id: reservationId } = (await entitlements.reserve(units)).result;
  let spent: number | null = null;
  let result: R;
  try {
    result = await work((amount) => {
      spent = checked(amount, 0);
    });
  } catch (error) {
    // Should it not go back now, it lapses by itself; what went wrong with the work is what the caller must hear.
    await Promise.allSettled([entitlements.release({ reservationId, accountId: null })]);
    throw error;
  }
  await entitlements.commit({ reservationId, amount: spent, accountId: null });
  return result;
}
