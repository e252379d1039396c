import type { Instant } from '../kernel/instant.ts';
import type {
  Observed,
  ProviderObservation,
  ProviderOrder,
  ProviderRefund,
  ProviderStatus,
} from './provider-observation.ts';

/** An invoice of the provider's that was paid. */
export interface ProviderPayment {
  readonly invoice: string;
  readonly charge: string | null;
  readonly amountMinor: number;
  readonly currency: string;
  readonly start: Instant;
  readonly end: Instant;
  readonly paidAt: Instant;
  /** It paid for the beginning, not for a renewal. */
  readonly isFirst: boolean;
  /** Given back in all. */
  readonly refundedMinor: number;
}

/** What all that a provider ever told of one subscription comes to. */
export interface ProviderLife {
  readonly id: string;
  readonly customer: string;
  readonly order: ProviderOrder | null;
  readonly status: 'incomplete' | 'trialing' | 'active' | 'past_due' | 'paused' | 'canceled' | 'expired';
  readonly startedAt: Instant | null;
  readonly anchor: Instant | null;
  /** Until when it was paid for; of a trial, and where no invoice is known, what the provider says. */
  readonly endsAt: Instant | null;
  readonly cancelAtPeriodEnd: boolean;
  readonly endedAt: Instant | null;
  /** When the provider first spoke of it. */
  readonly since: Instant;
  readonly payments: readonly ProviderPayment[];
  /** When the provider said what about a pending cancellation. */
  readonly cancelWords: readonly { readonly at: Instant; readonly cancelAtPeriodEnd: boolean }[];
}

type Word<K extends ProviderObservation['kind']> = Observed<Extract<ProviderObservation, { kind: K }>>;
type Change = Word<'subscription-changed'>;

/** Of two changes within one second (Stripe counts no finer) the one further on in life holds. */
const RANK: Readonly<Record<ProviderStatus, number>> = {
  incomplete: 0,
  trialing: 1,
  active: 2,
  past_due: 3,
  unpaid: 4,
  paused: 5,
  incomplete_expired: 6,
  canceled: 7,
};

const isOver = (status: ProviderStatus): boolean => status === 'canceled' || status === 'incomplete_expired';

/**
 * The lives of all subscriptions that the observations speak of, the oldest first. A function of the set: order
 * and repetition change nothing. An end is never undone by whatever is told beside it (laravel/cashier-stripe
 * #1201, #1759: an update that overtook the creation, or came behind the deletion, was taken for the newest).
 */
export function livesOf(observed: readonly Observed[]): readonly ProviderLife[] {
  const refunds = observed.filter((it): it is Observed<ProviderRefund> => it.body.kind === 'charge-refunded');
  const words = observed.filter(
    (it): it is Observed<ProviderObservation> => it.body.kind !== 'charge-refunded',
  );
  const bySubscription = Map.groupBy(words, ({ body }) => body.subscription);
  return [...bySubscription]
    .map(([id, own]) => lifeOf(id, own, refunds))
    .sort((a, b) => a.since - b.since || (a.id < b.id ? -1 : 1));
}

function lifeOf(
  id: string,
  words: readonly Observed<ProviderObservation>[],
  refunds: readonly Observed<ProviderRefund>[],
): ProviderLife {
  const changes = words.filter((word): word is Change => word.body.kind === 'subscription-changed');
  const ends = changes.filter(({ body }) => isOver(body.status));
  const last = newest(ends.length > 0 ? ends : changes);
  const payments = paymentsOf(words, refunds);
  const started = earliest(payments.map(({ start }) => start));
  return {
    id,
    customer: words[0]?.body.customer ?? '',
    order: [...words].sort(inOrder).find(({ body }) => body.order !== null)?.body.order ?? null,
    status: statusOf(last?.body, payments),
    startedAt: last?.body.startedAt ?? started,
    anchor: last?.body.anchor ?? started,
    endsAt: endOf(last?.body, payments),
    cancelAtPeriodEnd: last?.body.cancelAtPeriodEnd ?? false,
    endedAt: last && isOver(last.body.status) ? (last.body.endedAt ?? last.createdAt) : null,
    since: earliest(words.map(({ createdAt }) => createdAt)) ?? (0 as Instant),
    payments,
    cancelWords: changes.map(({ createdAt: at, body: { cancelAtPeriodEnd } }) => ({ at, cancelAtPeriodEnd })),
  };
}

const inOrder = (a: Observed<unknown>, b: Observed<unknown>): number =>
  a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1);

function newest(changes: readonly Change[]): Change | undefined {
  const rank = ({ body }: Change): number => RANK[body.status];
  return [...changes].sort((a, b) => a.createdAt - b.createdAt || rank(a) - rank(b) || inOrder(a, b)).at(-1);
}

function earliest(instants: readonly Instant[]): Instant | null {
  const [first] = [...instants].sort((a, b) => a - b);
  return first ?? null;
}

/** Paid counts, also while the provider's own word for it is still on its way. */
function statusOf(
  last: Change['body'] | undefined,
  payments: readonly ProviderPayment[],
): ProviderLife['status'] {
  if (!last || last.status === 'incomplete') return payments.length > 0 ? 'active' : 'incomplete';
  switch (last.status) {
    case 'incomplete_expired':
      return 'expired';
    case 'canceled':
      return last.endedUnpaid ? 'expired' : 'canceled';
    // Its retries are over and it may still be paid: access ends with the grace.
    case 'unpaid':
      return 'past_due';
    case 'trialing':
    case 'active':
    case 'past_due':
    case 'paused':
      return last.status;
  }
}

/**
 * Paid time, not the provider's period: that one begins with a debt. A trial has paid nothing, and a debt
 * without a paid invoice begins where its period does.
 */
function endOf(last: Change['body'] | undefined, payments: readonly ProviderPayment[]): Instant | null {
  if (last?.status === 'trialing') return last.periodEnd;
  const [latest] = payments.map(({ end }) => end).sort((a, b) => b - a);
  if (latest !== undefined) return latest;
  if (last?.status === 'past_due' || last?.status === 'unpaid') return last.periodStart;
  return last?.status === 'active' || last?.status === 'paused' ? last.periodEnd : null;
}

/** One per invoice, however often and by however many events it is told; by when they were paid. */
function paymentsOf(
  words: readonly Observed<ProviderObservation>[],
  refunds: readonly Observed<ProviderRefund>[],
): readonly ProviderPayment[] {
  const paid = words.filter((word): word is Word<'invoice-paid'> => word.body.kind === 'invoice-paid');
  const byInvoice = Map.groupBy(paid, ({ body }) => body.invoice);
  return [...byInvoice]
    .map(([invoice, told]) => {
      const [first, ...again] = [...told].sort(inOrder) as [Word<'invoice-paid'>, ...Word<'invoice-paid'>[]];
      const { amountMinor, currency, start, end, isFirst } = first.body;
      const charge = [first, ...again].find(({ body }) => body.charge !== null)?.body.charge ?? null;
      const backs = refunds.filter(
        ({ body }) => body.invoice === invoice || (charge !== null && body.reference === charge),
      );
      const refundedMinor = Math.max(0, ...backs.map(({ body }) => body.amountMinor));
      const paidAt = first.createdAt;
      return { invoice, charge, amountMinor, currency, start, end, paidAt, isFirst, refundedMinor };
    })
    .sort((a, b) => a.paidAt - b.paidAt || a.start - b.start || (a.invoice < b.invoice ? -1 : 1));
}
