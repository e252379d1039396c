import type { DueWork, Swept } from '../kernel/due.ts';
import { before, type Instant } from '../kernel/instant.ts';
import { kept, type Account } from './account.ts';
import type { IdentityDeps } from './deps.ts';
import { happened } from './events.ts';
import { lockAccount } from './mail-codes.ts';

export interface Sweeps extends DueWork {
  /**
   * Removes accounts that were never verified within a day and never had a session, a payment or a
   * subscription. Only in `required` mode.
   */
  sweepUnverified(limit: number): Promise<Swept>;
  /** Clears expired codes, forgotten failures, mail counts and sessions long over. By the system's time. */
  sweepExpired(limit: number): Promise<Swept>;
}

export const sweeps = (deps: IdentityDeps): Sweeps => ({
  sweepUnverified: async (limit) => {
    if (deps.policy.emailVerification !== 'required') return { done: 0 };
    const due = await deps.unitOfWork.read(({ accounts }) => accounts.dueForRemoval(deps.clock.now(), limit));
    if (due.length === 0) return { done: 0 };
    const used = new Set(await deps.accountUse.everUsed(due.map(({ id }) => id)));
    for (const account of due) await settled(deps, account, used.has(account.id));
    return { done: due.length };
  },

  sweepExpired: (limit) =>
    deps.unitOfWork.run(async ({ codes, loginThrottles, mailQuotas, sessions }) => {
      const now = deps.systemClock.now();
      const counts = [
        await codes.purge(now, limit),
        await loginThrottles.purge(now, limit),
        await mailQuotas.purge(now, limit),
        await sessions.purge(before(now, deps.policy.refresh.keepEndedMs), limit),
      ];
      return { done: Math.max(...counts) };
    }),

  nextDueAt: async (until: Instant) =>
    deps.policy.emailVerification === 'required'
      ? deps.unitOfWork.read(({ accounts }) => accounts.nextRemovalAt(until))
      : undefined,
});

/** Looks again under the lock: the account may have been verified, or logged in to, since it was found due. */
const settled = (deps: IdentityDeps, due: Account, used: boolean): Promise<void> =>
  deps.unitOfWork.run(async (stores) => {
    await lockAccount(stores, due.id);
    const account = await stores.accounts.find(due.id);
    if (!account || account.removalDueAt === null) return;
    if (used) return stores.accounts.save(kept(account));
    await stores.codes.removeAll(account.id);
    await stores.accounts.remove(account.id);
    await stores.outbox.add([happened(deps, 'identity.account-removed', account.id)]);
  });
