import { does, sees, turns, type Scenario } from './scenario.ts';
import { buys, FAILED, NEARED, PAID, switchesOn } from './words.ts';

/** How long a term is, on every calendar there is. */
export const TERMS: readonly Scenario[] = [
  {
    name: 'a month bought on 31 January ends with a short February',
    from: '01-31 common',
    plans: { monthly: {} },
    acts: [
      buys('monthly'),
      sees({ active: true, status: 'active', ends_at: '02-28', days_left: 28 }),
      turns('03-01', [`02-21 ${NEARED}`, `02-27 ${NEARED}`, '02-28 subscriptions.expired']),
      sees({ active: false, status: 'expired', days_left: 0 }),
    ],
  },
  {
    name: 'a month bought on 31 January of a leap year ends on the 29th',
    from: '01-31 leap',
    plans: { monthly: {} },
    acts: [
      buys('monthly'),
      turns('03-01', [`02-22 ${NEARED}`, `02-28 ${NEARED}`, '02-29 subscriptions.expired']),
    ],
  },
  {
    name: 'months are counted from the anchor: a short February does not shorten March',
    from: '01-31 common',
    plans: { monthly: {} },
    acts: [
      buys('monthly'),
      switchesOn,
      turns('05-01', [
        ...[`02-21 ${NEARED}`, `02-27 ${NEARED}`, ...PAID('02-28')],
        ...[`03-24 ${NEARED}`, `03-30 ${NEARED}`, ...PAID('03-31')],
        ...[`04-23 ${NEARED}`, `04-29 ${NEARED}`, ...PAID('04-30')],
      ]),
      sees({ status: 'active', ends_at: '05-31' }),
    ],
  },
  {
    name: 'a year bought on 29 February ends on the 28th, and on the 29th when there is one again',
    from: '02-29',
    plans: { yearly: { validity_months: 12, price: '99.00' } },
    acts: [
      buys('yearly'),
      switchesOn,
      turns('P1Y1D', [`02-21 ${NEARED}`, `02-27 ${NEARED}`, ...PAID('02-28')]),
      turns('P1Y', [`02-21 ${NEARED}`, `02-27 ${NEARED}`, ...PAID('02-28')]),
      turns('P1Y', [`02-21 ${NEARED}`, `02-27 ${NEARED}`, ...PAID('02-28')]),
      sees({ ends_at: '02-29' }),
    ],
  },
  {
    name: 'days are of 86,400 seconds, whatever the clocks of the land do in March',
    from: '03-01',
    plans: { days: { validity_days: 30 } },
    acts: [
      buys('days'),
      sees({ ends_at: '03-31', days_left: 30 }),
      turns('04-01', [`03-24 ${NEARED}`, `03-30 ${NEARED}`, '03-31 subscriptions.expired']),
    ],
  },
  {
    name: 'a plan of three days has one reminder only',
    from: '06-01',
    plans: { short: { validity_days: 3 } },
    acts: [buys('short'), turns('06-10', [`06-03 ${NEARED}`, '06-04 subscriptions.expired'])],
  },
  {
    name: 'a renewal is taken from thirty days before the end, and extends from the end',
    from: '01-01',
    plans: { quarter: { validity_days: 90 } },
    acts: [
      buys('quarter'),
      does('POST /subscriptions/renew', { answer: 'subscriptions.renewal-too-early' }),
      turns('P59DT23H'),
      does('POST /subscriptions/renew', { answer: 'subscriptions.renewal-too-early' }),
      turns('PT1H1S'),
      does('POST /subscriptions/renew', {}, ['subscriptions.renewed', 'billing.payment-succeeded']),
      sees({ days_left: 120 }),
      does('POST /subscriptions/renew', { answer: 'subscriptions.renewal-too-early' }),
    ],
  },
  {
    name: 'a second after the end there is nothing to renew, and buying again starts anew',
    from: '06-01',
    plans: { days: { validity_days: 30 } },
    acts: [
      buys('days'),
      turns('P29DT23H59M50S', [`06-24 ${NEARED}`, `06-30 ${NEARED}`]),
      sees({ active: true, days_left: 1 }),
      turns('PT11S', ['07-01 subscriptions.expired']),
      does('POST /subscriptions/renew', { answer: 'subscriptions.no-current' }),
      buys('days'),
      sees({ active: true, status: 'active', days_left: 30 }),
    ],
  },
  {
    name: 'three periods missed while nobody was at work are caught up one by one',
    from: '06-15',
    plans: { monthly: {} },
    acts: [
      buys('monthly'),
      switchesOn,
      { kind: 'sleeps', for: 'P3M1D' },
      turns('PT0S', [...PAID('09-16'), ...PAID('09-16'), ...PAID('09-16')]),
      sees({ active: true, status: 'active', ends_at: '10-15' }),
    ],
  },
  {
    name: 'a free plan renews itself without a gateway',
    from: '06-01',
    plans: { free: { price: '0.00', validity_days: 10, access_level: 'basic' } },
    acts: [buys('free'), switchesOn, turns('P11D', [`06-04 ${NEARED}`, `06-10 ${NEARED}`, ...PAID('06-11')])],
  },
  {
    name: 'a scheduled start is reached by itself',
    from: '06-01',
    plans: { days: { validity_days: 30 } },
    acts: [
      does('POST /subscriptions', { body: { plan_id: '{plan:days}', starts_at: '{+10d}' }, answer: 201 }, [
        'subscriptions.scheduled',
        'billing.payment-succeeded',
      ]),
      sees({ active: false, status: 'scheduled' }),
      does('POST /subscriptions/renew', { answer: 'subscriptions.not-renewable' }),
      does('POST /subscriptions/pause', { body: { at: 'now' }, answer: 'subscriptions.not-pausable' }),
      turns('P11D', ['06-11 subscriptions.start-reached']),
      sees({ active: true, status: 'active', ends_at: '07-11' }),
    ],
  },
  {
    name: 'a scheduled start that is cancelled goes back in full',
    from: '06-01',
    plans: { days: { validity_days: 30 } },
    acts: [
      does('POST /subscriptions', { body: { plan_id: '{plan:days}', starts_at: '{+10d}' }, answer: 201 }, [
        'subscriptions.scheduled',
        'billing.payment-succeeded',
      ]),
      does('POST /subscriptions/cancel', { body: { at: 'now' } }, [
        'subscriptions.canceled',
        'billing.refund-requested',
        'billing.refunded',
      ]),
      turns('P20D'),
    ],
  },
];

/** What falls due on a purchase that its payer never finished. */
export const UNFINISHED: readonly Scenario[] = [
  {
    name: 'a purchase that waits for its payer is over after 23 hours',
    from: '06-01',
    plans: { monthly: {} },
    acts: [
      does(
        'POST /payments',
        { body: { plan_id: '{plan:monthly}', payment_method: 'pm_requires_action' }, answer: 201 },
        ['subscriptions.payment-awaited'],
      ),
      sees({ active: false, status: 'incomplete' }),
      turns('P2D', ['06-02 subscriptions.expired', `06-02 ${FAILED}`]),
      buys('monthly'),
    ],
  },
  {
    name: 'buying again supersedes a purchase that waits for its payer',
    from: '06-01',
    plans: { monthly: {}, yearly: { validity_months: 12, price: '99.00' } },
    acts: [
      does(
        'POST /payments',
        { body: { plan_id: '{plan:monthly}', payment_method: 'pm_requires_action' }, answer: 201 },
        ['subscriptions.payment-awaited'],
      ),
      turns('PT1M'),
      does('POST /payments', { body: { plan_id: '{plan:yearly}' }, answer: 201 }, [
        'subscriptions.expired',
        FAILED,
        'subscriptions.started',
        'billing.payment-succeeded',
      ]),
      turns('P2D'),
      sees({ active: true, status: 'active' }),
    ],
  },
];
