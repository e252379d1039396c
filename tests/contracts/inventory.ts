import type { AllStores } from '../../adapters/persistence/all-stores.ts';
import type { Contract } from './contract.ts';
import { billingAccountsContract } from './billing-accounts.contract.ts';
import { closedAccountsContract, paymentsContract } from './billing.contract.ts';
import { refundsContract } from './refunds.contract.ts';
import { balancesContract, invoicesContract, ledgerContract } from './invoices.contract.ts';
import { channelNamesContract } from './channel-names.contract.ts';
import { couponsContract } from './coupons.contract.ts';
import { couponRedemptionsContract, subscriptionDiscountsContract } from './coupon-redemptions.contract.ts';
import { disputesContract } from './disputes.contract.ts';
import { meterBillsContract } from './meter-bills.contract.ts';
import { providerEventsContract } from './provider-events.contract.ts';
import { gatewayBookContract } from './gateway-book.contract.ts';
import { assetsContract, figuresContract, fileRemovalsContract, genresContract } from './catalog.contract.ts';
import { resumableUploadsContract } from './resumable-uploads.contract.ts';
import { titlesContract } from './titles.contract.ts';
import {
  accountsContract,
  auditContract,
  codesContract,
  loginThrottlesContract,
  mailQuotasContract,
} from './identity.contract.ts';
import { grantsContract } from './grants.contract.ts';
import { metersContract } from './meters.contract.ts';
import { overagesContract } from './overages.contract.ts';
import { reservationsContract } from './reservations.contract.ts';
import { serviceKeysContract } from './service-keys.contract.ts';
import { sessionsContract } from './sessions.contract.ts';
import { providerSubscriptionsContract } from './provider-subscriptions.contract.ts';
import { archivesContract, watchLogContract } from './history.contract.ts';
import { idempotencyContract, lockContract, outboxContract } from './kernel.contract.ts';
import { streamsContract } from './playback.contract.ts';
import { progressContract } from './progress.contract.ts';
import { plansContract } from './plans.contract.ts';
import { subscriptionHistoryContract, trialsContract } from './subscription-history.contract.ts';
import { subscriptionsContract } from './subscriptions.contract.ts';
import { noticesContract } from './notifications.contract.ts';
import {
  clockOffsetContract,
  deliveriesContract,
  jobRunsContract,
  journalContract,
} from './operations.contract.ts';

/** Exactly one contract for each store: a store without one does not compile. */
type Contracts = { readonly [K in keyof AllStores]: Contract<AllStores> };

export const contracts: Contracts = {
  lock: lockContract,
  accounts: accountsContract,
  sessions: sessionsContract,
  codes: codesContract,
  loginThrottles: loginThrottlesContract,
  mailQuotas: mailQuotasContract,
  audit: auditContract,
  serviceKeys: serviceKeysContract,
  titles: titlesContract,
  figures: figuresContract,
  genres: genresContract,
  channelNames: channelNamesContract,
  assets: assetsContract,
  resumableUploads: resumableUploadsContract,
  fileRemovals: fileRemovalsContract,
  idempotency: idempotencyContract,
  outbox: outboxContract,
  payments: paymentsContract,
  refunds: refundsContract,
  disputes: disputesContract,
  coupons: couponsContract,
  couponRedemptions: couponRedemptionsContract,
  subscriptionDiscounts: subscriptionDiscountsContract,
  meterBills: meterBillsContract,
  closedAccounts: closedAccountsContract,
  invoices: invoicesContract,
  balances: balancesContract,
  ledger: ledgerContract,
  billingAccounts: billingAccountsContract,
  providerSubscriptions: providerSubscriptionsContract,
  providerEvents: providerEventsContract,
  gatewayBook: gatewayBookContract,
  meters: metersContract,
  grants: grantsContract,
  reservations: reservationsContract,
  overages: overagesContract,
  streams: streamsContract,
  progress: progressContract,
  watchLog: watchLogContract,
  archives: archivesContract,
  plans: plansContract,
  subscriptions: subscriptionsContract,
  subscriptionHistory: subscriptionHistoryContract,
  trials: trialsContract,
  deliveries: deliveriesContract,
  journal: journalContract,
  jobRuns: jobRunsContract,
  clockOffset: clockOffsetContract,
  notices: noticesContract,
};
