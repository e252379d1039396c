import { does, sees, turns, type Scenario } from './scenario.ts';
import { buys, NEARED, PAID, switchesOn } from './words.ts';

const DAYS = { days: { validity_days: 30 } };
const TWO = { small: { validity_days: 30, price: '10.00' }, large: { validity_days: 30, price: '20.00' } };

const change = (plan: string, when: string, more: Readonly<Record<string, unknown>> = {}) => ({
  body: { plan_id: `{plan:${plan}}`, when, ...more },
});
const CHANGED = ['subscriptions.changed', 'billing.payment-succeeded'];

/** Cancelling, pausing, changing: at once or at the end, and thought better of. */
export const WISHES: readonly Scenario[] = [
  {
    name: 'a cancellation is taken back, made again, and comes at the end',
    from: '06-01',
    plans: DAYS,
    acts: [
      buys('days'),
      does('POST /subscriptions/cancel', {}, ['subscriptions.cancellation-requested']),
      does('POST /subscriptions/cancel', {}),
      does('POST /subscriptions/resume', {}, ['subscriptions.cancellation-withdrawn']),
      does('POST /subscriptions/resume', { answer: 'subscriptions.nothing-to-resume' }),
      does('POST /subscriptions/cancel', {}, ['subscriptions.cancellation-requested']),
      turns('07-02', [`06-24 ${NEARED}`, `06-30 ${NEARED}`, '07-01 subscriptions.canceled']),
    ],
  },
  {
    name: 'renewing clears a pending cancellation',
    from: '06-01',
    plans: DAYS,
    acts: [
      buys('days'),
      does('POST /subscriptions/cancel', {}, ['subscriptions.cancellation-requested']),
      does('POST /subscriptions/renew', {}, ['subscriptions.renewed', 'billing.payment-succeeded']),
      sees({ cancel_at_period_end: false, ends_at: '07-31' }),
    ],
  },
  {
    name: 'a cancellation wins over automatic renewal',
    from: '06-01',
    plans: DAYS,
    acts: [
      buys('days'),
      switchesOn,
      does('POST /subscriptions/cancel', {}, ['subscriptions.cancellation-requested']),
      turns('07-10', [`06-24 ${NEARED}`, `06-30 ${NEARED}`, '07-01 subscriptions.canceled']),
    ],
  },
  {
    name: 'a pause keeps the days that are left until its return date',
    from: '06-01',
    plans: DAYS,
    acts: [
      buys('days'),
      turns('06-11'),
      does('POST /subscriptions/pause', { body: { at: 'now', resumes_at: '{+10d}' } }, [
        'subscriptions.paused',
      ]),
      sees({ active: false, status: 'paused' }),
      does('POST /subscriptions/renew', { answer: 'subscriptions.not-renewable' }),
      turns('06-22', ['06-21 subscriptions.resumed']),
      sees({ active: true, status: 'active', ends_at: '07-11' }),
      turns('07-12', [`07-04 ${NEARED}`, `07-10 ${NEARED}`, '07-11 subscriptions.expired']),
    ],
  },
  {
    name: 'a pause at the end needs automatic renewal, and resuming then charges first',
    from: '06-01',
    plans: DAYS,
    acts: [
      buys('days'),
      does('POST /subscriptions/pause', {
        body: { at: 'period_end' },
        answer: 'subscriptions.needs-auto-renew',
      }),
      switchesOn,
      does('POST /subscriptions/pause', { body: { at: 'period_end' } }, ['subscriptions.pause-requested']),
      sees({ pause_at_period_end: true }),
      turns('08-01', [`06-24 ${NEARED}`, `06-30 ${NEARED}`, '07-01 subscriptions.paused']),
      sees({ active: false, status: 'paused' }),
      does('POST /subscriptions/resume', {}, ['subscriptions.resumed', 'billing.payment-succeeded']),
      sees({ active: true, status: 'active', ends_at: '08-31' }),
    ],
  },
  {
    name: 'a pause at the end with a return date is charged for on that day',
    from: '06-01',
    plans: DAYS,
    acts: [
      buys('days'),
      switchesOn,
      does('POST /subscriptions/pause', { body: { at: 'period_end', resumes_at: '{+44d}' } }, [
        'subscriptions.pause-requested',
      ]),
      turns('07-16', [
        `06-24 ${NEARED}`,
        `06-30 ${NEARED}`,
        '07-01 subscriptions.paused',
        '07-15 subscriptions.resumed',
        '07-15 billing.payment-succeeded',
      ]),
      sees({ active: true, status: 'active', ends_at: '08-14' }),
    ],
  },
  {
    name: 'a pause with a return date is not charged for once automatic renewal is off',
    from: '06-01',
    plans: DAYS,
    acts: [
      buys('days'),
      switchesOn,
      does('POST /subscriptions/pause', { body: { at: 'period_end', resumes_at: '{+44d}' } }, [
        'subscriptions.pause-requested',
      ]),
      turns('07-02', [`06-24 ${NEARED}`, `06-30 ${NEARED}`, '07-01 subscriptions.paused']),
      does('PATCH /subscriptions/my', { body: { auto_renew: false } }, ['subscriptions.auto-renew-unset']),
      turns('08-01'),
      sees({ active: false, status: 'paused' }),
      does('POST /subscriptions/resume', {}, ['subscriptions.resumed', 'billing.payment-succeeded']),
      sees({ active: true, status: 'active' }),
    ],
  },
  {
    name: 'a change now of the same validity keeps the period, and a second one in it too',
    from: '06-01',
    plans: TWO,
    acts: [
      buys('small'),
      turns('06-11'),
      does('POST /subscriptions/change', change('large', 'now'), CHANGED),
      sees({ ends_at: '07-01' }),
      turns('06-21'),
      does('POST /subscriptions/change', change('small', 'now'), CHANGED),
      sees({ ends_at: '07-01' }),
      turns('07-02', [`06-24 ${NEARED}`, `06-30 ${NEARED}`, '07-01 subscriptions.expired']),
    ],
  },
  {
    name: 'from a year to a month: what is unused pays the months that follow',
    from: '01-01 common',
    plans: { yearly: { validity_months: 12, price: '120.00' }, monthly: { price: '10.00' } },
    acts: [
      buys('yearly'),
      switchesOn,
      turns('07-01'),
      does('POST /subscriptions/change', change('monthly', 'now'), CHANGED),
      sees({ ends_at: '08-01' }),
      turns('09-02', [
        ...[`07-25 ${NEARED}`, `07-31 ${NEARED}`, ...PAID('08-01')],
        ...[`08-25 ${NEARED}`, `08-31 ${NEARED}`, ...PAID('09-01')],
      ]),
    ],
  },
  {
    name: 'a change at the end needs automatic renewal, and comes with the next term',
    from: '06-01',
    plans: TWO,
    acts: [
      buys('small'),
      does('POST /subscriptions/change', {
        ...change('large', 'period_end'),
        answer: 'subscriptions.needs-auto-renew',
      }),
      switchesOn,
      does('POST /subscriptions/change', change('large', 'period_end'), ['subscriptions.change-scheduled']),
      turns('07-02', [`06-24 ${NEARED}`, `06-30 ${NEARED}`, '07-01 subscriptions.changed', ...PAID('07-01')]),
      sees({ status: 'active', ends_at: '07-31', scheduled_change: null }),
    ],
  },
  {
    name: 'a change at the end is withdrawn by choosing the present plan',
    from: '06-01',
    plans: TWO,
    acts: [
      buys('small'),
      switchesOn,
      does('POST /subscriptions/change', change('large', 'period_end'), ['subscriptions.change-scheduled']),
      does('POST /subscriptions/change', change('small', 'period_end'), ['subscriptions.change-withdrawn']),
      turns('07-02', [`06-24 ${NEARED}`, `06-30 ${NEARED}`, ...PAID('07-01')]),
    ],
  },
  {
    name: 'a preview changes nothing',
    from: '06-01',
    plans: TWO,
    acts: [
      buys('small'),
      does('POST /subscriptions/change', change('large', 'now', { preview: true })),
      turns('07-02', [`06-24 ${NEARED}`, `06-30 ${NEARED}`, '07-01 subscriptions.expired']),
    ],
  },
];
