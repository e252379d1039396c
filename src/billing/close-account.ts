import type { BillingDeps } from './settle.ts';

export interface AccountCommands {
  /**
   * Ends all buying for an account that is gone. Behind the lock that purchases and settlements take, so each
   * of them comes either before (and leaves a subscription that can be cancelled) or after: a purchase is
   * then refused with `billing.account-closed`, and what the gateway still captures goes back. Again it
   * changes nothing.
   */
  closeAccount(accountId: string): Promise<void>;
}

export const accountCommands = (deps: BillingDeps): AccountCommands => ({
  closeAccount: (accountId) =>
    deps.unitOfWork.run(async (stores) => {
      await stores.lock(accountId);
      await stores.closedAccounts.close(accountId, deps.clock.now());
    }),
});
