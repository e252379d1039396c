import type { BillingStores } from '../../src/billing/index.ts';
import type { CatalogStores, MediaStorage } from '../../src/catalog/index.ts';
import type { EntitlementStores } from '../../src/entitlements/index.ts';
import type { IdentityStores } from '../../src/identity/index.ts';
import type { IdempotencyStore, Locks, Outbox } from '../../src/kernel/index.ts';
import type { NotificationStores } from '../../src/notifications/index.ts';
import type { OperationsStores } from '../../src/operations/index.ts';
import type { ArchiveFiles, PlaybackStores } from '../../src/playback/index.ts';
import type { SubscriptionStores } from '../../src/subscriptions/index.ts';
import { billingAccountsContract } from './billing-accounts.contract.ts';
import { closedAccountsContract, paymentsContract } from './billing.contract.ts';
import { assetsContract, figuresContract, fileRemovalsContract, genresContract } from './catalog.contract.ts';
import { archiveFilesContract } from './archive-files.contract.ts';
import type { Contract, Open } from './contract.ts';
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
import { mediaStorageContract } from './media-storage.contract.ts';
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

/**
 * The laws of our ports as other teams prove their own stores by them, inside a mocha file of theirs:
 * `subscriptionContracts(() => openMyStores())`. Each test opens empty stores of its own; closing them is the
 * opener's business. They use mocha's `describe`, `it` and `beforeEach`, and chai.
 */

export type { Contract, Open } from './contract.ts';

/** What every context stands on. */
export type KernelStores = Locks & { readonly idempotency: IdempotencyStore; readonly outbox: Outbox };

/** One contract for each store of a context: one without does not compile. */
type Ports<Stores> = { readonly [K in Exclude<keyof Stores, keyof KernelStores>]: Contract<Stores> };

const suite =
  <Stores>(title: string, contracts: Readonly<Record<string, Contract<Stores>>>) =>
  (open: Open<Stores>): void => {
    describe(title, () => {
      for (const [port, contract] of Object.entries(contracts)) describe(port, () => contract(open));
    });
  };

const kernel = { lock: lockContract, idempotency: idempotencyContract, outbox: outboxContract };

const identity: Ports<IdentityStores> = {
  accounts: accountsContract,
  sessions: sessionsContract,
  codes: codesContract,
  loginThrottles: loginThrottlesContract,
  mailQuotas: mailQuotasContract,
  audit: auditContract,
  serviceKeys: serviceKeysContract,
};

const entitlements: Ports<EntitlementStores> = {
  meters: metersContract,
  grants: grantsContract,
  reservations: reservationsContract,
  overages: overagesContract,
};

const catalog: Ports<CatalogStores> = {
  titles: titlesContract,
  figures: figuresContract,
  genres: genresContract,
  assets: assetsContract,
  resumableUploads: resumableUploadsContract,
  fileRemovals: fileRemovalsContract,
  channelNames: channelNamesContract,
};

const subscriptions: Ports<SubscriptionStores> = {
  plans: plansContract,
  subscriptions: subscriptionsContract,
  subscriptionHistory: subscriptionHistoryContract,
  trials: trialsContract,
};

const billing: Ports<BillingStores> = {
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

const playback: Ports<PlaybackStores> = {
  streams: streamsContract,
  progress: progressContract,
  watchLog: watchLogContract,
  archives: archivesContract,
};

/** Deliveries and the journal are told of events by the outbox. */
type OperationsAndOutbox = OperationsStores & { readonly outbox: Outbox };
const operations: Ports<OperationsAndOutbox> = {
  deliveries: deliveriesContract,
  journal: journalContract,
  jobRuns: jobRunsContract,
  clockOffset: clockOffsetContract,
};

export const kernelContracts = suite<KernelStores>('the stores of the kernel', kernel);
export const identityContracts = suite<IdentityStores>('the stores of identity', identity);
export const catalogContracts = suite<CatalogStores>('the stores of catalog', catalog);
export const subscriptionContracts = suite<SubscriptionStores>('the stores of subscriptions', {
  ...kernel,
  ...subscriptions,
});
export const billingContracts = suite<BillingStores>('the stores of billing', { ...kernel, ...billing });
export const entitlementContracts = suite<EntitlementStores>('the stores of entitlements', {
  idempotency: idempotencyContract,
  outbox: outboxContract,
  ...entitlements,
});
export const playbackContracts = suite<PlaybackStores>('the stores of playback', playback);
export const notificationContracts = suite<NotificationStores>('the stores of notifications', {
  notices: noticesContract,
});
export const operationsContracts = suite<OperationsAndOutbox>('the stores of operations', operations);

/** A place where media files lie; not a store, so it is opened by itself. */
export function mediaStorageContracts(open: () => Promise<MediaStorage>): void {
  describe('the media storage', () => mediaStorageContract(open));
}

/** A place where old months of the watch history lie; not a store either. */
export function archiveFilesContracts(open: () => Promise<ArchiveFiles>): void {
  describe('the files of the history', () => archiveFilesContract(open));
}
