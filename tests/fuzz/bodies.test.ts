import { expect } from 'chai';
import fc from 'fast-check';
import type { Access } from '../../adapters/http/route.ts';
import { rawRoutes, routes } from '../world/routes.ts';
import { CLIP, POSTER } from '../world/catalog.ts';
import type { Client } from '../world/client.ts';
import { furnish, type House } from '../world/house.ts';
import { STORES } from '../world/stores.ts';
import { startUsher, type RunningUsher } from '../world/usher.ts';
import { bodiesFor, paramsFor, queriesFor, type Hints } from './from-schema.ts';
import { junkText } from './junk.ts';
import { obeysTheLaw } from './law.ts';
import { signatureFor, webhookBodies } from './webhooks.ts';
import { wire, type Received, type Sent } from './wire.ts';

/** Requests per class of routes; `npm run prove` sends the thousands. */
const PER_CLASS = process.env['PROVE'] === '1' ? 2_000 : 60;
const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);

type Who = 'anonymous' | 'account' | 'admin';
/** Anybody, but mostly somebody who may. */
const whoFor = (access: Access): fc.Arbitrary<Who> =>
  fc.constantFrom<Who>(
    'anonymous',
    'account',
    'admin',
    ...(access === 'admin' ? (['admin', 'admin', 'admin'] as const) : (['account', 'account'] as const)),
  );

interface Target {
  readonly method: string;
  readonly path: string;
  readonly tag: string;
  /** In front of the path. */
  readonly base: string;
  readonly requests: (hints: Hints) => fc.Arbitrary<Attempt>;
}

interface Attempt extends Sent {
  readonly who: Who;
}

const header = junkText.map((text) => text.replace(/[^\t\x20-\xff]/g, '?').slice(0, 400));
const junkHeaders = fc.record(
  {
    'idempotency-key': header,
    'x-request-id': header,
    range: header,
    'x-playback-token': header,
    accept: header,
  },
  { requiredKeys: [] },
);
const jsonType = fc.oneof(
  { weight: 20, arbitrary: fc.constant('application/json') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('', 'text/plain', 'application/json; charset=latin1', 'multipart/form-data'),
  },
  { weight: 1, arbitrary: header },
);
const uploadType = fc.constantFrom(
  'video/mp4',
  'audio/mpeg',
  'image/png',
  'application/octet-stream',
  'text/html',
);
const ranges = fc.constantFrom(
  'bytes=0-',
  'bytes=-1',
  'bytes=5-1',
  'bytes=0-0,1-1',
  'bytes=99999999999-',
  'bytes=x',
  'none',
);

const uploads = fc.oneof(
  fc.uint8Array({ maxLength: 2_000 }),
  fc.constantFrom(POSTER, CLIP, POSTER.subarray(0, 100)),
);

/** Parameters of one name mean other things below other paths: `videos id`, `genres id`. */
function pathFor(pattern: string, hints: Hints): fc.Arbitrary<string> {
  const below = pattern.slice(1, pattern.indexOf('/{'));
  const segments = pattern.split('/').map((segment) => {
    const name = /^\{(\w+)\*?\}$/.exec(segment)?.[1];
    if (name === undefined) return fc.constant(segment);
    return paramsFor(hints[`${below} ${name}`] ?? hints[name] ?? []);
  });
  return fc.tuple(...segments).map((parts) => parts.join('/'));
}

const apiTargets = routes.map((route): Target => ({
  ...route,
  base: '/api/v1',
  requests: (hints) =>
    fc.record({
      who: whoFor(route.access),
      method: fc.constant(route.method.toUpperCase()),
      path: fc
        .tuple(pathFor(route.path, hints), queriesFor(route.query, hints))
        .map(([path, query]) => (query === '' ? path : `${path}?${query}`)),
      headers: fc
        .tuple(junkHeaders, route.upload ? uploadType : jsonType)
        .map(([junk, type]) => ({ ...junk, 'content-type': type })),
      body: route.upload
        ? route.path.startsWith('/webhooks/')
          ? webhookBodies
          : uploads
        : route.body
          ? bodiesFor(route.body, hints)
          : fc.constant(null),
    }),
}));

const rawTargets = rawRoutes.map((route): Target => ({
  ...route,
  base: '',
  requests: (hints) =>
    fc.record({
      who: whoFor('public'),
      method: fc.constantFrom('GET', 'HEAD'),
      path: pathFor(route.path, hints),
      headers: fc.record(
        { range: ranges, 'if-none-match': header, 'if-range': header },
        { requiredKeys: [] },
      ),
      body: fc.constant(null),
    }),
}));

/** What removes things comes after what shows them. */
const targets = [...apiTargets, ...rawTargets].sort(
  (a, b) => Number(a.method === 'delete') - Number(b.method === 'delete'),
);
const classes = [...new Set(targets.map(({ tag }) => tag))];

async function hintsOf({ viewer, admin, make, plan }: House, victim: Client): Promise<Hints> {
  const { items: jobs } = (await admin.get('/admin/jobs')).body as unknown as { items: { name: string }[] };
  const film = await make.published('/videos', { access_level: 'free' });
  const tune = await make.published('/musics');
  const stream = await make.stream(viewer);
  const genre = await make.genre();
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
    'accounts/me/sessions id': [await make.session(viewer)],
    asset_id: [await make.poster()],
    token: [stream.manifest.split('/').at(-1) ?? ''],
    payment_method: ['pm_ok', 'pm_declined', 'pm_requires_action', 'pm_timeout_after_capture', 'pm_none'],
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
    'media/pictures name': [String(picture.body['picture_url']).split('/').at(-1) ?? ''],
    refresh: [String(again.body['refresh'])],
    code: ['code-a', 'code-b', 'code-c', 'Code', '000000'],
    as_of: ['2026-01-31T12:00:00Z', '1970-01-01T00:00:00Z', '9999-12-31T23:59:59Z'],
    at: ['2026-01-31T12:00:00Z', '2030-01-01T00:00:00+14:00'],
    starts_at: ['2026-01-31T12:00:00Z', '2027-01-01T00:00:00Z', '9999-12-31T23:59:59Z'],
    month: ['2026-01', '2026-13', '0000-00', '9999-12'],
    currency: ['USD', 'JPY', 'KWD', 'XXX', 'usd'],
    price: ['9.99', '0.00', '-1', '1e3', '999999999999999.99', '0.001'],
    limit: ['1', '100'],
  };
}

for (const store of STORES) {
  describe(`generated requests on ${store} (FUZZ_SEED=${SEED})`, () => {
    let world: RunningUsher;
    let link: ReturnType<typeof wire> | undefined;
    let signedIn: Readonly<Record<Who, Client>>;
    before(async () => {
      world = await startUsher(store);
      link = wire(world.base);
    });
    after(async () => {
      link?.close();
      await world.stop();
    });

    const send = async (base: string, { who, headers, ...sent }: Attempt): Promise<Received> => {
      const { token } = signedIn[who];
      const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
      if (!link) throw new Error('not started');
      const answer = await link.send({
        ...sent,
        path: base + sent.path,
        headers: { ...headers, ...authorization, ...signatureFor(world, sent) },
      });
      // A log-out that was meant, or ten minutes: the next request comes from the same person again.
      const isOver = answer.status === 401 || (answer.status === 204 && /logout|me/.test(sent.path));
      if (isOver && token !== null) signedIn = { ...signedIn, [who]: await signedIn[who].logIn() };
      return answer;
    };

    for (const name of classes)
      it(`${name}: never a 5xx, and no refusal but a declared problem`, async function () {
        this.timeout(PER_CLASS * 1_000);
        // Anew: what came before may have removed everything.
        const house = await furnish(world);
        const hints = await hintsOf(house, await world.person('victim'));
        signedIn = { anonymous: world.anonymous(), account: house.viewer, admin: house.admin };
        let successes = 0;
        const members = targets.filter(({ tag }) => tag === name);
        for (const target of members) {
          const property = fc.asyncProperty(target.requests(hints), async (attempt) => {
            const answer = await send(target.base, attempt);
            obeysTheLaw(target, answer);
            if (answer.status < 400) successes += 1;
          });
          const numRuns = Math.ceil(PER_CLASS / members.length);
          await fc.assert(property, { numRuns, seed: SEED, verbose: false }).catch((error: unknown) => {
            throw new Error(`${target.method} ${target.path}`, { cause: error });
          });
        }
        expect(successes, 'requests that reached the product').to.be.above(0);
      });
  });
}
