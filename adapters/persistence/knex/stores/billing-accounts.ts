import type { BillingAccount, BillingAccountStore } from '../../../../src/billing/index.ts';
import { RecordTable } from '../columns.ts';
import type { Database } from '../unit-of-work.ts';

const BILLING_ACCOUNTS = new RecordTable<BillingAccount>('billing_accounts', {
  accountId: 'text',
  paymentMethod: 'text',
  provider: 'text',
  providerCustomerId: 'text',
  version: 'number',
});

export const knexBillingAccounts = (database: Database): BillingAccountStore => ({
  find: (accountId) => BILLING_ACCOUNTS.find(database, { account_id: accountId }),
  findByCustomer: ({ provider, id }) =>
    BILLING_ACCOUNTS.find(database, { provider, provider_customer_id: id }),
  save: (account) =>
    account.version === 1
      ? BILLING_ACCOUNTS.insert(database, [account])
      : BILLING_ACCOUNTS.update(
          database,
          { account_id: account.accountId, version: account.version - 1 },
          account,
        ),
});
