import type { Ids } from '../../src/kernel/ids.ts';
import { after, SECOND, type Clock, type Instant } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import type { GatewayFaults } from './gateway-faults.ts';
import type { GatewayBookStores, SimulatedCharge, SimulatedWebhook } from './simulated-book.ts';

export interface SimulatedGatewayDeps {
  readonly unitOfWork: UnitOfWork<GatewayBookStores>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly faults: GatewayFaults;
  /** What the address of a checkout page begins with; its secret name follows. */
  readonly checkoutBase: string;
}

/** Whose events these are: those of another merchant are none of ours. */
export const MERCHANT = 'usher';

export const EVENT_TYPES = [
  'charge.captured',
  'charge.declined',
  'charge.abandoned',
  'charge.refunded',
  'charge.dispute.opened',
  'charge.dispute.won',
  'charge.dispute.lost',
] as const;
export type SimulatedEventType = (typeof EVENT_TYPES)[number];

export interface News {
  readonly type: SimulatedEventType;
  readonly charge: SimulatedCharge;
  readonly refundedMinor?: number;
  readonly dispute?: { readonly id: string; readonly amountMinor: number; readonly reason: string };
  /** When it happens. */
  readonly at: Instant;
  /** Milliseconds that it takes to arrive, for reasons of its own. */
  readonly delay?: number;
}

/** The arrivals of one event at the merchant's: as many, and as late, as the line makes of it. */
export function arrivalsOf(
  { ids, faults }: Pick<SimulatedGatewayDeps, 'ids' | 'faults'>,
  news: News,
): readonly SimulatedWebhook[] {
  const id = `simevt_${ids.next()}`;
  const body = JSON.stringify(bodyOf(id, news));
  const start = after(news.at, news.delay ?? 0);
  return faults.arrivals(id).map((delay) => ({
    id: ids.next(),
    body,
    dueAt: after(start, delay),
    attempts: 0,
    createdAt: news.at,
  }));
}

/** Seconds, as the provider counts that this one is modelled on: events of one second are told apart otherwise. */
const bodyOf = (id: string, { type, charge, refundedMinor = 0, dispute, at }: News): object => ({
  id,
  object: 'event',
  type,
  created: Math.floor(at / SECOND),
  livemode: false,
  merchant: MERCHANT,
  data: {
    charge: {
      key: charge.key,
      reference: charge.reference,
      amount: charge.amountMinor,
      currency: charge.currency,
      refunded: refundedMinor,
      reason: charge.reason,
      method: charge.keepsMethod ? charge.method : null,
    },
    ...(dispute ? { dispute: { id: dispute.id, amount: dispute.amountMinor, reason: dispute.reason } } : {}),
  },
});
