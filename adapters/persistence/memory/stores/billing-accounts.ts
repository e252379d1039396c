import type { BillingAccount, BillingAccountStore } from '../../../../src/billing/index.ts';
import type { TableDefinition } from '../table.ts';
import type { MemoryTransaction } from '../unit-of-work.ts';

const customerKey = (provider: string, id: string): string => JSON.stringify([provider, id]);

const BILLING_ACCOUNTS: TableDefinition<BillingAccount> = {
  name: 'billing_accounts',
  key: ({ accountId }) => accountId,
  unique: {
    billing_accounts_customer: ({ provider, providerCustomerId }) =>
      provider === null || providerCustomerId === null
        ? undefined
        : customerKey(provider, providerCustomerId),
  },
};

export function memoryBillingAccounts({ table }: MemoryTransaction): BillingAccountStore {
  const accounts = table(BILLING_ACCOUNTS);
  return {
    find: async (accountId) => accounts.get(accountId),
    findByCustomer: async ({ provider, id }) =>
      accounts.holder('billing_accounts_customer', customerKey(provider, id)),
    save: async (account) =>
      account.version === 1
        ? accounts.insert(account)
        : accounts.update(account, (stored) => stored.version === account.version - 1),
  };
}
