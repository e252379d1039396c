import { expected } from '../../world/house.ts';
import type { Answer, Client } from '../../world/client.ts';
import { PAYING } from './paying.ts';
import type { Provocations, Provoke, Stage } from './stage.ts';

const year = (world: Stage['world'], days: number): string =>
  new Date(world.now() + days * 86_400_000).toISOString();

const subscribed = async (
  stage: Stage,
  more: object = {},
): Promise<{ readonly person: Client; readonly plan: string }> => {
  const [person, plan] = [await stage.person(), await stage.plan()];
  expected(await person.post('/subscriptions', { plan_id: plan, ...more }), 201);
  return { person, plan };
};

const change = (person: Client, plan: string, more: object = {}): Promise<Answer> =>
  person.post('/subscriptions/change', { plan_id: plan, when: 'now', ...more });

/** By somebody who has no subscription. */
const none = (path: string, method = 'POST', body: object = {}): Provoke => {
  return async ({ person }) => (await person()).send(method, path, { body });
};

const NO_CURRENT: Provocations = {
  'post /subscriptions/renew subscriptions.no-current': none('/subscriptions/renew'),
  'post /subscriptions/cancel subscriptions.no-current': none('/subscriptions/cancel'),
  'post /subscriptions/resume subscriptions.no-current': none('/subscriptions/resume'),
  'post /subscriptions/pause subscriptions.no-current': none('/subscriptions/pause'),
  'patch /subscriptions/my subscriptions.no-current': none('/subscriptions/my', 'PATCH', {
    auto_renew: true,
  }),
  'post /subscriptions/change subscriptions.no-current': async (stage) =>
    change(await stage.person(), await stage.plan()),
};

/** Where somebody else collects. */
const ELSEWHERE: Provocations = Object.fromEntries(
  Object.entries({
    'post /payments': async (person: Client) => {
      const { body } = await person.get('/subscriptions/my');
      return person.post('/payments', { plan_id: body['plan']?.['id'] });
    },
    'post /subscriptions/renew': (person: Client) => person.post('/subscriptions/renew'),
    'post /subscriptions/pause': (person: Client) => person.post('/subscriptions/pause'),
    'post /subscriptions/resume': (person: Client) => person.post('/subscriptions/resume'),
    'patch /subscriptions/my': (person: Client) => person.patch('/subscriptions/my', { auto_renew: false }),
  }).map(([route, ask]): [string, Provoke] => [
    `${route} subscriptions.collected-elsewhere`,
    async ({ atStripe }) => ask(await atStripe()),
  ]),
);

const CHANGING: Provocations = {
  'post /subscriptions/change subscriptions.not-changeable': async (stage) => {
    const { person } = await subscribed(stage);
    expected(await person.post('/subscriptions/pause', { at: 'now' }), 200);
    return change(person, await stage.plan());
  },
  'post /subscriptions/change subscriptions.same-plan': async (stage) => {
    const { person, plan } = await subscribed(stage);
    return change(person, plan);
  },
  'post /subscriptions/change subscriptions.currency-differs': async (stage) =>
    change((await subscribed(stage)).person, await stage.plan({ price: '500', currency: 'JPY' })),
  'post /subscriptions/change subscriptions.needs-auto-renew': async (stage) =>
    change((await subscribed(stage)).person, await stage.plan(), { when: 'period_end' }),
  'post /subscriptions/change subscriptions.plan-unavailable': async (stage) =>
    change((await subscribed(stage)).person, await stage.plan({ is_active: false })),
  'post /subscriptions/change subscriptions.proration-date': async (stage) =>
    change((await subscribed(stage)).person, await stage.plan(), {
      proration_date: year(stage.world, -1),
    }),
  'post /subscriptions/change subscriptions.changed-meanwhile': async (stage) => {
    const { person } = await subscribed(stage);
    stage.meanwhile(async () => expected(await person.patch('/subscriptions/my', { auto_renew: true }), 200));
    return change(person, await stage.plan({ price: '19.99' }));
  },
  'post /subscriptions/change subscriptions.collected-elsewhere': async ({ atStripe, stripe }) =>
    change(await atStripe(), await stripe.plan()),
};

const PAUSING: Provocations = {
  'post /subscriptions/pause subscriptions.not-pausable': async (stage) => {
    const { person } = await subscribed(stage, { plan_id: await stage.plan({ trial_days: 7 }) });
    return person.post('/subscriptions/pause');
  },
  'post /subscriptions/pause subscriptions.needs-auto-renew': async (stage) =>
    (await subscribed(stage)).person.post('/subscriptions/pause', { at: 'period_end' }),
  'post /subscriptions/pause subscriptions.resume-out-of-range': async (stage) =>
    (await subscribed(stage)).person.post('/subscriptions/pause', { resumes_at: year(stage.world, 400) }),
  'post /subscriptions/resume subscriptions.nothing-to-resume': async (stage) =>
    (await subscribed(stage)).person.post('/subscriptions/resume'),
};

const BUYING: Provocations = {
  'post /payments subscriptions.already-active': async (stage) =>
    (await subscribed(stage)).person.post('/payments', { plan_id: await stage.plan() }),
  'post /payments subscriptions.plan-unavailable': async ({ person, plan }) =>
    (await person()).post('/payments', { plan_id: await plan({ is_active: false }) }),
  'post /subscriptions subscriptions.already-active': async (stage) => {
    const { person, plan } = await subscribed(stage);
    return person.post('/subscriptions', { plan_id: plan });
  },
  'post /subscriptions subscriptions.plan-unavailable': async ({ person, plan }) =>
    (await person()).post('/subscriptions', { plan_id: await plan({ is_active: false }) }),
  'post /subscriptions subscriptions.start-too-far': async ({ person, plan, world }) =>
    (await person()).post('/subscriptions', { plan_id: await plan(), starts_at: year(world, 4_000) }),
  'post /payments/checkout subscriptions.already-active': async ({ atStripe, stripe }) =>
    (await atStripe()).post('/payments/checkout', { plan_id: await stripe.plan() }),
  'post /payments/checkout subscriptions.plan-unavailable': async ({ stripe, watch }) =>
    watch(await stripe.world.person()).post('/payments/checkout', {
      plan_id: await stripe.plan({ is_active: false }),
    }),
  'post /payments/checkout billing.checkout-refused': async ({ stripe, watch }) =>
    watch(await stripe.world.person()).post('/payments/checkout', {
      plan_id: await stripe.plan({ price: '0.00' }),
    }),
  'post /payments/checkout billing.provider-unavailable': async ({
    stripe: { stripe, world, plan },
    watch,
  }) => {
    const [person, id] = [watch(await world.person()), await plan()];
    stripe.fault({ path: /checkout\/sessions$/, kind: 'error', times: 3 });
    const answer = await person.post('/payments/checkout', { plan_id: id });
    stripe.mend();
    return answer;
  },
};

/** Something of a payment that is whole. */
const refund = (amounts: readonly (string | undefined)[]): Provoke => {
  return async (stage) => {
    const { person } = await subscribed(stage);
    const path = `/payments/${await stage.make.payment(person)}/refunds`;
    let answer: Answer | undefined;
    for (const amount of amounts) answer = await stage.admin.post(path, { amount });
    if (!answer) throw new Error('nothing was asked');
    return answer;
  };
};

const ADMINS: Provocations = {
  'post /payments/{id}/refunds billing.refund-exceeds-payment': refund(['10.00']),
  'post /payments/{id}/refunds billing.payment-not-refundable': refund([undefined, '0.01']),
  'post /coupons billing.coupon-code-taken': async ({ admin }) => {
    await admin.post('/coupons', { code: 'taken', percent_off: 5 });
    return admin.post('/coupons', { code: 'TAKEN', percent_off: 5 });
  },
  'patch /coupons/{id} billing.coupon-below-redeemed': async (stage) => {
    const { admin, person, plan } = stage;
    const made = expected(await admin.post('/coupons', { code: 'used', percent_off: 5 }), 201);
    for (let each = 1; each <= 2; each += 1)
      expected(await (await person()).post('/payments', { plan_id: await plan(), coupon: 'used' }), 201);
    return admin.patch(`/coupons/${String(made.body['id'])}`, { max_redemptions: 1 });
  },
  'post /subscriptions/plans subscriptions.plan-code-taken': async ({ admin, plan }) => {
    const { body } = await admin.get(`/subscriptions/plans/${await plan()}`);
    return admin.post('/subscriptions/plans', { ...(body as object), trial_days: 0 });
  },
  'patch /subscriptions/plans/{id} subscriptions.plan-code-taken': async ({ admin, plan }) => {
    const { body } = await admin.get(`/subscriptions/plans/${await plan()}`);
    return admin.patch(`/subscriptions/plans/${await plan()}`, { code: body['code'] });
  },
  'delete /subscriptions/plans/{id} subscriptions.plan-in-use': async (stage) =>
    stage.admin.delete(`/subscriptions/plans/${(await subscribed(stage)).plan}`),
};

/** Every refusal of plans, subscriptions, payments, coupons and refunds. */
export const MONEY: Provocations = {
  ...PAYING,
  ...NO_CURRENT,
  ...ELSEWHERE,
  ...CHANGING,
  ...PAUSING,
  ...BUYING,
  ...ADMINS,
};
