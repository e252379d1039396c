import type { Answer } from '../world/client.ts';
import type { House } from '../world/house.ts';

/** A write of one route that works. */
export interface Write {
  readonly as: 'viewer' | 'admin' | 'anonymous';
  readonly path?: (house: House) => Promise<string>;
  /** A body that succeeds, whose own fields stay as they are. */
  readonly body: (house: House) => Promise<Readonly<Record<string, unknown>>>;
  readonly status: number;
  /** Where the result is read again; the reply is looked at in any case. */
  readonly readBack?: (reply: Answer, path: string) => string;
}

const idIn =
  (path: string) =>
  ({ body }: Answer): string =>
    `${path}/${String(body['id'])}`;
const samePath = (_reply: Answer, path: string): string => path;
const plain = (value: Readonly<Record<string, unknown>>) => async () => value;

const signIn = async ({ viewer }: House) => ({ ...viewer.credentials });
const refreshed = async ({ viewer }: House) => {
  const answer = await viewer.post('/accounts/login', viewer.credentials);
  return { refresh: answer.body['refresh'] };
};
const titleWrites = (path: '/videos' | '/musics'): Readonly<Record<string, Write>> => ({
  [`post ${path}`]: { as: 'admin', body: plain({ title: 'New' }), status: 201, readBack: idIn(path) },
  [`patch ${path}/{id}`]: {
    as: 'admin',
    path: async ({ make }) => `${path}/${await make.ready(path)}`,
    body: plain({ title: 'New' }),
    status: 200,
    readBack: samePath,
  },
  [`post ${path}/{id}/media/direct-upload`]: {
    as: 'admin',
    path: async ({ make }) => `${path}/${await make.draft(path)}/media/direct-upload`,
    body: plain({ bytes: 10 }),
    status: 201,
  },
  [`post ${path}/{id}/publish`]: {
    as: 'admin',
    path: async ({ make }) => `${path}/${await make.ready(path)}/publish`,
    body: plain({}),
    status: 200,
    readBack: idIn(path),
  },
});

const PLAN = {
  name: 'Plan',
  price: '5.00',
  currency: 'USD',
  validity_days: 30,
  access_level: 'basic',
  max_devices_allowed: 1,
  resolution: '720p',
};

const ANYBODY = 'somebody@example.com';

/** A write of each kind that works, in an order in which each of them can: the last ones end the account. */
export const WRITES: Readonly<Record<string, Write>> = {
  'post /accounts/register': {
    as: 'anonymous',
    body: plain({ email: 'new@example.com', password: 'a quite good password' }),
    status: 201,
  },
  'post /accounts/login': { as: 'anonymous', body: signIn, status: 200 },
  'post /token': { as: 'anonymous', body: signIn, status: 200 },
  'post /accounts/token/refresh': { as: 'anonymous', body: refreshed, status: 200 },
  'post /token/refresh': { as: 'anonymous', body: refreshed, status: 200 },
  'post /accounts/verify-email': {
    as: 'anonymous',
    body: plain({ email: ANYBODY, code: '000000' }),
    status: 400,
  },
  'post /accounts/verify-email/resend': { as: 'anonymous', body: plain({ email: ANYBODY }), status: 202 },
  'post /accounts/forgot-password': { as: 'anonymous', body: plain({ email: ANYBODY }), status: 202 },
  'post /accounts/reset-password': {
    as: 'anonymous',
    body: plain({ email: ANYBODY, code: '000000', new_password: 'a quite good password' }),
    status: 400,
  },
  'patch /accounts/me': { as: 'viewer', body: plain({ name: 'New' }), status: 200, readBack: samePath },
  'post /payments': {
    as: 'viewer',
    body: async ({ plan }) => ({ plan_id: plan }),
    status: 201,
    readBack: idIn('/payments/my'),
  },
  'post /payments/{id}/refunds': {
    as: 'admin',
    path: async ({ make, other }) => `/payments/${await make.payment(other)}/refunds`,
    body: plain({ amount: '0.01' }),
    status: 201,
    readBack: samePath,
  },
  'post /payments/reconcile': {
    as: 'admin',
    body: async ({ viewer }) => ({ account_id: viewer.accountId }),
    status: 200,
  },
  'post /payments/checkout': {
    as: 'viewer',
    body: async ({ make }) => ({ plan_id: await make.plan() }),
    status: 201,
    readBack: () => '/subscriptions/my',
  },
  'post /coupons': {
    as: 'admin',
    body: plain({ code: 'mass', percent_off: 10 }),
    status: 201,
    readBack: idIn('/coupons'),
  },
  'patch /coupons/{id}': {
    as: 'admin',
    path: async ({ make }) => `/coupons/${await make.coupon()}`,
    body: plain({ name: 'New' }),
    status: 200,
    readBack: samePath,
  },
  'post /usage': {
    as: 'admin',
    body: async ({ viewer }) => ({ account_id: viewer.accountId, feature: 'downloads', amount: 1 }),
    status: 201,
  },
  'post /usage/reservations': {
    as: 'admin',
    body: async ({ viewer }) => ({ account_id: viewer.accountId, feature: 'downloads', amount: 1 }),
    status: 201,
  },
  'post /usage/reservations/{id}/commit': {
    as: 'viewer',
    path: async ({ make, viewer }) => `/usage/reservations/${await make.reservation(viewer)}/commit`,
    body: plain({ amount: 1 }),
    status: 200,
    readBack: () => '/usage',
  },
  'post /entitlements/grants': {
    as: 'admin',
    body: async ({ viewer }) => ({ account_id: viewer.accountId, feature: 'downloads', amount: 1 }),
    status: 201,
  },
  'post /service-keys': {
    as: 'admin',
    body: plain({ name: 'Bridge', scopes: ['usage:write'] }),
    status: 201,
    readBack: idIn('/service-keys'),
  },
  'post /entitlements/check': {
    as: 'admin',
    body: async ({ viewer }) => ({ account_id: viewer.accountId, feature: 'max_devices', amount: 1 }),
    status: 200,
  },
  'patch /subscriptions/my': {
    as: 'viewer',
    body: plain({ auto_renew: true, payment_method: 'pm_ok' }),
    status: 200,
    readBack: samePath,
  },
  'post /subscriptions/change': {
    as: 'viewer',
    body: async ({ make }) => ({ plan_id: await make.plan(), when: 'now' }),
    status: 200,
    readBack: () => '/subscriptions/my',
  },
  'post /subscriptions/pause': {
    as: 'viewer',
    body: plain({ at: 'now' }),
    status: 200,
    readBack: () => '/subscriptions/my',
  },
  'post /subscriptions/resume': {
    as: 'viewer',
    body: plain({}),
    status: 200,
    readBack: () => '/subscriptions/my',
  },
  'post /subscriptions/cancel': {
    as: 'viewer',
    body: plain({ at: 'now' }),
    status: 200,
    readBack: () => '/subscriptions/my',
  },
  'post /subscriptions': {
    as: 'viewer',
    body: async ({ plan }) => ({ plan_id: plan }),
    status: 201,
    readBack: () => '/subscriptions/my',
  },
  'post /subscriptions/renew': {
    as: 'viewer',
    body: plain({}),
    status: 200,
    readBack: () => '/subscriptions/my',
  },
  ...titleWrites('/videos'),
  ...titleWrites('/musics'),
  'post /genres': { as: 'admin', body: plain({ name: 'Noir' }), status: 201, readBack: idIn('/genres') },
  'patch /genres/{id}': {
    as: 'admin',
    path: async ({ make }) => `/genres/${await make.genre()}`,
    body: plain({ name: 'Western' }),
    status: 200,
    readBack: samePath,
  },
  'patch /admin/accounts/{id}': {
    as: 'admin',
    path: async ({ other }) => `/admin/accounts/${other.accountId}`,
    body: plain({ suspended: false, is_admin: true }),
    status: 200,
  },
  'post /admin/clock/advance': { as: 'admin', body: plain({ by: 'PT1S' }), status: 200 },
  'post /playback/sessions': {
    as: 'viewer',
    body: async ({ make }) => ({ title_id: await make.published(), device_id: 'tv' }),
    status: 201,
    readBack: () => '/playback/sessions',
  },
  'post /playback/sessions/{id}/heartbeat': {
    as: 'viewer',
    path: async ({ make, viewer }) => `/playback/sessions/${(await make.stream(viewer)).id}/heartbeat`,
    body: plain({ seq: 1, position_seconds: 2, state: 'playing' }),
    status: 200,
    readBack: () => '/playback/sessions',
  },
  'post /activities/watch': {
    as: 'viewer',
    body: async ({ make }) => ({ video_id: await make.published(), position_seconds: 2 }),
    status: 201,
    readBack: () => '/activities/my',
  },
  'post /subscriptions/plans': {
    as: 'admin',
    body: plain({ ...PLAN, code: 'mass' }),
    status: 201,
    readBack: idIn('/subscriptions/plans'),
  },
  'patch /subscriptions/plans/{id}': {
    as: 'admin',
    path: async ({ make }) => `/subscriptions/plans/${await make.plan()}`,
    body: plain({ name: 'New', price: '5.00' }),
    status: 200,
    readBack: samePath,
  },
  'post /accounts/change-password': {
    as: 'viewer',
    body: async ({ viewer }) => ({
      old_password: viewer.credentials.password,
      new_password: 'another good one',
    }),
    status: 204,
  },
  'delete /accounts/me': { as: 'viewer', body: plain({ password: 'another good one' }), status: 204 },
  'post /accounts/logout': { as: 'admin', body: plain({}), status: 204 },
};
