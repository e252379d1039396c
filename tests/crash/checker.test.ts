import { expect } from 'chai';
import type { Book } from './book.ts';
import { LAW_NAMES, violations, type Evidence } from './checker.ts';
import type { AcknowledgedPayment } from './journal.ts';

const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 31, 12);

const acknowledged: AcknowledgedPayment = {
  id: 'p2',
  accountId: 'ann',
  key: 'order-2',
  status: 'succeeded',
  subscriptionEndAt: new Date(START + 2 * DAY).toISOString(),
};

const payment = (day: number, requestKey: string | null): Book['payments'][number] => ({
  id: `p${day}`,
  accountId: 'ann',
  status: 'succeeded',
  gatewayKey: `usher-p${day}`,
  requestKey,
  subscriptionId: 'sub',
  subscriptionEndAt: START + day * DAY,
});

const captured = (day: number): Book['charges'][number] => ({
  key: `usher-p${day}`,
  accountId: 'ann',
  outcome: 'captured',
});

/** Two days, bought and paid, mailed and watched. */
const whole: Evidence = {
  journal: {
    payments: [acknowledged],
    beats: [{ accountId: 'ann', streamId: 'stream', titleId: 'title', seq: 7, positionSeconds: 7 }],
    unexpected: [],
    interrupted: 1,
  },
  book: {
    payments: [payment(1, null), payment(2, 'order-2')],
    charges: [captured(1), captured(2)],
    refunds: [],
    subscriptions: [{ id: 'sub', accountId: 'ann', startedAt: START, endsAt: START + 2 * DAY }],
    paidTerms: [
      { paymentId: 'p1', subscriptionId: 'sub' },
      { paymentId: 'p2', subscriptionId: 'sub' },
    ],
    events: [
      { id: 'e1', type: 'billing.payment-succeeded', subjectId: 'p1' },
      { id: 'e2', type: 'billing.payment-succeeded', subjectId: 'p2' },
      { id: 'e3', type: 'subscriptions.renewed', subjectId: 'sub' },
    ],
    owed: [],
    notices: ['receipt.e1', 'receipt.e2', 'subscription-renewed.e3'].map((key) => ({ key, sentAt: START })),
    mails: ['receipt.e1.eml', 'receipt.e2.eml', 'subscription-renewed.e3.eml'],
    streams: [{ id: 'stream', seq: 8, positionSeconds: 8 }],
    progress: [{ accountId: 'ann', titleId: 'title', positionSeconds: 8 }],
  },
  shown: [
    {
      accountId: 'ann',
      payments: new Map([
        ['p1', 'succeeded'],
        ['p2', 'succeeded'],
      ]),
      endsAt: new Date(START + 2 * DAY).toISOString(),
    },
  ],
};

const stored = (change: Partial<Book>): Evidence => ({ ...whole, book: { ...whole.book, ...change } });
const told = (change: Partial<Evidence['journal']>): Evidence => ({
  ...whole,
  journal: { ...whole.journal, ...change },
});
const { book } = whole;

/** What is planted, and the law that must see it. */
const PLANTED: readonly (readonly [what: string, law: string, evidence: Evidence])[] = [
  ['a 500', 'no answer was unexpected', told({ unexpected: ['purchase: 500'] })],
  [
    'an acknowledged row that is gone',
    'an acknowledged payment is stored',
    stored({ payments: book.payments.slice(0, 1) }),
  ],
  [
    'one more acknowledged payment',
    'an acknowledged payment is stored',
    told({ payments: [acknowledged, { ...acknowledged, id: 'p3', key: null }] }),
  ],
  [
    'another end than was told',
    'an acknowledged payment is stored',
    told({ payments: [{ ...acknowledged, subscriptionEndAt: new Date(START).toISOString() }] }),
  ],
  [
    'a payment that REST does not show',
    'an acknowledged payment is shown',
    { ...whole, shown: [{ accountId: 'ann', payments: new Map(), endsAt: whole.shown[0]?.endsAt ?? null }] },
  ],
  [
    'a purchase left under way',
    'nothing is left under way',
    stored({ payments: [...book.payments, { ...payment(3, null), status: 'pending' }] }),
  ],
  [
    'a charge that bought nothing',
    'succeeded payments and captured charges are the same',
    stored({ charges: [...book.charges, captured(3)] }),
  ],
  [
    'a payment that was never charged',
    'succeeded payments and captured charges are the same',
    stored({ charges: book.charges.slice(1) }),
  ],
  [
    'a refund',
    'nobody gave cause for a refund',
    stored({ refunds: [{ paymentId: 'p1', reason: 'billing.payment-late' }] }),
  ],
  [
    'two payments under one key',
    'a key is charged once',
    stored({ payments: [payment(1, 'order-2'), payment(2, 'order-2')] }),
  ],
  [
    'two answers to one key',
    'a key is charged once',
    told({ payments: [acknowledged, { ...acknowledged, id: 'p1' }] }),
  ],
  [
    'a term without its payment',
    'a paid term has its captured payment, and the other way round',
    stored({ paidTerms: [...book.paidTerms, { paymentId: 'p3', subscriptionId: 'sub' }] }),
  ],
  [
    'a payment without its term',
    'a paid term has its captured payment, and the other way round',
    stored({ paidTerms: book.paidTerms.slice(1) }),
  ],
  [
    'a day too many',
    'a subscription lasts as many days as were paid',
    stored({
      subscriptions: [{ id: 'sub', accountId: 'ann', startedAt: START - DAY, endsAt: START + 2 * DAY }],
    }),
  ],
  [
    'two payments that reached the same end',
    'a subscription lasts as many days as were paid',
    stored({
      payments: [{ ...payment(1, null), subscriptionEndAt: START + 2 * DAY }, payment(2, 'order-2')],
    }),
  ],
  [
    'a stream that fell back',
    'positions are not older than the last acknowledged',
    stored({ streams: [{ id: 'stream', seq: 6, positionSeconds: 6 }] }),
  ],
  [
    'a position that fell back',
    'positions are not older than the last acknowledged',
    stored({ progress: [{ accountId: 'ann', titleId: 'title', positionSeconds: 6 }] }),
  ],
  [
    'a delivery that is still owed',
    'what was owed is delivered',
    stored({ owed: [{ id: 'd', eventId: 'e2', error: null }] }),
  ],
  ['a receipt that was not written', 'every event is mailed once', stored({ mails: book.mails.slice(1) })],
  ['a receipt too many', 'every event is mailed once', stored({ mails: [...book.mails, 'receipt.e9.eml'] })],
  [
    'two receipts for one payment',
    'every event is mailed once',
    stored({ events: [...book.events, { id: 'e4', type: 'billing.payment-succeeded', subjectId: 'p2' }] }),
  ],
  ['a payment without an event', 'every event is mailed once', stored({ events: book.events.slice(1) })],
];

describe('the checker of crashes', () => {
  it('finds nothing where everything is whole', () => {
    expect(violations(whole)).to.deep.equal([]);
  });

  for (const [what, law, evidence] of PLANTED) {
    it(`sees ${what}`, () => {
      expect(violations(evidence).some((violation) => violation.startsWith(`${law}: `))).to.equal(true);
    });
  }

  it('has each of its laws broken here once', () => {
    expect([...new Set(PLANTED.map(([, law]) => law))].sort()).to.deep.equal([...LAW_NAMES].sort());
  });
});
