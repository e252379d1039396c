import { FakeBook } from '../../fakes/stripe/book.ts';
import { paramsOf } from '../../fakes/stripe/form.ts';
import type { Placement } from '../../fakes/stripe/objects.ts';
import { createRefund, createSession, findSession } from '../../fakes/stripe/payments.ts';
import type { FakeEvent } from '../../fakes/stripe/records.ts';
import { cycle, end, paySubscription } from '../../fakes/stripe/subscriptions.ts';

const DAY = 86_400_000;

/** A life of a subscription at the synthetic Stripe: its events in the order in which they happened. */
export interface Life {
  readonly book: FakeBook;
  /** Checkout completed, created (incomplete), paid, active, paid again, failed, past due, refunded, deleted. */
  readonly nine: readonly FakeEvent[];
  /** Of these, without the failure and the refund. */
  readonly six: readonly FakeEvent[];
}

/** The account in the events; `relabelled` puts another one in its place. */
const ACCOUNT = '01a00000-0000-7000-8000-0000000000aa';

export function liveALife(planId: string, startsAt: number, placement: Placement): Life {
  let now = startsAt;
  const book = new FakeBook(() => now);
  book.placement = placement;
  const metadata = `[account_id]=${ACCOUNT}&metadata[plan_id]=${planId}&metadata[terms_version]=1`;
  const session = createSession(
    book,
    paramsOf(
      `mode=subscription&success_url=x&line_items[0][price_data][unit_amount]=999&line_items[0][price_data][currency]=usd` +
        `&line_items[0][price_data][recurring][interval]=month&metadata${metadata}` +
        `&subscription_data[metadata]${metadata.replaceAll('&metadata', '&subscription_data[metadata]')}`,
    ),
  );
  const at = paySubscription(book, findSession(book, String(session['id'])), {
    onSession: 'ok',
    offSession: 'ok',
  });
  now = at.periodEnd * 1000;
  cycle(book, at);
  const card = book.methods.get(at.method);
  if (card) card.behaviour = { onSession: 'ok', offSession: 'declined' };
  now = at.periodEnd * 1000;
  cycle(book, at);
  now += DAY;
  const [first] = [...book.invoices.values()];
  createRefund(book, paramsOf(`payment_intent=${first?.intent ?? ''}&amount=250`));
  now += DAY;
  end(book, at, 'payment_failed');
  return { book, ...chosen(book.events) };
}

function chosen(events: readonly FakeEvent[]): Pick<Life, 'nine' | 'six'> {
  const of = (type: string, status?: string): FakeEvent[] =>
    events.filter(
      (event) => event.type === type && (status === undefined || event.data.object['status'] === status),
    );
  const [paidFirst, paidAgain] = of('invoice.paid');
  const [active] = of('customer.subscription.updated', 'active');
  const [pastDue] = of('customer.subscription.updated', 'past_due');
  const ordered = [
    ...of('checkout.session.completed'),
    ...of('customer.subscription.created'),
    paidFirst,
    active,
    paidAgain,
    ...of('invoice.payment_failed'),
    pastDue,
    ...of('charge.refunded'),
    ...of('customer.subscription.deleted'),
  ].filter((event) => event !== undefined);
  if (ordered.length !== 9) throw new Error(`a life of ${ordered.length} events`);
  const left = ['invoice.payment_failed', 'charge.refunded'];
  return { nine: ordered, six: ordered.filter((event) => !left.includes(event.type) && event !== pastDue) };
}

/** The same events of somebody else: every id carries the mark. */
export const relabelled = (events: readonly FakeEvent[], accountId: string, mark: string): FakeEvent[] =>
  JSON.parse(
    JSON.stringify(events)
      .replaceAll(/_fake(\d{6})/g, `_fake$1${mark}`)
      .replaceAll(ACCOUNT, accountId),
  ) as FakeEvent[];
