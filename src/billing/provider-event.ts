import type { Instant } from '../kernel/instant.ts';
import type { Observed, ProviderObservation, ProviderRefund } from './provider-observation.ts';

/** Which charge an event speaks of: by our key where the provider carries it along, by the provider's name. */
interface AboutCharge {
  readonly paymentKey: string | null;
  readonly reference: string | null;
}

/** What a provider tells of a charge that we asked for. */
export type ChargeEvent =
  | (AboutCharge & {
      readonly kind: 'charge-captured';
      readonly amountMinor: number;
      /** What can be charged later off session; null when nothing is kept. */
      readonly method: string | null;
      readonly customer: string | null;
    })
  | (AboutCharge & { readonly kind: 'charge-declined'; readonly reason: string })
  /** Closed unpaid: nobody can pay it any more. */
  | (AboutCharge & { readonly kind: 'charge-abandoned' })
  | (AboutCharge &
      ProviderRefund & {
        readonly reference: string;
      })
  | (AboutCharge & {
      readonly kind: 'dispute-opened' | 'dispute-won' | 'dispute-lost';
      /** The provider's name of the dispute. */
      readonly dispute: string;
      readonly amountMinor: number;
      readonly reason: string | null;
    });

/** What an event means, in words that no provider owns. `ignored`: kept, and nothing to us. */
export type NormalEvent = ChargeEvent | ProviderObservation | { readonly kind: 'ignored' };

/** An event as its provider told it. */
export interface ProviderEvent {
  readonly provider: string;
  /** Unique with its provider: the second is no second event. */
  readonly id: string;
  /** In the provider's word. */
  readonly type: string;
  /** When it happened, by the provider's clock, as fine as that one counts. */
  readonly createdAt: Instant;
  /** Whose life it belongs to: all events of one key are read together. */
  readonly objectKey: string;
  readonly body: NormalEvent;
}

/** An event that was taken in. It never changes but for what became of it. */
export interface StoredEvent extends ProviderEvent {
  readonly receivedAt: Instant;
  readonly processedAt: Instant | null;
  /** What went wrong the last time; null when nothing did. */
  readonly error: string | null;
  readonly attempts: number;
}

const CHARGE_KINDS: ReadonlySet<string> = new Set<ChargeEvent['kind']>([
  'charge-captured',
  'charge-declined',
  'charge-abandoned',
  'charge-refunded',
  'dispute-opened',
  'dispute-won',
  'dispute-lost',
]);

export const isOfCharge = (body: NormalEvent): body is ChargeEvent => CHARGE_KINDS.has(body.kind);

/** Whether an event tells of a subscription that the provider collects; refunds of its charges do too. */
export const isObservation = (event: ProviderEvent): event is ProviderEvent & Observed =>
  event.body.kind === 'charge-refunded' || (event.body.kind !== 'ignored' && !isOfCharge(event.body));

export const receivedEvent = (event: ProviderEvent, now: Instant): StoredEvent => ({
  ...event,
  receivedAt: now,
  processedAt: event.body.kind === 'ignored' ? now : null,
  error: null,
  attempts: 0,
});

export const processedEvent = (event: StoredEvent, now: Instant): StoredEvent => ({
  ...event,
  processedAt: now,
  error: null,
  attempts: event.attempts + 1,
});

/** It will be tried again; an operator sees why. */
export const failedEvent = (event: StoredEvent, error: string): StoredEvent => ({
  ...event,
  error: error.slice(0, 500),
  attempts: event.attempts + 1,
});
