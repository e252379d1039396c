import type { Instant } from '../kernel/instant.ts';

/** What a subscription can be at a provider that collects it. */
export type ProviderStatus =
  'incomplete' | 'incomplete_expired' | 'trialing' | 'active' | 'past_due' | 'unpaid' | 'paused' | 'canceled';

/** What was ordered, as we wrote it onto the provider's records. */
export interface ProviderOrder {
  readonly accountId: string;
  readonly planId: string;
  readonly termsVersion: number;
}

interface About {
  /** The provider's names. */
  readonly subscription: string;
  readonly customer: string;
  /** Null where the record does not carry it. */
  readonly order: ProviderOrder | null;
}

/**
 * What a provider tells of a subscription that it collects, in words that no provider owns. Instants are the
 * provider's. Whatever order the observations come in, and however often: they are a set.
 */
export type ProviderObservation =
  | (About & { readonly kind: 'subscription-ordered' })
  | (About & {
      readonly kind: 'subscription-changed';
      readonly status: ProviderStatus;
      readonly startedAt: Instant | null;
      readonly anchor: Instant | null;
      readonly periodStart: Instant | null;
      readonly periodEnd: Instant | null;
      readonly cancelAtPeriodEnd: boolean;
      readonly endedAt: Instant | null;
      /** Ended because nobody paid. */
      readonly endedUnpaid: boolean;
    })
  | (About & {
      readonly kind: 'invoice-paid';
      readonly invoice: string;
      /** The provider's name of the charge, where the invoice tells it. */
      readonly charge: string | null;
      readonly amountMinor: number;
      readonly currency: string;
      /** What was paid for. */
      readonly start: Instant;
      readonly end: Instant;
      /** The subscription's first invoice. */
      readonly isFirst: boolean;
    })
  | (About & { readonly kind: 'invoice-failed'; readonly invoice: string });

/** A charge of a subscription went back: `amountMinor` in all so far. */
export interface ProviderRefund {
  readonly kind: 'charge-refunded';
  readonly reference: string;
  readonly amountMinor: number;
  /** The invoice that the charge paid, where the provider tells it. */
  readonly invoice: string | null;
}

/** An observation, when the provider made it, and under which name. */
export interface Observed<B = ProviderObservation | ProviderRefund> {
  readonly id: string;
  readonly createdAt: Instant;
  readonly body: B;
}
