import type { Answer, Client } from '../../world/client.ts';
import { expected } from '../../world/house.ts';
import type { Provocations, Provoke, Stage } from './stage.ts';

const PLAN = {
  entitlements: [
    { feature: 'downloads', kind: 'meter', limit: 10, per: 'month', rate: { max: 9, window_seconds: 60 } },
    { feature: 'exports', kind: 'meter', limit: 2, per: 'month' },
    { feature: 'offline', kind: 'flag' },
  ],
};

async function subscriber(stage: Stage): Promise<Client> {
  const person = await stage.person();
  expected(await person.post('/payments', { plan_id: await stage.plan(PLAN) }), 201);
  return person;
}

const use =
  (path: string, body: object): Provoke =>
  async (stage) =>
    (await subscriber(stage)).post(path, body);

/** What using up, and setting aside, are refused with. */
const taking = (path: string): Provocations => ({
  [`post ${path} entitlements.not-a-meter`]: use(path, { feature: 'offline' }),
  [`post ${path} entitlements.not-in-plan`]: use(path, { feature: 'uploads' }),
  [`post ${path} entitlements.limit-reached`]: use(path, { feature: 'exports', amount: 3 }),
  [`post ${path} entitlements.rate-exceeded`]: async (stage) => {
    const person = await subscriber(stage);
    expected(await person.post(path, { feature: 'downloads', amount: 9 }), 201);
    return person.post(path, { feature: 'downloads' });
  },
  [`post ${path} entitlements.amount-exceeds-rate`]: use(path, { feature: 'downloads', amount: 10 }),
});

/** A reservation of two, and whoever ends it. */
async function held(
  stage: Stage,
): Promise<{ readonly end: (how: 'commit' | 'release', body?: object) => Promise<Answer> }> {
  const person = await subscriber(stage);
  const body = { feature: 'exports', amount: 2 };
  const { id } = expected(await person.post('/usage/reservations', body), 201).body;
  return { end: (how, sent = {}) => person.post(`/usage/reservations/${String(id)}/${how}`, sent) };
}

const ending = (how: 'commit' | 'release', other: 'commit' | 'release'): Provocations => ({
  [`post /usage/reservations/{id}/${how} entitlements.reservation-closed`]: async (stage) => {
    const { end } = await held(stage);
    expected(await end(other), 200);
    return end(how);
  },
  [`post /usage/reservations/{id}/${how} entitlements.reservation-expired`]: async (stage) => {
    const { end } = await held(stage);
    await stage.world.advance('PT5M');
    return end(how);
  },
});

const grant =
  (changes: object): Provoke =>
  async (stage) =>
    stage.admin.post('/entitlements/grants', {
      account_id: (await subscriber(stage)).accountId,
      ...{ feature: 'exports', amount: 1, ...changes },
    });

/** Every refusal of meters, grants and reservations. */
export const USAGE: Provocations = {
  ...taking('/usage'),
  ...taking('/usage/reservations'),
  ...ending('commit', 'release'),
  ...ending('release', 'commit'),
  'post /usage/reservations/{id}/commit entitlements.commits-too-much': async (stage) =>
    (await held(stage)).end('commit', { amount: 3 }),
  'post /entitlements/grants entitlements.not-a-meter': grant({ feature: 'offline' }),
  'post /entitlements/grants entitlements.grant-expired': grant({ expires_at: '2001-01-01T00:00:00Z' }),
  'post /entitlements/grants entitlements.too-many-grants': async (stage) => {
    const { accountId: account_id } = await subscriber(stage);
    const give = (): Promise<Answer> =>
      stage.admin.post('/entitlements/grants', { account_id, feature: 'exports', amount: 1 });
    for (let given = 0; given < 100; given += 1) expected(await give(), 201);
    return give();
  },
};
