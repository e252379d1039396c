import type { BillingDeps } from './deps.ts';
import { forgetMethod } from './payment-method.ts';

export interface AccountCommands {
  /**
   * Ends all buying for an account that is gone. Behind the lock that purchases and settlements take, so each
   * of them comes either before (and leaves a subscription that can be cancelled) or after: a purchase is
   * then refused with `billing.account-closed`, and what the gateway still captures goes back. Again it
   * changes nothing.
   */
  closeAccount(accountId: string): Promise<void>;
  /**
   * Takes the person out of the books of an account that is gone: the names on its invoices and its stored
   * payment method. Numbers and amounts stay. It closes the account too, so that nothing is invoiced to the
   * person behind it. Again it changes nothing.
   */
  eraseAccount(accountId: string): Promise<void>;
}

export const accountCommands = ({ unitOfWork, clock }: BillingDeps): AccountCommands => ({
  closeAccount: (accountId) =>
    unitOfWork.run(async (stores) => {
      await stores.lock(accountId);
      await stores.closedAccounts.close(accountId, clock.now());
    }),

  eraseAccount: (accountId) =>
    unitOfWork.run(async (stores) => {
      await stores.lock(accountId);
      await stores.closedAccounts.close(accountId, clock.now());
      await stores.invoices.eraseBillTo(accountId);
      await forgetMethod(stores, accountId);
    }),
});
