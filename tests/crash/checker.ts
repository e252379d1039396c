import type { Book, StoredEvent, StoredPayment } from './book.ts';
import type { Journal } from './journal.ts';

/** What the product shows over REST to one account. */
export interface Shown {
  readonly accountId: string;
  readonly payments: ReadonlyMap<string, string>;
  readonly endsAt: string | null;
}

/** Three sides of the same story, after the last restart and with nothing left under way. */
export interface Evidence {
  readonly journal: Journal;
  readonly book: Book;
  readonly shown: readonly Shown[];
}

const DAY_MS = 86_400_000;

type Law = (evidence: Evidence) => readonly string[];

/** The laws by name; each tells what breaks it, and nothing when it holds. */
const LAWS: Readonly<Record<string, Law>> = {
  'no answer was unexpected': ({ journal }) => journal.unexpected,
  'an acknowledged payment is stored': acknowledgedStored,
  'an acknowledged payment is shown': acknowledgedShown,
  'nothing is left under way': nothingOpen,
  'succeeded payments and captured charges are the same': onePaymentPerCharge,
  'nobody gave cause for a refund': ({ book }) =>
    book.refunds.map(({ paymentId, reason }) => `${paymentId}: ${reason}`),
  'a key is charged once': oneChargePerKey,
  'a paid term has its captured payment, and the other way round': termsArePaid,
  'a subscription lasts as many days as were paid': daysArePaid,
  'positions are not older than the last acknowledged': positionsKept,
  'what was owed is delivered': ({ book }) =>
    book.owed.map(({ id, eventId, error }) => `${id} for ${eventId}: ${error}`),
  'every event is mailed once': mailedOnce,
};

export const LAW_NAMES: readonly string[] = Object.keys(LAWS);

/** Every violation, named by its law; empty when all of them hold. */
export const violations = (evidence: Evidence): readonly string[] =>
  Object.entries(LAWS).flatMap(([law, check]) => check(evidence).map((what) => `${law}: ${what}`));

const isCaptured = ({ status }: StoredPayment): boolean => status === 'succeeded';

function acknowledgedStored({ journal, book }: Evidence): readonly string[] {
  const stored = new Map(book.payments.map((payment) => [payment.id, payment]));
  return journal.payments.flatMap(({ id, accountId, status, subscriptionEndAt }) => {
    const payment = stored.get(id);
    if (!payment) return [`${id} of ${accountId} is gone`];
    if (payment.status !== status) return [`${id} was ${status}, and is ${payment.status}`];
    const end = subscriptionEndAt === null ? null : Date.parse(subscriptionEndAt);
    return payment.subscriptionEndAt === end ? [] : [`${id} reached another end than was told`];
  });
}

function acknowledgedShown({ journal, shown }: Evidence): readonly string[] {
  const statuses = new Map(shown.flatMap(({ payments }) => [...payments]));
  return journal.payments.flatMap(({ id, status }) =>
    statuses.get(id) === status ? [] : [`${id} was ${status}, and is shown as ${statuses.get(id)}`],
  );
}

function nothingOpen({ book }: Evidence): readonly string[] {
  return book.payments
    .filter(({ status }) => status === 'pending' || status === 'requires_action')
    .map(({ id }) => id);
}

function onePaymentPerCharge({ book }: Evidence): readonly string[] {
  const captured = book.charges.filter(({ outcome }) => outcome === 'captured').map(({ key }) => key);
  const paid = book.payments.filter(isCaptured).map(({ gatewayKey }) => gatewayKey);
  return [
    ...without(captured, paid).map((key) => `${key} was charged for nothing`),
    ...without(paid, captured).map((key) => `${key} succeeded uncharged`),
    ...twice(captured).map((key) => `${key} was charged twice`),
    ...twice(paid).map((key) => `${key} succeeded twice`),
  ];
}

/** One acknowledged payment per key, and one captured one in the book. */
function oneChargePerKey({ journal, book }: Evidence): readonly string[] {
  const told = new Map<string, Set<string>>();
  for (const { key, id } of journal.payments) {
    if (key !== null) told.set(key, (told.get(key) ?? new Set()).add(id));
  }
  const paid = book.payments.filter(isCaptured).flatMap(({ requestKey }) => requestKey ?? []);
  return [
    ...[...told]
      .filter(([, ids]) => ids.size > 1)
      .map(([key]) => `${key} was answered with several payments`),
    ...twice(paid).map((key) => `${key} was paid twice`),
  ];
}

function termsArePaid({ book }: Evidence): readonly string[] {
  const paid = book.payments.filter(isCaptured);
  const paidIds = paid.map(({ id }) => id);
  const termIds = book.paidTerms.map(({ paymentId }) => paymentId);
  const subscriptionOf = new Map(
    book.paidTerms.map(({ paymentId, subscriptionId }) => [paymentId, subscriptionId]),
  );
  return [
    ...without(termIds, paidIds).map((id) => `${id} bought a term and is not captured`),
    ...without(paidIds, termIds).map((id) => `${id} is captured and bought no term`),
    ...twice(termIds).map((id) => `${id} bought two terms`),
    ...paid
      .filter(({ id, subscriptionId }) => subscriptionOf.has(id) && subscriptionOf.get(id) !== subscriptionId)
      .map(({ id }) => `${id} names another subscription than it paid`),
  ];
}

/** All plans of these tests last a day, and every purchase comes before the end of the one before it. */
function daysArePaid({ book, shown }: Evidence): readonly string[] {
  const ends = new Map(shown.map(({ accountId, endsAt }) => [accountId, endsAt]));
  return book.subscriptions.flatMap(({ id, accountId, startedAt, endsAt }) => {
    const payments = book.payments.filter((payment) => payment.subscriptionId === id && isCaptured(payment));
    const days = ((endsAt ?? 0) - (startedAt ?? 0)) / DAY_MS;
    const wrong =
      days === payments.length ? [] : [`${id} lasts ${days} days for ${payments.length} payments`];
    const steps = payments.map(
      ({ subscriptionEndAt }) => ((subscriptionEndAt ?? 0) - (startedAt ?? 0)) / DAY_MS,
    );
    if (new Set(steps).size !== steps.length) wrong.push(`two payments of ${id} reached the same end`);
    const end = ends.get(accountId);
    if (end === undefined || end === null || Date.parse(end) !== endsAt)
      wrong.push(`${id} is shown to end at ${end}`);
    return wrong;
  });
}

function positionsKept({ journal, book }: Evidence): readonly string[] {
  const streams = new Map(book.streams.map((stream) => [stream.id, stream]));
  const progress = new Map(book.progress.map((each) => [`${each.accountId} ${each.titleId}`, each]));
  return journal.beats.flatMap(({ streamId, accountId, titleId, seq, positionSeconds }) => {
    const stream = streams.get(streamId);
    const place = progress.get(`${accountId} ${titleId}`);
    return [
      ...(stream && stream.seq >= seq && stream.positionSeconds >= positionSeconds
        ? []
        : [`stream ${streamId} fell back from ${positionSeconds} to ${stream?.positionSeconds}`]),
      ...(place && place.positionSeconds >= positionSeconds
        ? []
        : [`${accountId} fell back from ${positionSeconds} to ${place?.positionSeconds}`]),
    ];
  });
}

const MAIL_OF: Readonly<Record<string, string>> = {
  'billing.payment-succeeded': 'receipt',
  'billing.payment-failed': 'payment-failed',
  'subscriptions.started': 'subscription-started',
  'subscriptions.renewed': 'subscription-renewed',
};

const mailKey = ({ type, id }: StoredEvent): string => `${MAIL_OF[type]}.${id}`;

/** A receipt for each payment, one sent notice and one file for each event, and no mail without its event. */
function mailedOnce({ book }: Evidence): readonly string[] {
  const keys = book.events.map(mailKey);
  const sent = book.notices.filter(({ sentAt }) => sentAt !== null).map(({ key }) => key);
  const files = book.mails.map((name) => name.replace(/\.eml$/, ''));
  const receipts = book.events.filter(({ type }) => type === 'billing.payment-succeeded');
  const receiptsOf = receipts.map(({ subjectId }) => subjectId);
  const paid = book.payments.filter(isCaptured).map(({ id }) => id);
  return [
    ...without(paid, receiptsOf).map((id) => `payment ${id} has no receipt`),
    ...without(receiptsOf, paid).map((id) => `${id} has a receipt and was not paid`),
    ...twice(receiptsOf).map((id) => `payment ${id} has two receipts`),
    ...without(keys, sent).map((key) => `${key} was not sent`),
    ...without(keys, files).map((key) => `${key} is in no file`),
    ...without(files, keys).map((key) => `${key} is a mail for nothing`),
    ...twice(sent).map((key) => `${key} was sent twice`),
  ];
}

function without(all: readonly string[], some: readonly string[]): readonly string[] {
  const known = new Set(some);
  return all.filter((each) => !known.has(each));
}

function twice(all: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return all.filter((each) => seen.size === seen.add(each).size);
}
