import type { Instant } from '../kernel/instant.ts';
import type { Money } from '../kernel/money.ts';
import type { IdempotencyStore } from '../kernel/once.ts';
import type { Outbox } from '../kernel/outbox.ts';
import type { Page, PageRequest } from '../kernel/page.ts';
import type { Locks } from '../kernel/unit-of-work.ts';
import type { Payment } from './payment.ts';
import type { Refund } from './refund.ts';

export interface PaymentStore {
  find(id: string): Promise<Payment | undefined>;
  /** The account's purchase under way: there is at most one. */
  findOpen(accountId: string): Promise<Payment | undefined>;
  /** The account's payments, newest first. */
  list(accountId: string, request: PageRequest): Promise<Page<Payment>>;
  /** What was paid for one subscription of the account, oldest first. */
  ofSubscription(of: {
    readonly accountId: string;
    readonly subscriptionId: string;
  }): Promise<readonly Payment[]>;
  /** Stores a new payment; a second open one of its account, or a gateway key in use, is a lost race. */
  add(payment: Payment): Promise<void>;
  /** Stores a payment whose `version` is one above the stored one; any other is a lost race. */
  save(payment: Payment): Promise<void>;
  /** At most `limit` payments whose `nextCheckAt` has come, the longest due first. */
  due(now: Instant, limit: number): Promise<readonly Payment[]>;
  nextDueAt(until: Instant): Promise<Instant | undefined>;
}

export interface RefundStore {
  find(id: string): Promise<Refund | undefined>;
  /** Every refund of a payment, oldest first. */
  listOf(paymentId: string): Promise<readonly Refund[]>;
  /** Stores a new refund; a gateway key in use is a lost race. */
  add(refund: Refund): Promise<void>;
  /** Stores a refund whose `version` is one above the stored one; any other is a lost race. */
  save(refund: Refund): Promise<void>;
  /** At most `limit` refunds whose `nextTryAt` has come, the longest due first. */
  due(now: Instant, limit: number): Promise<readonly Refund[]>;
  nextDueAt(until: Instant): Promise<Instant | undefined>;
}

/** Accounts that are gone. What is captured for one of them afterwards buys nothing and goes back. */
export interface ClosedAccountStore {
  /** Marks an account as closed since `at`; again changes nothing. */
  close(accountId: string, at: Instant): Promise<void>;
  isClosed(accountId: string): Promise<boolean>;
}

export interface BillingStores extends Locks {
  readonly payments: PaymentStore;
  readonly refunds: RefundStore;
  readonly closedAccounts: ClosedAccountStore;
  readonly idempotency: IdempotencyStore;
  readonly outbox: Outbox;
}

export interface ChargeRequest {
  /** Our own key: the gateway does at most one charge for it, however often it is asked. */
  readonly key: string;
  readonly amount: Money;
  readonly method: string;
  readonly description: string;
  readonly accountId: string;
}

/** What became of a charge. `unknown`: nobody can tell yet, and nobody may guess. */
export interface Charged {
  readonly outcome: 'captured' | 'declined' | 'requires_action' | 'unknown';
  /** How the gateway calls the charge. */
  readonly reference: string | null;
  /** Why it was declined, in the gateway's word. */
  readonly reason: string | null;
  /** Where the payer must act. */
  readonly checkoutUrl: string | null;
}

/** What the gateway's book says about a key; `absent`: no charge was ever begun for it. */
export type Found = Charged | { readonly outcome: 'absent' };

export interface RefundRequest {
  /** Our own key: the gateway gives back at most once for it. */
  readonly key: string;
  /** The gateway's name of the charge. */
  readonly reference: string;
  readonly amount: Money;
}

export interface GaveBack {
  readonly outcome: 'refunded' | 'refused' | 'unknown';
  readonly reason: string | null;
}

/**
 * Who moves the money. Called outside every unit of work. Never rejects and always answers in bounded time:
 * a fault or a late answer is the outcome `unknown`.
 */
export interface PaymentGateway {
  readonly name: string;
  /** What is charged when the payer names no method. */
  readonly defaultMethod: string;
  knows(method: string): boolean;
  charge(request: ChargeRequest): Promise<Charged>;
  find(key: string): Promise<Found>;
  refund(request: RefundRequest): Promise<GaveBack>;
}
