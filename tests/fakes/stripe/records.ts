/** What the fake keeps. Times are unix seconds, amounts minor units, as Stripe has them. */

export type Metadata = Readonly<Record<string, string>>;

/** How a synthetic payment method behaves: with its payer there, and without. */
export interface Behaviour {
  readonly onSession: 'ok' | 'declined' | 'action';
  readonly offSession: 'ok' | 'declined' | 'authentication_required';
}

export interface Method {
  readonly id: string;
  customer: string | null;
  behaviour: Behaviour;
}

export interface Customer {
  readonly id: string;
  readonly created: number;
  readonly metadata: Metadata;
}

export interface Session {
  readonly id: string;
  readonly mode: 'payment' | 'subscription';
  readonly created: number;
  readonly reference: string | null;
  readonly metadata: Metadata;
  /** What becomes the metadata of its intent or subscription. */
  readonly inner: Metadata;
  readonly amount: number;
  readonly currency: string;
  readonly interval: { readonly unit: 'day' | 'week' | 'month' | 'year'; readonly count: number } | null;
  readonly keepsMethod: boolean;
  customer: string | null;
  status: 'open' | 'complete' | 'expired';
  paymentStatus: 'unpaid' | 'paid' | 'no_payment_required';
  intent: string | null;
  subscription: string | null;
}

export interface Intent {
  readonly id: string;
  readonly created: number;
  readonly amount: number;
  readonly currency: string;
  readonly metadata: Metadata;
  readonly returnUrl: string | null;
  readonly keepsMethod: boolean;
  customer: string | null;
  method: string | null;
  status: 'requires_payment_method' | 'requires_action' | 'processing' | 'succeeded' | 'canceled';
  charge: string | null;
  error: { readonly code: string; readonly declineCode: string | null } | null;
  /** The invoice that it pays, where it pays one. */
  invoice: string | null;
}

export interface Dispute {
  readonly id: string;
  readonly created: number;
  readonly intent: string;
  readonly amount: number;
  status: 'needs_response' | 'won' | 'lost';
}

export interface Refund {
  readonly id: string;
  readonly created: number;
  readonly intent: string;
  readonly amount: number;
  readonly metadata: Metadata;
  readonly status: 'succeeded' | 'pending' | 'failed';
}

export interface Subscription {
  readonly id: string;
  readonly created: number;
  readonly customer: string;
  readonly metadata: Metadata;
  readonly amount: number;
  readonly currency: string;
  readonly interval: NonNullable<Session['interval']>;
  readonly method: string;
  status: 'incomplete' | 'incomplete_expired' | 'active' | 'past_due' | 'unpaid' | 'canceled';
  periodStart: number;
  periodEnd: number;
  cancelAtPeriodEnd: boolean;
  canceledAt: number | null;
  endedAt: number | null;
  endReason: 'cancellation_requested' | 'payment_failed' | null;
  latestInvoice: string | null;
}

export interface Invoice {
  readonly id: string;
  readonly created: number;
  readonly customer: string;
  readonly subscription: string;
  readonly metadata: Metadata;
  readonly reason: 'subscription_create' | 'subscription_cycle';
  readonly amount: number;
  readonly currency: string;
  readonly periodStart: number;
  readonly periodEnd: number;
  readonly intent: string;
  status: 'open' | 'paid' | 'void';
  attempts: number;
  nextAttempt: number | null;
}

export interface FakeEvent {
  readonly id: string;
  readonly object: 'event';
  readonly api_version: string;
  readonly created: number;
  readonly livemode: boolean;
  readonly pending_webhooks: number;
  readonly request: { readonly id: string | null; readonly idempotency_key: string | null };
  readonly type: string;
  readonly data: {
    readonly object: Record<string, unknown>;
    readonly previous_attributes?: Record<string, unknown>;
  };
}
