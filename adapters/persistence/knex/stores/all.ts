import type { AllStores } from '../../all-stores.ts';
import type { Database } from '../unit-of-work.ts';
import { knexArchives } from './archives.ts';
import { knexBillingAccounts } from './billing-accounts.ts';
import { knexClosedAccounts, knexPayments, knexRefunds } from './billing.ts';
import {
  knexAssets,
  knexChannelNames,
  knexFileRemovals,
  knexResumableUploads,
  knexGenres,
} from './catalog.ts';
import { knexFigures } from './figures.ts';
import { knexTitles } from './titles.ts';
import { knexProviderEvents } from './provider-events.ts';
import { knexGatewayBook } from './simulated-gateway.ts';
import { knexBalances, knexInvoices, knexLedger } from './invoices.ts';
import { knexProviderSubscriptions } from './provider-subscriptions.ts';
import { knexIdempotency, knexLocks } from './kernel.ts';
import { knexCouponRedemptions, knexCoupons, knexSubscriptionDiscounts } from './coupons.ts';
import { knexDisputes } from './disputes.ts';
import { knexMeterBills } from './meter-bills.ts';
import { knexDeliveries } from './deliveries.ts';
import { knexNotices } from './notifications.ts';
import { knexClockOffset, knexJobRuns, knexJournal } from './operations.ts';
import { knexAccounts, knexAudit, knexCodes, knexLoginThrottles, knexMailQuotas } from './identity.ts';
import { knexGrants } from './grants.ts';
import { knexMeters } from './meters.ts';
import { knexOverages } from './overages.ts';
import { knexReservations } from './reservations.ts';
import { knexOutbox, type OutboxOptions } from './outbox.ts';
import { knexServiceKeys } from './service-keys.ts';
import { knexSessions } from './sessions.ts';
import { knexProgress, knexStreams } from './playback.ts';
import { knexPlans } from './plans.ts';
import { knexSubscriptionHistory, knexSubscriptions, knexTrials } from './subscriptions.ts';
import { knexWatchLog } from './watch-log.ts';

export const knexStores = (database: Database, outbox?: OutboxOptions): AllStores => ({
  ...knexLocks(database),
  idempotency: knexIdempotency(database),
  outbox: knexOutbox(database, outbox),
  deliveries: knexDeliveries(database),
  journal: knexJournal(database),
  jobRuns: knexJobRuns(database),
  clockOffset: knexClockOffset(database),
  notices: knexNotices(database),
  payments: knexPayments(database),
  refunds: knexRefunds(database),
  disputes: knexDisputes(database),
  coupons: knexCoupons(database),
  couponRedemptions: knexCouponRedemptions(database),
  subscriptionDiscounts: knexSubscriptionDiscounts(database),
  meterBills: knexMeterBills(database),
  closedAccounts: knexClosedAccounts(database),
  billingAccounts: knexBillingAccounts(database),
  providerSubscriptions: knexProviderSubscriptions(database),
  invoices: knexInvoices(database),
  balances: knexBalances(database),
  ledger: knexLedger(database),
  providerEvents: knexProviderEvents(database),
  gatewayBook: knexGatewayBook(database),
  meters: knexMeters(database),
  grants: knexGrants(database),
  reservations: knexReservations(database),
  overages: knexOverages(database),
  streams: knexStreams(database),
  progress: knexProgress(database),
  watchLog: knexWatchLog(database),
  archives: knexArchives(database),
  titles: knexTitles(database),
  figures: knexFigures(database),
  genres: knexGenres(database),
  channelNames: knexChannelNames(database),
  assets: knexAssets(database),
  resumableUploads: knexResumableUploads(database),
  fileRemovals: knexFileRemovals(database),
  plans: knexPlans(database),
  subscriptions: knexSubscriptions(database),
  subscriptionHistory: knexSubscriptionHistory(database),
  trials: knexTrials(database),
  accounts: knexAccounts(database),
  sessions: knexSessions(database),
  codes: knexCodes(database),
  loginThrottles: knexLoginThrottles(database),
  mailQuotas: knexMailQuotas(database),
  audit: knexAudit(database),
  serviceKeys: knexServiceKeys(database),
});
