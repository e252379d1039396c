import type { Answer, Client } from './client.ts';
import { CLIP, POSTER, TONE } from './catalog.ts';
import { givePackage } from './packaging.ts';
import { createPlanOn } from './plans.ts';
import { createUpload } from './tus.ts';
import type { RunningUsher } from './usher.ts';

/** A product with something of each kind in it, and with the means to make more. */
export interface House {
  readonly admin: Client;
  /** A subscriber. */
  readonly viewer: Client;
  /** Another one, whose things are nobody else's business. */
  readonly other: Client;
  readonly plan: string;
  readonly make: Makers;
}

type Path = '/videos' | '/musics';

export interface Makers {
  plan(): Promise<string>;
  retiredPlan(): Promise<string>;
  genre(): Promise<string>;
  /** A draft without media. */
  draft(path?: Path): Promise<string>;
  /** A draft with media: it can be published. */
  ready(path?: Path): Promise<string>;
  published(path?: Path, body?: object): Promise<string>;
  /** Published, and private. */
  hidden(path?: Path): Promise<string>;
  /** A resumable upload that has begun, of the admin's; `as` begins one of their own. */
  upload(as?: Client): Promise<string>;
  /** One of another admin's. */
  othersUpload(): Promise<string>;
  /** A title's poster, as the id of its asset. */
  poster(): Promise<string>;
  stream(of: Client): Promise<{ readonly id: string; readonly manifest: string }>;
  /** A stream of a packaged title. */
  packagedStream(of: Client): Promise<{ readonly id: string; readonly manifest: string }>;
  /** A further session of the same person. */
  session(of: Client): Promise<string>;
  payment(of: Client): Promise<string>;
  coupon(): Promise<string>;
  invoice(of: Client): Promise<string>;
  /** Units that were given, set aside. */
  reservation(of: Client): Promise<string>;
  serviceKey(): Promise<string>;
}

/** The reply, when it is the one that was meant. */
export function expected(answer: Answer, status: number): Answer {
  if (answer.status === status) return answer;
  throw new Error(`${answer.status} instead of ${status}: ${JSON.stringify(answer.body)}`);
}

export async function furnish(world: RunningUsher): Promise<House> {
  const admin = await world.admin();
  const plan = await createPlanOn(admin, {
    code: `house-${admin.accountId}`,
    max_devices_allowed: 20,
    entitlements: [METER],
  });
  const subscriber = async (): Promise<Client> => {
    const client = await world.person();
    expected(await client.post('/payments', { plan_id: plan }), 201);
    return client;
  };
  const [viewer, other] = [await subscriber(), await subscriber()];
  return { admin, viewer, other, plan, make: makers(world, admin) };
}

/** What the house's plan has of it, nobody uses up. */
const METER = { feature: 'downloads', kind: 'meter', limit: 1_000, per: 'month' };

/** Furnished twice, a product has other names in it the second time. */
let count = 0;
const next = (): string => `n${(count += 1)}`;

async function streamOf(
  of: Client,
  title: string,
): Promise<{ readonly id: string; readonly manifest: string }> {
  const body = { title_id: title, device_id: next() };
  const started = expected(await of.post('/playback/sessions', body), 201).body;
  return { id: String(started['id']), manifest: String(started['manifest_url']) };
}

function makers(world: RunningUsher, admin: Client): Makers {
  const idOf = (answer: Answer, status: number): string => String(expected(answer, status).body['id']);

  const make: Makers = {
    plan: () => createPlanOn(admin, { code: next() }),
    retiredPlan: () => createPlanOn(admin, { code: next(), is_active: false }),
    genre: async () => idOf(await admin.post('/genres', { name: `Genre ${next()}` }), 201),
    draft: async (path = '/videos') => idOf(await admin.post(path, titleOf(next())), 201),
    ready: async (path = '/videos') => {
      const id = await make.draft(path);
      await upload(admin, path, id);
      return id;
    },
    published: async (path = '/videos', body = {}) => {
      const id = idOf(await admin.post(path, { ...titleOf(next()), ...body }), 201);
      await upload(admin, path, id);
      expected(await admin.post(`${path}/${id}/publish`), 200);
      return id;
    },
    hidden: (path = '/videos') => make.published(path, { visibility: 'private' }),
    upload: async (as = admin) =>
      (await createUpload(as, await make.draft(), POSTER.length, 'poster')).split('/').at(-1) ?? '',
    othersUpload: async () => make.upload(await world.admin()),
    poster: async () => {
      const id = await make.published();
      const { body } = expected(await admin.upload(`/videos/${id}/poster`, POSTER, 'image/png'), 202);
      return String(body['asset']?.['id']);
    },
    stream: async (of) => streamOf(of, await make.published()),
    packagedStream: async (of) => {
      const title = await make.published();
      await givePackage(world.usher, title);
      return streamOf(of, title);
    },
    session: async (of) => {
      const again = await of.logIn();
      const { items } = (await again.get('/accounts/me/sessions')).body as unknown as {
        items: readonly { readonly id: string; readonly is_current: boolean }[];
      };
      return items.find((session) => session.is_current)?.id ?? '';
    },
    coupon: async () => {
      const body = { code: `coupon-${next()}`, percent_off: 10 };
      return idOf(await admin.post('/coupons', body), 201);
    },
    serviceKey: async () => {
      const body = { name: `Bridge ${next()}`, scopes: ['usage:write'] };
      return idOf(await admin.post('/service-keys', body), 201);
    },
    payment: async (of) => {
      const { items } = (await of.get('/payments/my')).body as unknown as {
        items: readonly { id: string }[];
      };
      return items[0]?.id ?? '';
    },
    reservation: async (of) => {
      // Given for it, so that whoever has no plan yet can set them aside too.
      const units = { feature: METER.feature, amount: 2 };
      expected(await admin.post('/entitlements/grants', { account_id: of.accountId, ...units }), 201);
      return idOf(await of.post('/usage/reservations', units), 201);
    },
    invoice: async (of) => {
      const { items } = (await of.get('/invoices')).body as unknown as {
        items: readonly { readonly id: string }[];
      };
      return items[0]?.id ?? '';
    },
  };
  return make;
}

const titleOf = (mark: string): object => ({ title: `Title ${mark}`, visibility: 'public' });

async function upload(admin: Client, path: Path, id: string): Promise<void> {
  const [bytes, type] = path === '/videos' ? [CLIP, 'video/mp4'] : [TONE, 'audio/mp4'];
  expected(await admin.upload(`${path}/${id}/media`, bytes, type), 202);
}
