import { does, type Deed } from './scenario.ts';

export const NEARED = 'subscriptions.end-neared';
export const FAILED = 'billing.payment-failed';

/** The events of a period that was paid, on a day. */
export const PAID = (day: string): readonly string[] => [
  `${day} subscriptions.renewed`,
  `${day} billing.payment-succeeded`,
];

/** The events of a renewal that failed and is tried again. */
export const UNPAID = (day: string): readonly string[] => [
  `${day} subscriptions.renewal-failed`,
  `${day} ${FAILED}`,
];

/** Buys a plan that starts at once; `{plan:…}` in a body is the id of the plan so called. */
export const buys = (plan: string): Deed =>
  does('POST /payments', { body: { plan_id: `{plan:${plan}}` }, answer: 201 }, [
    'subscriptions.started',
    'billing.payment-succeeded',
  ]);

/** Only a method that is to be charged again is kept, so it is named where renewal is switched on. */
export const switchesOn = does(
  'PATCH /subscriptions/my',
  { body: { auto_renew: true, payment_method: 'pm_ok' } },
  ['subscriptions.auto-renew-set'],
);

/** Automatic renewal on a card that declines whatever is charged without its holder. */
export const switchesOnBadly = does(
  'PATCH /subscriptions/my',
  { body: { auto_renew: true, payment_method: 'pm_ok_then_declined' } },
  ['subscriptions.auto-renew-set'],
);
