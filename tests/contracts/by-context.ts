import type { BillingStores } from '../../src/billing/index.ts';
import type { CatalogStores } from '../../src/catalog/index.ts';
import type { EntitlementStores } from '../../src/entitlements/index.ts';
import type { IdentityStores } from '../../src/identity/index.ts';
import type { IdempotencyStore, Locks, Outbox } from '../../src/kernel/index.ts';
import type { NotificationStores } from '../../src/notifications/index.ts';
import type { OperationsStores } from '../../src/operations/index.ts';
import type { PlaybackStores } from '../../src/playback/index.ts';
import type { SubscriptionStores } from '../../src/subscriptions/index.ts';
import { billingAccountsContract } from './billing-accounts.contract.ts';
import { closedAccountsContract, paymentsContract } from './billing.contract.ts';
import { assetsContract, figuresContract, fileRemovalsContract, genresContract } from './catalog.contract.ts';
import type { Contract } from './contract.ts';
import { couponRedemptionsContract, subscriptionDiscountsContract } from './coupon-redemptions.contract.ts';
import { channelNamesContract } from './channel-names.contract.ts';
import { couponsContract } from './coupons.contract.ts';
import { disputesContract } from './disputes.contract.ts';
import { grantsContract } from './grants.contract.ts';
import { archivesContract, watchLogContract } from './history.contract.ts';
import {
  accountsContract,
  auditContract,
  codesContract,
  loginThrottlesContract,
  mailQuotasContract,
} from './identity.contract.ts';
import { balancesContract, invoicesContract, ledgerContract } from './invoices.contract.ts';
import { idempotencyContract, lockContract, outboxContract } from './kernel.contract.ts';
import { meterBillsContract } from './meter-bills.contract.ts';
import { metersContract } from './meters.contract.ts';
import { noticesContract } from './notifications.contract.ts';
import {
  clockOffsetContract,
  deliveriesContract,
  jobRunsContract,
  journalContract,
} from './operations.contract.ts';
import { overagesContract } from './overages.contract.ts';
import { plansContract } from './plans.contract.ts';
import { streamsContract } from './playback.contract.ts';
import { progressContract } from './progress.contract.ts';
import { providerEventsContract } from './provider-events.contract.ts';
import { providerSubscriptionsContract } from './provider-subscriptions.contract.ts';
import { resumableUploadsContract } from './resumable-uploads.contract.ts';
import { refundsContract } from './refunds.contract.ts';
import { reservationsContract } from './reservations.contract.ts';
import { serviceKeysContract } from './service-keys.contract.ts';
import { sessionsContract } from './sessions.contract.ts';
import { subscriptionHistoryContract, trialsContract } from './subscription-history.contract.ts';
import { subscriptionsContract } from './subscriptions.contract.ts';
import { titlesContract } from './titles.contract.ts';

/** What every context stands on. */
export type KernelStores = Locks & { readonly idempotency: IdempotencyStore; readonly outbox: Outbox };

/** One contract for each store of a context: one without does not compile. */
type Ports<Stores> = { readonly [K in Exclude<keyof Stores, keyof KernelStores>]: Contract<Stores> };

export const kernel = { lock: lockContract, idempotency: idempotencyContract, outbox: outboxContract };

export const identity: Ports<IdentityStores> = {
  accounts: accountsContract,
  sessions: sessionsContract,
  codes: codesContract,
  loginThrottles: loginThrottlesContract,
  mailQuotas: mailQuotasContract,
  audit: auditContract,
  serviceKeys: serviceKeysContract,
};

export const entitlements: Ports<EntitlementStores> = {
  meters: metersContract,
  grants: grantsContract,
  reservations: reservationsContract,
  overages: overagesContract,
};

export const catalog: Ports<CatalogStores> = {
  titles: titlesContract,
  figures: figuresContract,
  genres: genresContract,
  assets: assetsContract,
  resumableUploads: resumableUploadsContract,
  fileRemovals: fileRemovalsContract,
  channelNames: channelNamesContract,
};

export const subscriptions: Ports<SubscriptionStores> = {
  plans: plansContract,
  subscriptions: subscriptionsContract,
  subscriptionHistory: subscriptionHistoryContract,
  trials: trialsContract,
};

export const billing: Ports<BillingStores> = {
  payments: paymentsContract,
  refunds: refundsContract,
  disputes: disputesContract,
  closedAccounts: closedAccountsContract,
  billingAccounts: billingAccountsContract,
  providerEvents: providerEventsContract,
  providerSubscriptions: providerSubscriptionsContract,
  coupons: couponsContract,
  couponRedemptions: couponRedemptionsContract,
  subscriptionDiscounts: subscriptionDiscountsContract,
  invoices: invoicesContract,
  balances: balancesContract,
  ledger: ledgerContract,
  meterBills: meterBillsContract,
};

export const playback: Ports<PlaybackStores> = {
  streams: streamsContract,
  progress: progressContract,
  watchLog: watchLogContract,
  archives: archivesContract,
};

/** Deliveries and the journal are told of events by the outbox. */
export type OperationsAndOutbox = OperationsStores & { readonly outbox: Outbox };
export const operations: Ports<OperationsAndOutbox> = {
  deliveries: deliveriesContract,
  journal: journalContract,
  jobRuns: jobRunsContract,
  clockOffset: clockOffsetContract,
};

export const notifications: Ports<NotificationStores> = { notices: noticesContract };
