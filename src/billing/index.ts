import { changeCommands, type ChangeCommands } from './change-plan.ts';
import { accountCommands, type AccountCommands } from './close-account.ts';
import { couponCommands, type CouponCommands } from './manage-coupons.ts';
import type { BillingDeps } from './deps.ts';
import { invoiceQuestions, type InvoiceQuestions } from './list-invoices.ts';
import { refundCommands, type RefundCommands } from './canceled-start.ts';
import { expireCommands, type ExpireCommands } from './expire-awaited.ts';
import { mirrorCommands, type MirrorCommands } from './mirror.ts';
import { orderCommands, type OrderCommands } from './order-subscription.ts';
import { tellProviderCommands, type TellProviderCommands } from './tell-provider.ts';
import { paymentQuestions, type PaymentQuestions } from './list-payments.ts';
import { providerEventCommands, type ProviderEventCommands } from './provider-events.ts';
import { reconcileCommands, type ReconcileCommands } from './reconcile.ts';
import { purchaseCommands, type PurchaseCommands } from './purchase.ts';
import { paymentMethods, type PaymentMethodCommands, type PaymentMethodQuestions } from './payment-method.ts';
import {
  refundPaymentCommands,
  refundQuestions,
  type RefundPaymentCommands,
  type RefundQuestions,
} from './refund-payment.ts';
import { billingSweeps, type BillingSweeps } from './resolve.ts';

export type { Balance } from './balance.ts';
export { UNKNOWN_CHARGE } from './charged.ts';
export type { BalanceStore, InvoicePrinter, InvoiceStore, LedgerStore, LedgerSum } from './book-ports.ts';
export {
  COUPON_DURATIONS,
  type Coupon,
  type CouponChanges,
  type CouponDraft,
  type CouponRedemption,
  type SubscriptionDiscount,
} from './coupon.ts';
export { COUPON_LIMITS } from './coupon-rules.ts';
export type {
  CouponRedemptionStore,
  CouponStore,
  CouponStores,
  SubscriptionDiscountStore,
} from './coupon-ports.ts';
export type { Dispute, DisputeNote } from './dispute.ts';
export { DISPUTE_STATUSES, disputeLifecycle, type DisputeStatus } from './dispute-lifecycle.ts';
export type { CanceledStart } from './canceled-start.ts';
export type { ChangeOrder, ChangePreview, ChangeRequest, PlanChanged } from './change-plan.ts';
export type { BillTo, Invoice } from './invoice.ts';
export type { PrintedInvoice } from './list-invoices.ts';
export type { Meter, MeterBill, OverageReading } from './meter-bill.ts';
export type { MeterBillStore, Meters, MeterStores } from './meter-ports.ts';
export { LEDGER_ACCOUNTS, type LedgerAccount, type LedgerEntry } from './ledger.ts';
export { isOpen, PAYMENT_STATUSES, paymentLifecycle, type PaymentStatus } from './payment-lifecycle.ts';
export { amountOf, type Payment } from './payment.ts';
export { billingPolicy, type BillingPolicy } from './policy.ts';
export type { AwaitedEnd } from './expire-awaited.ts';
export type { BillingAccount, Customer } from './billing-account.ts';
export { customerOf, methodOf } from './payment-method.ts';
export type {
  BillingAccountStore,
  BillingStores,
  ChargeDispute,
  Charged,
  ChargeLife,
  ChargeRequest,
  ClosedAccountStore,
  DisputeStore,
  Found,
  GaveBack,
  Payers,
  PaymentGateway,
  PaymentStore,
  ProviderEventStore,
  Question,
  RefundRequest,
  RefundStore,
  WebhookOutcome,
  WebhookReader,
  WebhookSent,
  WebhookTally,
} from './ports.ts';
export type { InvoiceLine, Pricing } from './pricing.ts';
export { foldCharge } from './charge-life.ts';
export type { ChargeEvent, NormalEvent, ProviderEvent, StoredEvent } from './provider-event.ts';
export type { CollectedCustomer } from './mirror.ts';
export type { SubscriptionOrder } from './order-subscription.ts';
export { livesOf, type ProviderLife, type ProviderPayment } from './provider-life.ts';
export type {
  Observed,
  ProviderObservation,
  ProviderOrder,
  ProviderRefund,
  ProviderStatus,
} from './provider-observation.ts';
export type {
  OpenedPage,
  OrderPage,
  ProviderSubscriptionStore,
  Snapshot,
  SubscriptionCollector,
} from './provider-ports.ts';
export type { ProviderSubscription, Wish } from './provider-subscription.ts';
export type { EventName } from './provider-events.ts';
export type { Reconciled, Repair } from './reconcile.ts';
export type { PurchaseOrder } from './purchase.ts';
export { REFUND_STATUSES, refundLifecycle, type RefundStatus } from './refund-lifecycle.ts';
export type { Refund } from './refund.ts';
export type { RefundOrder } from './refund-payment.ts';
export { refusals as billingRefusals } from './refusals.ts';
export type { BillingDeps, PurchaseStores, Receipt } from './deps.ts';

export interface Billing
  extends
    PurchaseCommands,
    ChangeCommands,
    InvoiceQuestions,
    PaymentMethodCommands,
    ExpireCommands,
    RefundCommands,
    RefundPaymentCommands,
    RefundQuestions,
    CouponCommands,
    AccountCommands,
    PaymentQuestions,
    PaymentMethodQuestions,
    MirrorCommands,
    OrderCommands,
    TellProviderCommands,
    ProviderEventCommands,
    ReconcileCommands,
    BillingSweeps {}

export const createBilling = (deps: BillingDeps): Billing => ({
  ...buying(deps),
  ...invoiceQuestions(deps),
  ...paymentMethods(deps),
  ...expireCommands(deps),
  ...refundCommands(deps),
  ...refundPaymentCommands(deps),
  ...refundQuestions(deps),
  ...couponCommands(deps),
  ...accountCommands(deps),
  ...paymentQuestions(deps),
  ...mirrorCommands(deps),
  ...orderCommands(deps),
  ...tellProviderCommands(deps),
  ...providerEventCommands(deps),
  ...reconcileCommands(deps),
  ...billingSweeps(deps),
});

/** A change of plan is a purchase, made through the same door: one at a time. */
function buying(deps: BillingDeps): PurchaseCommands & ChangeCommands {
  const purchases = purchaseCommands(deps);
  return { ...purchases, ...changeCommands(deps, purchases) };
}
