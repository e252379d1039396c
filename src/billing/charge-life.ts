import { UNKNOWN_CHARGE } from './charged.ts';
import type { Instant } from '../kernel/instant.ts';
import type { ChargeDispute, ChargeLife, Found } from './ports.ts';
import type { ChargeEvent } from './provider-event.ts';

/** A charge's life as its events tell it, and which charge that is. */
export interface ToldLife extends ChargeLife {
  readonly paymentKey: string | null;
  readonly reference: string | null;
}

interface Told {
  readonly id: string;
  readonly createdAt: Instant;
  readonly body: ChargeEvent;
}

type Of<K extends ChargeEvent['kind']> = Extract<ChargeEvent, { readonly kind: K }>;
const isOf =
  <K extends ChargeEvent['kind']>(...kinds: readonly K[]) =>
  (body: ChargeEvent): body is Of<K> =>
    (kinds as readonly string[]).includes(body.kind);

/**
 * What all that was told of one charge comes to. A function of the set: order and repetition change nothing.
 * Money that came in is not undone by an older refusal; amounts given back are cumulative, so the largest holds
 * (the provider's clock counts seconds, its amounts do not); of a dispute, `won` is the last word, and `lost`
 * goes before `open`.
 */
export function foldCharge(events: readonly Told[]): ToldLife {
  const ordered = [...events].sort(inOrder);
  const bodies = ordered.map(({ body }) => body);
  const names = bodies.filter(({ kind }) => kind.startsWith('charge-'));
  return {
    paymentKey: bodies.find(({ paymentKey }) => paymentKey !== null)?.paymentKey ?? null,
    reference: [...names, ...bodies].find(({ reference }) => reference !== null)?.reference ?? null,
    found: outcomeOf(bodies),
    refundedMinor: Math.max(
      0,
      ...bodies.filter(isOf('charge-refunded')).map(({ amountMinor }) => amountMinor),
    ),
    disputes: disputesIn(ordered),
  };
}

const inOrder = (a: Told, b: Told): number =>
  a.createdAt - b.createdAt || rankOf(a.body) - rankOf(b.body) || (a.id < b.id ? -1 : 1);

/** Of two within one tick of the provider's clock, the one further on in life came later. */
const RANK: Readonly<Record<ChargeEvent['kind'], number>> = {
  'charge-declined': 0,
  'charge-abandoned': 1,
  'charge-captured': 2,
  'charge-refunded': 3,
  'dispute-opened': 4,
  'dispute-lost': 5,
  'dispute-won': 6,
};
const rankOf = ({ kind }: ChargeEvent): number => RANK[kind];

function outcomeOf(bodies: readonly ChargeEvent[]): Found {
  const captured = bodies.find(isOf('charge-captured'));
  if (captured) {
    const { reference, method, customer } = captured;
    return { ...UNKNOWN_CHARGE, outcome: 'captured', reference, method, customer };
  }
  const closed = bodies.findLast(isOf('charge-declined', 'charge-abandoned'));
  if (!closed) return UNKNOWN_CHARGE;
  const reason = closed.kind === 'charge-declined' ? closed.reason : 'abandoned';
  return { ...UNKNOWN_CHARGE, outcome: 'declined', reference: closed.reference, reason };
}

const STANDING = { 'dispute-opened': 'open', 'dispute-lost': 'lost', 'dispute-won': 'won' } as const;

type DisputeBody = Of<'dispute-opened' | 'dispute-won' | 'dispute-lost'>;

const isOfDispute = isOf('dispute-opened', 'dispute-won', 'dispute-lost');

function disputesIn(events: readonly Told[]): ChargeDispute[] {
  const told = events.flatMap(({ createdAt: at, body }) => (isOfDispute(body) ? [{ at, body }] : []));
  return [...Map.groupBy(told, ({ body }) => body.dispute)]
    .map(([id, news]) => disputeOf(id, news))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function disputeOf(
  id: string,
  news: readonly { readonly at: Instant; readonly body: DisputeBody }[],
): ChargeDispute {
  const last = news.reduce((a, b) => (rankOf(b.body) > rankOf(a.body) ? b : a));
  return {
    id,
    status: STANDING[last.body.kind],
    amountMinor: last.body.amountMinor,
    reason: news.find(({ body }) => body.reason !== null)?.body.reason ?? null,
    at: last.at,
  };
}
