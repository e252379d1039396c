import type { Answer, Client } from '../../world/client.ts';
import { expected } from '../../world/house.ts';
import type { Provocations, Provoke, Stage } from './stage.ts';

/** A way to pay: what comes before it, and the request itself. */
interface Paying {
  readonly person: Client;
  readonly pay: (extra?: object) => Promise<Answer>;
}
type Prepare = (stage: Stage) => Promise<Paying>;

const bought = async (stage: Stage, more: object = {}): Promise<Client> => {
  const person = await stage.person();
  expected(await person.post('/subscriptions', { plan_id: await stage.plan(), ...more }), 201);
  return person;
};

/** Paused with nothing left: the next term is to be paid for. */
async function spent(stage: Stage): Promise<Client> {
  const person = await bought(stage, { auto_renew: true });
  expected(await person.post('/subscriptions/pause', { at: 'period_end' }), 200);
  await stage.world.advance('P31D');
  return person;
}

const WAYS: Readonly<Record<string, Prepare>> = {
  'post /payments': async (stage) => {
    const [person, plan] = [await stage.person(), await stage.plan()];
    return { person, pay: (extra) => person.post('/payments', { plan_id: plan, ...extra }) };
  },
  'post /subscriptions': async (stage) => {
    const [person, plan] = [await stage.person(), await stage.plan()];
    return { person, pay: (extra) => person.post('/subscriptions', { plan_id: plan, ...extra }) };
  },
  'post /subscriptions/renew': async (stage) => {
    const person = await bought(stage);
    return { person, pay: (extra) => person.post('/subscriptions/renew', extra) };
  },
  'post /subscriptions/change': async (stage) => {
    const [person, plan] = [await bought(stage), await stage.plan({ price: '19.99' })];
    const body = { plan_id: plan, when: 'now' };
    return { person, pay: (extra) => person.post('/subscriptions/change', { ...body, ...extra }) };
  },
  'post /subscriptions/resume': async (stage) => {
    const person = await spent(stage);
    return { person, pay: (extra) => person.post('/subscriptions/resume', extra) };
  },
};

/** What every payment may be refused with, wherever it is made. */
const PAID: Readonly<Record<string, (paying: Paying, stage: Stage) => Promise<Answer>>> = {
  'billing.payment-declined': ({ pay }) => pay({ payment_method: 'pm_declined' }),
  'billing.purchase-in-progress': async ({ pay }) => {
    await pay({ payment_method: 'pm_timeout_before_capture' });
    return pay();
  },
  'billing.account-closed': ({ person, pay }, { meanwhile, world }) => {
    meanwhile(async () => {
      expected(await person.delete('/accounts/me', { password: person.credentials.password }), 204);
      await world.settle();
    });
    return pay();
  },
  'billing.payment-late': ({ pay }, { meanwhile, world }) => {
    // So long that the payment is given up, and then the money comes in.
    meanwhile(() => world.advance('P2D'));
    return pay();
  },
  'billing.balance-changed': async ({ person, pay }, { meanwhile, balance }) => {
    await balance(person, 100);
    meanwhile(() => balance(person, 0));
    return pay();
  },
};

const everyWay = (code: string, provoke: (paying: Paying, stage: Stage) => Promise<Answer>) =>
  Object.entries(WAYS).map(([route, prepare]): [string, Provoke] => [
    `${route} ${code}`,
    async (stage) => provoke(await prepare(stage), stage),
  ]);

/** Past due, with another plan to come, which is taken back while the debt is being paid. */
const withdrawn =
  (pay: (person: Client, plan: string) => Promise<Answer>): Provoke =>
  async ({ person: somebody, plan, world, meanwhile }) => {
    const [person, present, next] = [await somebody(), await plan(), await plan({ price: '19.99' })];
    expected(await person.post('/subscriptions', { plan_id: present, auto_renew: true }), 201);
    const change = { plan_id: next, when: 'period_end' };
    expected(await person.post('/subscriptions/change', change), 200);
    expected(await person.patch('/subscriptions/my', { payment_method: 'pm_declined' }), 200);
    await world.advance('P30D');
    meanwhile(async () => expected(await person.patch('/subscriptions/my', { auto_renew: false }), 200));
    return pay(person, present);
  };

const paused = async (stage: Stage): Promise<{ readonly person: Client; readonly plan: string }> => {
  const [person, plan] = [await stage.person(), await stage.plan()];
  expected(await person.post('/subscriptions', { plan_id: plan }), 201);
  expected(await person.post('/subscriptions/pause', { at: 'now' }), 200);
  return { person, plan };
};

/** Two terms ahead, and no further. */
async function ahead(stage: Stage): Promise<{ readonly person: Client; readonly plan: string }> {
  const [person, plan] = [await stage.person(), await stage.plan()];
  for (let term = 1; term <= 2; term += 1) expected(await person.post('/payments', { plan_id: plan }), 201);
  return { person, plan };
}

const renewing = (code: string, of: (stage: Stage) => Promise<{ person: Client; plan: string }>) =>
  ({
    [`post /payments ${code}`]: async (stage) => {
      const { person, plan } = await of(stage);
      return person.post('/payments', { plan_id: plan });
    },
    [`post /subscriptions/renew ${code}`]: async (stage) =>
      (await of(stage)).person.post('/subscriptions/renew'),
  }) satisfies Provocations;

const coupon = { coupon: 'NOBODYS' };

/** Every refusal of the routes where something is paid for. */
export const PAYING: Provocations = {
  ...Object.fromEntries(Object.entries(PAID).flatMap(([code, provoke]) => everyWay(code, provoke))),
  ...Object.fromEntries(
    everyWay('billing.coupon-not-applicable', ({ pay }) => pay(coupon)).filter(
      ([key]) => !/change|resume/.test(key),
    ),
  ),
  ...renewing('subscriptions.renewal-too-early', ahead),
  ...renewing('subscriptions.not-renewable', paused),
  'post /payments subscriptions.changed-meanwhile': withdrawn((person, plan) =>
    person.post('/payments', { plan_id: plan, payment_method: 'pm_ok' }),
  ),
  'post /subscriptions/renew subscriptions.changed-meanwhile': withdrawn((person) =>
    person.post('/subscriptions/renew', { payment_method: 'pm_ok' }),
  ),
};
