import { expect } from 'chai';
import fc from 'fast-check';
import type { Access, Method, Route } from '../../adapters/http/route.ts';
import { COMPOSITIONS, keyOf } from '../http/compositions.ts';
import { allRoutes, rawRoutes } from '../world/routes.ts';
import { CLIP, POSTER } from '../world/catalog.ts';
import type { Client } from '../world/client.ts';
import { furnish } from '../world/house.ts';
import type { RunningUsher } from '../world/usher.ts';
import { bodiesFor, headersFor, paramsFor, queriesFor, type Hints } from './from-schema.ts';
import { hintsOf } from './hints.ts';
import { junkText } from './junk.ts';
import { obeysTheLaw } from './law.ts';
import { bodiesOf, signatureFor } from './webhooks.ts';
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
  readonly method: Method;
  readonly path: `/${string}`;
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
  'application/offset+octet-stream',
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
    const [, name, rest = ''] = /^\{(\w+)\*?\}(.*)$/.exec(segment) ?? [];
    if (name === undefined) return fc.constant(segment);
    return paramsFor(hints[`${below} ${name}`] ?? hints[name] ?? []).map((text) => text + rest);
  });
  return fc.tuple(...segments).map((parts) => parts.join('/'));
}

/** What its protocol and its own schema want to hear. */
function headFor({ protocol, head }: Route, hints: Hints): fc.Arbitrary<Readonly<Record<string, string>>> {
  const spoken = protocol
    ? fc
        .oneof({ weight: 9, arbitrary: fc.constant(protocol.version) }, header)
        .map((version) => ({ [protocol.versionHeader.toLowerCase()]: version }))
    : fc.constant({});
  return fc
    .tuple(spoken, head ? headersFor(head, hints) : fc.constant({}))
    .map(([version, own]) => ({ ...version, ...own }));
}

const apiTargets = allRoutes.map((route): Target => ({
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
        .tuple(junkHeaders, headFor(route, hints), route.upload ? uploadType : jsonType)
        .map(([junk, head, type]) => ({ ...junk, ...head, 'content-type': type })),
      body: route.upload
        ? route.path.startsWith('/webhooks/')
          ? bodiesOf(route.path)
          : route.upload.isOptional
            ? fc.option(uploads)
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

for (const { name: composition, own, start } of COMPOSITIONS) {
  const present = targets.filter((target) => own.has(keyOf(target)));
  const classes = [...new Set(present.map(({ tag }) => tag))];

  describe(`generated requests on ${composition} (FUZZ_SEED=${SEED})`, () => {
    let world: RunningUsher;
    let link: ReturnType<typeof wire> | undefined;
    let signedIn: Readonly<Record<Who, Client>>;
    before(async () => {
      world = await start();
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
        let arrivals = 0;
        const members = present.filter(({ tag }) => tag === name);
        for (const target of members) {
          const property = fc.asyncProperty(target.requests(hints), async (attempt) => {
            const answer = await send(target.base, attempt);
            obeysTheLaw(target, answer);
            if (answer.status < 400 || !answer.text.includes('"code":"request.')) arrivals += 1;
          });
          const numRuns = Math.ceil(PER_CLASS / members.length);
          await fc.assert(property, { numRuns, seed: SEED, verbose: false }).catch((error: unknown) => {
            throw new Error(`${target.method} ${target.path}`, { cause: error });
          });
        }
        expect(arrivals, 'requests that the edge did not turn away').to.be.above(0);
      });
  });
}
