import { identityPolicy } from '../../../src/identity/index.ts';
import { POSTER } from '../../world/catalog.ts';
import type { Answer, Client } from '../../world/client.ts';
import { expected } from '../../world/house.ts';
import type { Provocations, Provoke, Stage } from './stage.ts';

const GOOD = 'a quite good password';
const WEAK = 'password1';

const suspended = async ({ admin, person }: Stage): Promise<Client> => {
  const client = await person();
  expected(await admin.patch(`/admin/accounts/${client.accountId}`, { suspended: true }), 200);
  return client;
};

const logIn = (path: string): Provocations => ({
  [`post ${path} identity.wrong-credentials`]: async ({ anonymous, person }) =>
    anonymous.post(path, { ...(await person()).credentials, password: 'another' }),
  [`post ${path} identity.account-suspended`]: async (stage) =>
    stage.anonymous.post(path, (await suspended(stage)).credentials),
  [`post ${path}/refresh identity.refresh-invalid`]: ({ anonymous }) =>
    anonymous.post(`${path}/refresh`, { refresh: 'nonsense' }),
});

/** The good code of a mail, with a word that anybody could guess. */
const weakReset: Provoke = async ({ anonymous, person, world }) => {
  const { email } = (await person()).credentials;
  expected(await anonymous.post('/accounts/forgot-password', { email }), 202);
  await world.settle();
  const texts = world.mail.list().flatMap(({ to, text }) => (to === email ? [text] : []));
  const code = texts.flatMap((text) => /\b\d{6}\b/.exec(text)?.[0] ?? []).at(-1);
  return anonymous.post('/accounts/reset-password', { email, code, new_password: WEAK });
};

const changePassword = async (person: Client, given: object): Promise<Answer> =>
  person.post('/accounts/change-password', {
    old_password: person.credentials.password,
    new_password: GOOD,
    ...given,
  });

const shortForm = logIn('/token');

/** Every refusal of accounts and of those who look after them. */
export const ACCOUNTS: Provocations = {
  'post /accounts/register identity.email-taken': async ({ anonymous, person }) =>
    anonymous.post('/accounts/register', (await person()).credentials),
  'post /accounts/register identity.weak-password': ({ anonymous }) =>
    anonymous.post('/accounts/register', { email: 'weak@example.com', password: WEAK }),
  ...shortForm,
  ...Object.fromEntries(Object.entries(logIn('/accounts/login')).filter(([key]) => !key.includes('refresh'))),
  'post /accounts/token/refresh identity.refresh-invalid': ({ anonymous }) =>
    anonymous.post('/accounts/token/refresh', { refresh: 'nonsense' }),
  'post /accounts/verify-email identity.code-invalid': ({ anonymous }) =>
    anonymous.post('/accounts/verify-email', { email: 'nobody@example.com', code: '000000' }),
  'post /accounts/reset-password identity.code-invalid': ({ anonymous }) =>
    anonymous.post('/accounts/reset-password', {
      ...{ email: 'nobody@example.com', code: '000000', new_password: GOOD },
    }),
  'post /accounts/reset-password identity.weak-password': weakReset,
  'post /accounts/change-password identity.wrong-password': async ({ person }) =>
    changePassword(await person(), { old_password: 'another' }),
  'post /accounts/change-password identity.weak-password': async ({ person }) =>
    changePassword(await person(), { new_password: WEAK }),
  'delete /accounts/me identity.wrong-password': async ({ person }) =>
    (await person()).delete('/accounts/me', { password: 'another' }),
  'put /accounts/me/picture identity.picture-unsupported': async ({ person }) =>
    (await person()).upload('/accounts/me/picture', Buffer.from('no picture'), 'image/png'),
  'put /accounts/me/picture identity.picture-too-large': async ({ person }) =>
    (await person()).upload(
      '/accounts/me/picture',
      Buffer.concat([POSTER, Buffer.alloc(5 * 1024 ** 2)]),
      'image/png',
    ),
  'post /service-keys identity.too-many-service-keys': async ({ admin }) => {
    const make = () => admin.post('/service-keys', { name: 'One of many', scopes: ['usage:write'] });
    for (let key = 0; key < identityPolicy.serviceKeys.max; key += 1) expected(await make(), 201);
    return make();
  },
  'patch /admin/accounts/{id} identity.self-suspension': async ({ admin }) =>
    admin.patch(`/admin/accounts/${admin.accountId}`, { suspended: true }),
};
