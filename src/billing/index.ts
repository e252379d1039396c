import { accountCommands, type AccountCommands } from './close-account.ts';
import { refundCommands, type RefundCommands } from './canceled-start.ts';
import { paymentQuestions, type PaymentQuestions } from './list-payments.ts';
import { purchaseCommands, type PurchaseCommands } from './purchase.ts';
import { billingSweeps, type BillingSweeps } from './resolve.ts';
import type { BillingDeps } from './settle.ts';

export type { CanceledStart } from './canceled-start.ts';
export { isOpen, PAYMENT_STATUSES, paymentLifecycle, type PaymentStatus } from './payment-lifecycle.ts';
export { amountOf, type Payment } from './payment.ts';
export { billingPolicy, type BillingPolicy } from './policy.ts';
export type {
  BillingStores,
  Charged,
  ChargeRequest,
  ClosedAccountStore,
  Found,
  GaveBack,
  PaymentGateway,
  PaymentStore,
  RefundRequest,
  RefundStore,
} from './ports.ts';
export type { PurchaseOrder } from './purchase.ts';
export { refundLifecycle, type RefundStatus } from './refund-lifecycle.ts';
export type { Refund } from './refund.ts';
export { refusals as billingRefusals } from './refusals.ts';
export type { BillingDeps, PurchaseStores, Receipt } from './settle.ts';

export interface Billing
  extends PurchaseCommands, RefundCommands, AccountCommands, PaymentQuestions, BillingSweeps {}

export const createBilling = (deps: BillingDeps): Billing => ({
  ...purchaseCommands(deps),
  ...refundCommands(deps),
  ...accountCommands(deps),
  ...paymentQuestions(deps),
  ...billingSweeps(deps),
});
