import { expect } from 'chai';
import { z } from 'zod';
import { allRoutes, rawRoutes } from '../world/routes.ts';
import type { Answer, Client } from '../world/client.ts';
import { furnish, type House } from '../world/house.ts';
import type { RunningUsher } from '../world/usher.ts';
import { COMPOSITIONS, keyOf } from './compositions.ts';
import { NAMED, OWNED, OWNED_IN_BODY, type Owned } from './whose.ts';

const ABSENT = '01980000-0000-7000-8000-ffffffffffff';
const MALFORMED = ['nonsense', '1', `${ABSENT}0`, '%2e%2e%2fme', '%00', "'%20or%201=1"];

/** Fields of a body that are ids of the product; a device's id is the client's own. */
function idFields(body: z.ZodType): readonly string[] {
  const { properties = {} } = z.toJSONSchema(body, { io: 'input', unrepresentable: 'any' });
  return Object.keys(properties).filter((name) => name.endsWith('_id') && name !== 'device_id');
}

describe('the table of whose objects routes name', () => {
  it('has a row for every route with a parameter, and no other', () => {
    const withParameter = [...allRoutes, ...rawRoutes].filter(({ path }) => path.includes('{')).map(keyOf);
    expect([...Object.keys(OWNED), ...Object.keys(NAMED)].sort()).to.deep.equal(withParameter.sort());
  });

  it('has a row for every id in a body, and no other', () => {
    const named = allRoutes.flatMap((route) =>
      route.body ? idFields(route.body).map((name) => `${keyOf(route)} ${name}`) : [],
    );
    expect(Object.keys(OWNED_IN_BODY).sort()).to.deep.equal(named.sort());
  });
});

interface Asking {
  readonly method: string;
  readonly path: string;
  readonly id: string;
  readonly row: Pick<Owned, 'body' | 'bytes' | 'headers'>;
}

const at = (client: Client, { method, path, id, row }: Asking): Promise<Answer> =>
  client.send(method.toUpperCase(), path.replace(/\{\w+\}/, id).replace('{path*}', 'master.m3u8'), {
    ...(row.body ? { body: row.body } : {}),
    ...(row.bytes ? { bytes: row.bytes } : {}),
    headers: { ...(row.bytes ? { 'content-type': 'application/octet-stream' } : {}), ...row.headers },
  });

/** What says nothing of the object: when it was asked, and what the path speaks. */
const CONSTANT = ['date', 'x-request-id', 'content-length', 'tus-resumable'];

/** All that a caller can tell an answer by: the ids of requests count up, and grow by a digit now and then. */
function told({ status, body, headers }: Answer): unknown {
  const { request_id: id, ...problem } = body as unknown as Record<string, unknown>;
  return {
    status,
    problem,
    headers: [...headers].filter(([name]) => !CONSTANT.includes(name)),
    length: Number(headers.get('content-length')) - String(id).length,
  };
}

/** `method path`, with a field of the body behind it or not. */
const routeOf = (key: string): string => key.split(' ').slice(0, 2).join(' ');

for (const { name, own: mine, start } of COMPOSITIONS) {
  const rows = <T>(table: Readonly<Record<string, T>>): readonly [string, T][] =>
    Object.entries(table).filter(([key]) => mine.has(routeOf(key)));

  describe(`somebody else’s objects on ${name}`, () => {
    let world: RunningUsher;
    let house: House;
    let absence: unknown;
    before(async () => {
      world = await start();
      house = await furnish(world);
      absence = told(await house.viewer.get(`/payments/my/${ABSENT}`));
      expect(absence).to.have.nested.property('problem.code', 'request.not-found');
    });
    after(() => world.stop());

    for (const [key, row] of rows(OWNED)) {
      it(`${key}: an absent, a malformed and a hidden one look the same`, async () => {
        const [method = '', path = ''] = key.split(' ');
        const client = house[row.as];
        const ids = [ABSENT, ...MALFORMED, ...(await row.others(house))];
        for (const id of ids) {
          const answer = told(await at(client, { method, path, id, row }));
          // Media may be read by pages of any origin, refusals too.
          if (path.startsWith('/media'))
            expect(answer).to.have.nested.property('problem.code', 'request.not-found');
          else expect(answer, id).to.deep.equal(absence);
        }
        const own = await at(client, { method, path, id: await row.own(house), row });
        expect(own.status, JSON.stringify(own.body)).not.to.equal(404);
        expect(own.status, JSON.stringify(own.body)).to.be.below(500);
      });
    }

    for (const [key, row] of rows(OWNED_IN_BODY)) {
      it(`${key}: an absent, a malformed and a hidden one look the same`, async () => {
        const [method = '', path = '', field = ''] = key.split(' ');
        const post = (id: string): Promise<Answer> =>
          at(house[row.as], { method, path, id, row: { body: { ...row.body, [field]: id } } });
        for (const id of [ABSENT, 'nonsense', '', ...(await row.others(house))]) {
          expect(told(await post(id)), id).to.deep.equal(absence);
        }
        const own = await post(await row.own(house));
        expect(own.status, JSON.stringify(own.body)).not.to.equal(404);
      });
    }

    for (const [key, row] of rows(NAMED)) {
      it(`${key}: a name that nobody gave out`, async () => {
        const [method = '', path = ''] = key.split(' ');
        const client = house[row.as];
        for (const id of [ABSENT, 'nonsense', '%2e%2e%2fme']) {
          const { status, body } = await at(client, { method, path, id, row: {} });
          expect([status, status < 400 ? null : body['code']], id).to.deep.equal([
            row.unknown.status,
            row.unknown.code,
          ]);
        }
        const own = await row.own(house);
        // There is no dead delivery to retry; its own tests make one.
        if (own !== '') expect((await at(client, { method, path, id: own, row: {} })).status).to.equal(200);
      });
    }
  });
}
