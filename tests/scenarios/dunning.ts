import { does, sees, turns, type Scenario } from './scenario.ts';
import { buys, FAILED, NEARED, PAID, switchesOnBadly, UNPAID } from './words.ts';

const PLANS = { days: { validity_days: 30, grace_days: 3 } };

/** Bought with a card that declines whatever comes after, and past due on the 30th day. */
const PAST_DUE = [
  buys('days'),
  switchesOnBadly,
  turns('07-02', [`06-24 ${NEARED}`, `06-30 ${NEARED}`, ...UNPAID('07-01')]),
  sees({ active: true, status: 'past_due', ends_at: '07-01' }),
] as const;

/** What follows a renewal that fails. */
export const DUNNING: readonly Scenario[] = [
  {
    name: 'a debt is collected after 2, 5, 7 and 7 days, and access ends with the grace',
    from: '06-01',
    plans: PLANS,
    acts: [
      ...PAST_DUE,
      turns('07-05', UNPAID('07-03')),
      sees({ active: false, status: 'past_due' }),
      turns('07-30', [
        ...UNPAID('07-08'),
        ...UNPAID('07-15'),
        '07-22 subscriptions.expired',
        `07-22 ${FAILED}`,
      ]),
      sees({ active: false, status: 'expired' }),
      turns('P60D'),
    ],
  },
  {
    name: 'cancelling while past due is always now, and ends collection',
    from: '06-01',
    plans: PLANS,
    acts: [
      ...PAST_DUE,
      does('POST /subscriptions/cancel', { body: { at: 'period_end' } }, ['subscriptions.canceled']),
      turns('P60D'),
      sees({ active: false, status: 'canceled' }),
    ],
  },
  {
    name: 'a debt paid within the grace extends from the old end',
    from: '06-01',
    plans: PLANS,
    acts: [
      ...PAST_DUE,
      does('POST /subscriptions/renew', { body: { payment_method: 'pm_ok' } }, [
        'subscriptions.renewed',
        'billing.payment-succeeded',
      ]),
      sees({ active: true, status: 'active', ends_at: '07-31' }),
    ],
  },
  {
    name: 'a debt paid after the grace starts a term of its own',
    from: '06-01',
    plans: PLANS,
    acts: [
      ...PAST_DUE,
      turns('07-06', UNPAID('07-03')),
      does('POST /payments', { body: { plan_id: '{plan:days}', payment_method: 'pm_ok' }, answer: 201 }, [
        'subscriptions.renewed',
        'billing.payment-succeeded',
      ]),
      sees({ active: true, status: 'active', ends_at: '08-05' }),
      turns('08-06', [`07-29 ${NEARED}`, `08-04 ${NEARED}`, ...PAID('08-05')]),
    ],
  },
  {
    name: 'automatic renewal switched off while past due: it ends with the grace, and nobody collects',
    from: '06-01',
    plans: PLANS,
    acts: [
      ...PAST_DUE,
      does('PATCH /subscriptions/my', { body: { auto_renew: false } }, ['subscriptions.auto-renew-unset']),
      turns('08-01', ['07-04 subscriptions.expired']),
    ],
  },
  {
    name: 'another plan, a change and a pause wait until the debt is paid',
    from: '06-01',
    plans: { ...PLANS, other: { price: '19.99' } },
    acts: [
      ...PAST_DUE,
      does('POST /payments', { body: { plan_id: '{plan:other}' }, answer: 'subscriptions.already-active' }),
      does('POST /subscriptions/change', {
        body: { plan_id: '{plan:other}', when: 'now' },
        answer: 'subscriptions.not-changeable',
      }),
      does('POST /subscriptions/pause', { body: { at: 'now' }, answer: 'subscriptions.not-pausable' }),
    ],
  },
  {
    name: 'a trial converts into a paid term that begins at its end',
    from: '06-01',
    plans: { trial: { validity_days: 30, trial_days: 10 } },
    acts: [
      does('POST /subscriptions', { body: { plan_id: '{plan:trial}', auto_renew: true }, answer: 201 }, [
        'subscriptions.trial-started',
      ]),
      sees({ active: true, status: 'trialing', ends_at: '06-11', auto_renew: true }),
      turns('06-12', [`06-04 ${NEARED}`, `06-10 ${NEARED}`, ...PAID('06-11')]),
      sees({ active: true, status: 'active', ends_at: '07-11' }),
    ],
  },
  {
    name: 'a trial without automatic renewal expires, and is had once',
    from: '06-01',
    plans: { trial: { validity_days: 30, trial_days: 7 } },
    acts: [
      does('POST /subscriptions', { body: { plan_id: '{plan:trial}' }, answer: 201 }, [
        'subscriptions.trial-started',
      ]),
      turns('06-09', [`06-07 ${NEARED}`, '06-08 subscriptions.expired']),
      does('POST /subscriptions', { body: { plan_id: '{plan:trial}' }, answer: 201 }, [
        'subscriptions.started',
        'billing.payment-succeeded',
      ]),
    ],
  },
  {
    name: 'a trial whose charge fails is past due, and cancelling it ends it',
    from: '06-01',
    plans: { trial: { validity_days: 30, trial_days: 7, grace_days: 1 } },
    acts: [
      does(
        'POST /subscriptions',
        {
          body: { plan_id: '{plan:trial}', auto_renew: true, payment_method: 'pm_declined' },
          answer: 201,
        },
        ['subscriptions.trial-started'],
      ),
      turns('06-09', [`06-07 ${NEARED}`, ...UNPAID('06-08')]),
      sees({ status: 'past_due' }),
      does('POST /subscriptions/cancel', {}, ['subscriptions.canceled']),
    ],
  },
  {
    name: 'a trial cancelled at its end is canceled there, and nothing is charged',
    from: '06-01',
    plans: { trial: { validity_days: 30, trial_days: 7 } },
    acts: [
      does('POST /subscriptions', { body: { plan_id: '{plan:trial}', auto_renew: true }, answer: 201 }, [
        'subscriptions.trial-started',
      ]),
      does('POST /subscriptions/cancel', {}, ['subscriptions.cancellation-requested']),
      sees({ active: true, cancel_at_period_end: true }),
      turns('06-20', [`06-07 ${NEARED}`, '06-08 subscriptions.canceled']),
    ],
  },
];
