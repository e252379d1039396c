import { CLIP, POSTER } from '../world/catalog.ts';
import type { House } from '../world/house.ts';
import { SPEAKING, TUS_TYPE } from '../world/tus.ts';

/** Whose the object is that a parameter of a route names. */
export interface Owned {
  /** Who asks. */
  readonly as: 'viewer' | 'admin';
  /** One that the caller may see. */
  readonly own: (house: House) => Promise<string>;
  /** Those that there are, and that look to this caller, or below this path, as if there were none. */
  readonly others: (house: House) => Promise<readonly string[]>;
  readonly body?: object;
  readonly bytes?: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A parameter that names no object of anybody: what comes of one that nobody gave out. */
export interface Named {
  readonly as: 'viewer' | 'admin';
  readonly own: (house: House) => Promise<string>;
  readonly unknown: { readonly status: number; readonly code: string | null };
}

const nothing = async (): Promise<readonly string[]> => [];

/** Everything is the house's, and an admin's to see: only another kind of title is none here. */
const title = (kind: 'videos' | 'musics'): Readonly<Record<string, Owned>> => {
  const path = `/${kind}` as const;
  const otherPath = kind === 'videos' ? '/musics' : '/videos';
  const others = async ({ make }: House) => [await make.published(otherPath)];
  const ready: Owned = { as: 'admin', own: ({ make }) => make.ready(path), others };
  const upload: Owned = { ...ready, bytes: POSTER };
  return {
    [`get ${path}/{id}`]: {
      as: 'viewer',
      own: ({ make }) => make.published(path),
      others: async ({ make }) => [
        await make.draft(path),
        await make.ready(path),
        await make.hidden(path),
        await make.published(otherPath),
      ],
    },
    [`patch ${path}/{id}`]: { ...ready, body: { title: 'Renamed' } },
    [`delete ${path}/{id}`]: ready,
    [`post ${path}/{id}/publish`]: { ...ready, body: {} },
    [`post ${path}/{id}/archive`]: { ...ready, own: ({ make }) => make.published(path) },
    [`get ${path}/{id}/media`]: ready,
    [`get ${path}/{id}/trailer`]: ready,
    [`get ${path}/{id}/poster`]: ready,
    [`post ${path}/{id}/media/direct-upload`]: { ...ready, body: {} },
    [`put ${path}/{id}/media`]: upload,
    [`put ${path}/{id}/trailer`]: upload,
    [`put ${path}/{id}/poster`]: upload,
  };
};

const session: Owned = {
  as: 'viewer',
  own: ({ make, viewer }) => make.session(viewer),
  others: async ({ make, other }) => [await make.session(other)],
};
const stream: Owned = {
  as: 'viewer',
  own: async ({ make, viewer }) => (await make.stream(viewer)).id,
  others: async ({ make, other }) => [(await make.stream(other)).id],
};
const coupon: Owned = { as: 'admin', own: ({ make }) => make.coupon(), others: nothing };
const invoice: Owned = {
  as: 'viewer',
  own: ({ make, viewer }) => make.invoice(viewer),
  others: async ({ make, other }) => [await make.invoice(other)],
};
const reservation: Owned = {
  as: 'viewer',
  own: ({ make, viewer }) => make.reservation(viewer),
  others: async ({ make, other }) => [await make.reservation(other)],
  body: {},
};
/** Somebody whom an admin acts for. */
const actedFor: Owned = {
  as: 'admin',
  own: async ({ viewer }) => viewer.accountId,
  others: nothing,
  body: { feature: 'downloads', amount: 1 },
};
const account: Owned = { as: 'admin', own: async ({ other }) => other.accountId, others: nothing };
const serviceKey: Owned = { as: 'admin', own: ({ make }) => make.serviceKey(), others: nothing };
const genre: Owned = { as: 'admin', own: ({ make }) => make.genre(), others: nothing };
const plan: Owned = { as: 'admin', own: ({ make }) => make.plan(), others: nothing };
/** Of one's own, even among admins. */
const upload: Owned = {
  as: 'admin',
  own: ({ make }) => make.upload(),
  others: async ({ make }) => [await make.othersUpload()],
  headers: SPEAKING,
};
/** A title that the caller may watch. */
const watchable: Owned = {
  as: 'viewer',
  own: ({ make }) => make.published(),
  others: async ({ make }) => [await make.draft(), await make.ready(), await make.hidden()],
};

/** Every route whose path names an object, by method and path. */
export const OWNED: Readonly<Record<string, Owned>> = {
  'get /accounts/me/sessions/{id}': session,
  'delete /accounts/me/sessions/{id}': session,
  'get /payments/my/{id}': {
    as: 'viewer',
    own: ({ make, viewer }) => make.payment(viewer),
    others: async ({ make, other }) => [await make.payment(other)],
  },
  'get /payments/{id}/refunds': {
    as: 'viewer',
    own: ({ make, viewer }) => make.payment(viewer),
    others: async ({ make, other }) => [await make.payment(other)],
  },
  'post /usage/reservations/{id}/commit': reservation,
  'post /usage/reservations/{id}/release': reservation,
  'post /payments/{id}/refunds': {
    as: 'admin',
    own: ({ make, viewer }) => make.payment(viewer),
    others: nothing,
    body: { amount: '0.01' },
  },
  'get /coupons/{id}': coupon,
  'patch /coupons/{id}': { ...coupon, body: { name: 'Renamed' } },
  'get /service-keys/{id}': serviceKey,
  'delete /service-keys/{id}': serviceKey,
  'get /invoices/{id}': invoice,
  'get /invoices/{id}.pdf': invoice,
  'get /admin/accounts/{id}': account,
  'patch /admin/accounts/{id}': { ...account, body: {} },
  ...title('videos'),
  ...title('musics'),
  'get /uploads/{id}': upload,
  'patch /uploads/{id}': {
    ...upload,
    bytes: CLIP,
    headers: { ...SPEAKING, 'content-type': TUS_TYPE, 'upload-offset': '0' },
  },
  'delete /uploads/{id}': upload,
  'get /titles/{id}': watchable,
  'get /genres/{id}': { ...genre, as: 'viewer' },
  'patch /genres/{id}': { ...genre, body: {} },
  'delete /genres/{id}': genre,
  'get /subscriptions/plans/{id}': {
    as: 'viewer',
    own: ({ make }) => make.plan(),
    others: async ({ make }) => [await make.retiredPlan()],
  },
  'patch /subscriptions/plans/{id}': { ...plan, body: { name: 'Renamed' } },
  'delete /subscriptions/plans/{id}': plan,
  'post /playback/sessions/{id}/heartbeat': {
    ...stream,
    body: { seq: 1, position_seconds: 1, state: 'playing' },
  },
  'delete /playback/sessions/{id}': stream,
  'delete /activities/continue-watching/{title_id}': {
    ...watchable,
    // Only what was begun can be dismissed.
    own: async ({ make, viewer }) => {
      const id = await make.published();
      await viewer.post('/activities/watch', { video_id: id, position_seconds: 3 });
      return id;
    },
  },
  'get /media/public/{asset_id}': {
    as: 'viewer',
    own: ({ make }) => make.poster(),
    // The media of a title is an asset too, and reached by tickets alone.
    others: async ({ make, admin }) => {
      const { body } = await admin.get(`/videos/${await make.published()}/media`);
      return [String(body['serving']?.['id'])];
    },
  },
};

/** Fields of bodies that name an object: `method path field`. */
export const OWNED_IN_BODY: Readonly<Record<string, Owned>> = {
  'post /playback/sessions title_id': { ...watchable, body: { device_id: 'tv' } },
  'post /activities/watch video_id': watchable,
  'post /payments plan_id': { as: 'viewer', own: async ({ plan: id }) => id, others: nothing },
  'post /subscriptions/change plan_id': {
    as: 'viewer',
    own: ({ make }) => make.plan(),
    others: nothing,
    body: { when: 'now', preview: true },
  },
  'post /payments/checkout plan_id': { as: 'viewer', own: ({ make }) => make.plan(), others: nothing },
  'post /payments/reconcile account_id': {
    as: 'admin',
    own: async ({ viewer }) => viewer.accountId,
    others: nothing,
  },
  'post /usage account_id': actedFor,
  'post /usage/reservations account_id': actedFor,
  'post /entitlements/grants account_id': actedFor,
  'post /entitlements/check account_id': {
    as: 'admin',
    own: async ({ viewer }) => viewer.accountId,
    others: nothing,
    body: { feature: 'max_devices' },
  },
  'post /subscriptions plan_id': { as: 'viewer', own: async ({ plan: id }) => id, others: nothing },
};

const NOT_FOUND = { status: 404, code: 'request.not-found' };

/** Every other parameter of a path. */
export const NAMED: Readonly<Record<string, Named>> = {
  'get /entitlements/{feature}': {
    as: 'viewer',
    own: async () => 'max_devices',
    // A question is answered: what nothing grants is not allowed.
    unknown: { status: 200, code: null },
  },
  'get /entitlements/{feature}/explain': {
    as: 'viewer',
    own: async () => 'max_devices',
    unknown: { status: 200, code: null },
  },
  'post /admin/jobs/{name}/run': {
    as: 'admin',
    own: async ({ admin }) => {
      const { items } = (await admin.get('/admin/jobs')).body as unknown as { items: { name: string }[] };
      return items[0]?.name ?? '';
    },
    unknown: NOT_FOUND,
  },
  'post /admin/jobs/deliveries/{delivery}/retry': { as: 'admin', own: async () => '', unknown: NOT_FOUND },
  'get /media/pictures/{name}': {
    as: 'viewer',
    own: async ({ viewer }) => {
      const { body } = await viewer.upload('/accounts/me/picture', POSTER, 'image/png');
      return String(body['picture_url']).split('/').at(-1) ?? '';
    },
    unknown: NOT_FOUND,
  },
  'get /media/file/{token}': {
    as: 'viewer',
    own: async ({ make, viewer }) => (await make.stream(viewer)).manifest.split('/').at(-1) ?? '',
    unknown: { status: 403, code: 'media.ticket-invalid' },
  },
  'get /media/source/{token}': {
    as: 'admin',
    own: async ({ make, admin }) => {
      const { body } = await admin.get(`/videos/${await make.ready()}/media`);
      return String(body['serving']?.['source_url']).split('/').at(-1) ?? '';
    },
    unknown: { status: 403, code: 'catalog.source-link-invalid' },
  },
  'get /media/hls/{token}/{path*}': {
    as: 'viewer',
    own: async ({ make, viewer }) => (await make.packagedStream(viewer)).manifest.split('/').at(-2) ?? '',
    unknown: { status: 403, code: 'media.ticket-invalid' },
  },
};
