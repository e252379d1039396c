import type { Instant } from '../kernel/instant.ts';
import type { Money } from '../kernel/money.ts';
import type { IdempotencyStore } from '../kernel/once.ts';
import type { Outbox } from '../kernel/outbox.ts';
import type { Page, PageRequest } from '../kernel/page.ts';
import type { Locks } from '../kernel/unit-of-work.ts';
import type { BookStores } from './book-ports.ts';
import type { CouponStores } from './coupon-ports.ts';
import type { Dispute } from './dispute.ts';
import type { BillTo } from './invoice.ts';
import type { MeterStores } from './meter-ports.ts';
import type { Payment } from './payment.ts';
import type { BillingAccount, Customer } from './billing-account.ts';
import type { ProviderEvent, StoredEvent } from './provider-event.ts';
import type { ProviderSubscriptionStore } from './provider-ports.ts';
import type { Refund } from './refund.ts';

export interface PaymentStore {
  find(id: string): Promise<Payment | undefined>;
  /** The account's purchase under way: there is at most one. */
  findOpen(accountId: string): Promise<Payment | undefined>;
  /** The payment that the gateway was asked for under this key of ours. */
  findByGatewayKey(gatewayKey: string): Promise<Payment | undefined>;
  /** The payment whose charge a gateway calls so. */
  findByReference(of: { readonly gateway: string; readonly reference: string }): Promise<Payment | undefined>;
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
  /** The same by the page, newest first. */
  list(paymentId: string, request: PageRequest): Promise<Page<Refund>>;
  /** Stores a new refund; a gateway key in use is a lost race. */
  add(refund: Refund): Promise<void>;
  /** Stores a refund whose `version` is one above the stored one; any other is a lost race. */
  save(refund: Refund): Promise<void>;
  /** At most `limit` refunds whose `nextTryAt` has come, the longest due first. */
  due(now: Instant, limit: number): Promise<readonly Refund[]>;
  nextDueAt(until: Instant): Promise<Instant | undefined>;
}

/** Objections to payments, as the gateway told of them. */
export interface DisputeStore {
  find(id: string): Promise<Dispute | undefined>;
  /** The one that the gateway calls so. */
  findByReference(providerReference: string): Promise<Dispute | undefined>;
  /** Every dispute about a payment, oldest first. */
  listOf(paymentId: string): Promise<readonly Dispute[]>;
  /** Stores a new dispute; a reference in use is a lost race. */
  add(dispute: Dispute): Promise<void>;
  /** Stores a dispute whose `version` is one above the stored one; any other is a lost race. */
  save(dispute: Dispute): Promise<void>;
}

/** Accounts that are gone. What is captured for one of them afterwards buys nothing and goes back. */
export interface ClosedAccountStore {
  /** Marks an account as closed since `at`; again changes nothing. */
  close(accountId: string, at: Instant): Promise<void>;
  isClosed(accountId: string): Promise<boolean>;
}

/** Who pays: asked outside every unit of work. */
export interface Payers {
  /** Who an account's invoices are made out to; undefined for one that is gone. */
  of(accountId: string): Promise<BillTo | undefined>;
  /** Those of the accounts that may be charged unasked: not the suspended, and not those that are gone. */
  mayCollect(accountIds: readonly string[]): Promise<ReadonlySet<string>>;
}

/** How accounts pay when nobody asks them. */
export interface BillingAccountStore {
  find(accountId: string): Promise<BillingAccount | undefined>;
  findByCustomer(customer: Customer): Promise<BillingAccount | undefined>;
  /**
   * Stores an account whose `version` is one above the stored one (1 for a new one); any other, and a customer
   * that is another account's, is a lost race.
   */
  save(account: BillingAccount): Promise<void>;
}

/** Everything that providers told, whatever became of it. */
export interface ProviderEventStore {
  /** Stores an event; false, and nothing changed, when its provider's event of that id is there already. */
  add(event: StoredEvent): Promise<boolean>;
  find(of: { readonly provider: string; readonly id: string }): Promise<StoredEvent | undefined>;
  /** All that was told of one life, by the provider's clock, then by id. */
  ofObject(of: { readonly provider: string; readonly objectKey: string }): Promise<readonly StoredEvent[]>;
  /** Stores what became of an event that is there. */
  save(event: StoredEvent): Promise<void>;
}

export interface BillingStores extends BookStores, Locks, CouponStores, MeterStores {
  readonly payments: PaymentStore;
  readonly refunds: RefundStore;
  readonly disputes: DisputeStore;
  readonly closedAccounts: ClosedAccountStore;
  readonly billingAccounts: BillingAccountStore;
  readonly providerEvents: ProviderEventStore;
  readonly providerSubscriptions: ProviderSubscriptionStore;
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
  /** Nobody is there to act: what needs the payer is `declined` with `authentication_required`. */
  readonly offSession: boolean;
  /** The method is to be kept for charges that come later, without the payer. */
  readonly keepMethod: boolean;
  /** Where the payer goes on from the gateway's page. */
  readonly returnUrl: string | null;
  /** How the gateway calls the payer, where it knows them already. */
  readonly customer: string | null;
}

/** What became of a charge. `unknown`: nobody can tell yet, and nobody may guess. */
export interface Charged {
  readonly outcome: 'captured' | 'declined' | 'requires_action' | 'unknown';
  /** How the gateway calls the charge. */
  readonly reference: string | null;
  /** Why it was declined, in the gateway's word; `abandoned`: closed unpaid. */
  readonly reason: string | null;
  /** Where the payer must act. */
  readonly checkoutUrl: string | null;
  /** What can be charged later off session; null when the gateway keeps nothing. */
  readonly method: string | null;
  /** How the gateway calls the payer. */
  readonly customer: string | null;
}

/** What the gateway's book says about a key; `absent`: no charge was ever begun for it. */
export type Found = Charged | { readonly outcome: 'absent' };

/** Which charge is meant: by our key, and by all that helps a gateway that cannot look a key up. */
export interface Question {
  readonly key: string;
  /** The gateway's own name of the charge, once it is known. */
  readonly reference: string | null;
  readonly request: ChargeRequest;
  /** When the charge was first asked for. */
  readonly since: Instant;
}

/** A dispute as the gateway tells of it. */
export interface ChargeDispute {
  /** The gateway's name of the dispute. */
  readonly id: string;
  readonly status: 'open' | 'won' | 'lost';
  readonly amountMinor: number;
  readonly reason: string | null;
  /** When it came to be so. */
  readonly at: Instant;
}

/** All that a gateway told of one charge, in whatever order. */
export interface ChargeLife {
  readonly found: Found;
  /** Given back so far, whoever asked for it; never less than before. */
  readonly refundedMinor: number;
  /** By id. */
  readonly disputes: readonly ChargeDispute[];
}

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
  /** Whether the default method can be charged off session: a test card can, a checkout page cannot. */
  readonly defaultOffSession: boolean;
  knows(method: string): boolean;
  charge(request: ChargeRequest): Promise<Charged>;
  /** What became of a charge; it moves nothing. */
  find(question: Question): Promise<Found>;
  /**
   * Makes a charge that waits for its payer unpayable, and answers what became of it: `declined` with the
   * reason `abandoned` once it is closed unpaid, `captured` when the payer was faster. Again it answers the same.
   */
  abandon(question: Question): Promise<Found>;
  /** Everything that became of a charge until now, for whoever missed the news of it. It moves nothing. */
  review(question: Question): Promise<ChargeLife>;
  refund(request: RefundRequest): Promise<GaveBack>;
}

/** A webhook as it arrived, byte by byte: a signature is over bytes. Names of headers are in lower case. */
export interface WebhookSent {
  readonly provider: string;
  readonly raw: Uint8Array;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** Reads what one provider sends: pure, so that a refused webhook costs no store anything. */
export interface WebhookReader {
  readonly provider: string;
  /** The event; or `signature` (not from the provider, or not just now), `body` (from it, and unreadable). */
  read(sent: WebhookSent): { readonly event: ProviderEvent } | { readonly refused: 'signature' | 'body' };
}

/** What became of a webhook: `failed` is one that was taken in and could not be acted on, this time. */
export type WebhookOutcome = 'received' | 'duplicate' | 'refused' | 'failed';

/** Counts, for whoever watches the health of webhooks. */
export interface WebhookTally {
  count(provider: string, outcome: WebhookOutcome): void;
}
