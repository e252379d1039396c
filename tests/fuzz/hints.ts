import { CLIP, POSTER } from '../world/catalog.ts';
import type { Client } from '../world/client.ts';
import { metadataOf } from '../world/tus.ts';
import type { House } from '../world/house.ts';
import type { Hints } from './from-schema.ts';

/** The newest service keys: one of them new, where there is room for it. */
async function serviceKeysOf(admin: Client): Promise<readonly string[]> {
  await admin.post('/service-keys', { name: 'Bridge', scopes: ['usage:write'] });
  const { items } = (await admin.get('/service-keys?limit=3')).body as unknown as { items: { id: string }[] };
  return items.map(({ id }) => id);
}

/** Texts that mean something in a house, some of them to somebody else: what `victim` loses is no loss. */
export async function hintsOf({ viewer, admin, make, plan }: House, victim: Client): Promise<Hints> {
  const { items: jobs } = (await admin.get('/admin/jobs')).body as unknown as { items: { name: string }[] };
  const film = await make.published('/videos', { access_level: 'free' });
  const tune = await make.published('/musics');
  const stream = await make.stream(viewer);
  const genre = await make.genre();
  const coupon = await make.coupon();
  const picture = await victim.upload('/accounts/me/picture', POSTER, 'image/png');
  const again = await victim.post('/accounts/login', victim.credentials);
  const titles = [film, tune, await make.draft(), await make.ready(), await make.hidden()];
  return {
    plan_id: [plan, await make.plan(), await make.retiredPlan()],
    'subscriptions/plans id': [plan, await make.plan(), await make.retiredPlan()],
    title_id: titles,
    video_id: titles,
    'videos id': titles,
    'musics id': [tune, await make.ready('/musics'), await make.hidden('/musics')],
    'titles id': titles,
    'genres id': [genre],
    genre: [genre],
    genres: [genre],
    'playback/sessions id': [stream.id],
    'payments/my id': [await make.payment(viewer)],
    'payments id': [await make.payment(viewer)],
    'invoices id': [await make.invoice(viewer)],
    'coupons id': [coupon],
    'usage/reservations id': [await make.reservation(viewer), await make.reservation(viewer)],
    coupon: [String((await admin.get(`/coupons/${coupon}`)).body['code'])],
    return_url: ['https://app.example/done', 'http://localhost:1/x', 'http://app.example', 'javascript:1'],
    'accounts/me/sessions id': [await make.session(viewer)],
    asset_id: [await make.poster()],
    token: [stream.manifest.split('/').at(-1) ?? ''],
    payment_method: ['pm_ok', 'pm_declined', 'pm_requires_action', 'pm_timeout_after_capture', 'pm_none'],
    'service-keys id': await serviceKeysOf(admin),
    expires_at: ['2099-01-31T12:00:00Z', '9999-12-31T23:59:59Z', '1970-01-01T00:00:00Z'],
    'admin/accounts id': [victim.accountId],
    account_id: [victim.accountId],
    email: [
      victim.credentials.email,
      'nobody@example.com',
      `${'a'.repeat(64)}@example.com`,
      'Ünïcode@example.com',
    ],
    feature: ['max_devices', 'resolution', 'channels', 'downloads'],
    by: ['PT1S', 'P1D', 'P0D', '-P1D', 'P11Y', 'PT0.001S', 'P99999999999D'],
    'admin/jobs name': jobs.map((job) => job.name),
    'uploads id': [await make.upload(), await make.upload()],
    'upload-length': [String(CLIP.length), String(POSTER.length), '100'],
    'upload-offset': ['0', '100', String(CLIP.length)],
    'upload-metadata': [
      metadataOf({ title_id: await make.draft(), kind: 'media' }),
      metadataOf({ title_id: await make.draft('/musics'), kind: 'poster' }),
    ],
    'upload-checksum': ['sha1 2jmj7l5rSw0yVb/vlWAYkK/YBwk='],
    'media/pictures name': [String(picture.body['picture_url']).split('/').at(-1) ?? ''],
    refresh: [String(again.body['refresh'])],
    code: ['code-a', 'code-b', 'code-c', 'Code', '000000'],
    as_of: ['2026-01-31T12:00:00Z', '1970-01-01T00:00:00Z', '9999-12-31T23:59:59Z'],
    at: ['2026-01-31T12:00:00Z', '2030-01-01T00:00:00+14:00'],
    resumes_at: ['2026-12-31T12:00:00Z', '9999-12-31T23:59:59Z'],
    starts_at: ['2026-01-31T12:00:00Z', '2027-01-01T00:00:00Z', '9999-12-31T23:59:59Z'],
    month: ['2026-01', '2026-13', '0000-00', '9999-12'],
    currency: ['USD', 'JPY', 'KWD', 'XXX', 'usd'],
    price: ['9.99', '0.00', '-1', '1e3', '999999999999999.99', '0.001'],
    limit: ['1', '100'],
  };
}
