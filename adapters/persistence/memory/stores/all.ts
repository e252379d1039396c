import type { AllStores } from '../../all-stores.ts';
import type { MemoryTransaction } from '../unit-of-work.ts';
import { memoryBillingAccounts } from './billing-accounts.ts';
import { memoryClosedAccounts, memoryPayments, memoryRefunds } from './billing.ts';
import {
  memoryAssets,
  memoryChannelNames,
  memoryFigures,
  memoryFileRemovals,
  memoryResumableUploads,
  memoryGenres,
} from './catalog.ts';
import { memoryTitles } from './titles.ts';
import { memoryProviderEvents } from './provider-events.ts';
import { memoryGatewayBook } from './simulated-gateway.ts';
import { memoryBalances, memoryInvoices, memoryLedger } from './invoices.ts';
import { memoryProviderSubscriptions } from './provider-subscriptions.ts';
import { memoryIdempotency, memoryLocks } from './kernel.ts';
import { memoryCouponRedemptions, memoryCoupons, memorySubscriptionDiscounts } from './coupons.ts';
import { memoryDisputes } from './disputes.ts';
import { memoryMeterBills } from './meter-bills.ts';
import { memoryDeliveries } from './deliveries.ts';
import { memoryNotices } from './notifications.ts';
import { memoryClockOffset, memoryJobRuns, memoryJournal } from './operations.ts';
import {
  memoryAccounts,
  memoryAudit,
  memoryCodes,
  memoryLoginThrottles,
  memoryMailQuotas,
} from './identity.ts';
import { memoryGrants, memoryOverages, memoryReservations } from './entitlements.ts';
import { memoryMeters } from './meters.ts';
import { memoryOutbox } from './outbox.ts';
import { memoryServiceKeys } from './service-keys.ts';
import { memorySessions } from './sessions.ts';
import { memoryArchives, memoryWatchLog } from './history.ts';
import { memoryProgress, memoryStreams } from './playback.ts';
import { memoryPlans } from './plans.ts';
import { memorySubscriptionHistory, memorySubscriptions, memoryTrials } from './subscriptions.ts';

export const memoryStores = (transaction: MemoryTransaction): AllStores => ({
  ...memoryLocks,
  idempotency: memoryIdempotency(transaction),
  outbox: memoryOutbox(transaction),
  deliveries: memoryDeliveries(transaction),
  journal: memoryJournal(transaction),
  jobRuns: memoryJobRuns(transaction),
  clockOffset: memoryClockOffset(transaction),
  notices: memoryNotices(transaction),
  payments: memoryPayments(transaction),
  refunds: memoryRefunds(transaction),
  disputes: memoryDisputes(transaction),
  coupons: memoryCoupons(transaction),
  couponRedemptions: memoryCouponRedemptions(transaction),
  subscriptionDiscounts: memorySubscriptionDiscounts(transaction),
  meterBills: memoryMeterBills(transaction),
  closedAccounts: memoryClosedAccounts(transaction),
  billingAccounts: memoryBillingAccounts(transaction),
  providerSubscriptions: memoryProviderSubscriptions(transaction),
  invoices: memoryInvoices(transaction),
  balances: memoryBalances(transaction),
  ledger: memoryLedger(transaction),
  providerEvents: memoryProviderEvents(transaction),
  gatewayBook: memoryGatewayBook(transaction),
  meters: memoryMeters(transaction),
  grants: memoryGrants(transaction),
  reservations: memoryReservations(transaction),
  overages: memoryOverages(transaction),
  streams: memoryStreams(transaction),
  progress: memoryProgress(transaction),
  watchLog: memoryWatchLog(transaction),
  archives: memoryArchives(transaction),
  titles: memoryTitles(transaction),
  figures: memoryFigures(transaction),
  genres: memoryGenres(transaction),
  channelNames: memoryChannelNames(transaction),
  assets: memoryAssets(transaction),
  resumableUploads: memoryResumableUploads(transaction),
  fileRemovals: memoryFileRemovals(transaction),
  plans: memoryPlans(transaction),
  subscriptions: memorySubscriptions(transaction),
  subscriptionHistory: memorySubscriptionHistory(transaction),
  trials: memoryTrials(transaction),
  accounts: memoryAccounts(transaction),
  sessions: memorySessions(transaction),
  codes: memoryCodes(transaction),
  loginThrottles: memoryLoginThrottles(transaction),
  mailQuotas: memoryMailQuotas(transaction),
  audit: memoryAudit(transaction),
  serviceKeys: memoryServiceKeys(transaction),
});
