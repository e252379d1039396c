import { isId } from '../kernel/ids.ts';
import { notFound } from '../kernel/not-found.ts';
import type { Entitlement } from './feature.ts';

/** The neighbour that knows which accounts there are. */
export interface Accounts {
  /** Undefined for one that never was, or is gone. Hot: the composition answers concurrent calls with one query. */
  find(accountId: string): Promise<{ readonly isSuspended: boolean } | undefined>;
}

export interface EntitlementQuestion {
  readonly accountId: string;
  readonly feature: string;
  /** How much of it is wanted; null: any. */
  readonly amount: number | null;
}

export interface Checking {
  /**
   * Decides for another back end whether an account may use so much of a feature now. Unlike a question of the
   * account itself it can name one that is suspended, or none: refuses with `request.not-found`.
   */
  check(question: EntitlementQuestion): Promise<Entitlement>;
}

export const checking = (
  accounts: Accounts,
  one: (accountId: string, feature: string) => Promise<Entitlement>,
): Checking => ({
  check: async ({ accountId, feature, amount }) => {
    if (!isId(accountId)) throw notFound();
    const [account, entitlement] = await Promise.all([accounts.find(accountId), one(accountId, feature)]);
    if (!account) throw notFound();
    if (account.isSuspended) return { ...entitlement, allowed: false, reason: 'suspended' };
    return covering(entitlement, amount);
  },
});

/** -1 is unlimited, and a flag has nothing that could run out. */
function covering(entitlement: Entitlement, amount: number | null): Entitlement {
  const { allowed, remaining } = entitlement;
  const covers = amount === null || remaining === null || remaining < 0 || amount <= remaining;
  return covers || !allowed ? entitlement : { ...entitlement, allowed: false, reason: 'limit_reached' };
}
