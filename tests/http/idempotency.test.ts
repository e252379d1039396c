import { expect } from 'chai';
import type { Answer, Client } from '../world/client.ts';
import { furnish, type House } from '../world/house.ts';
import { allRoutes } from '../world/routes.ts';
import type { RunningUsher } from '../world/usher.ts';
import { COMPOSITIONS, keyOf } from './compositions.ts';
import { WRITES } from './writes.ts';

/** What api.md marks with ⓘ, of what is built. */
const PROMISED = [
  'post /payments',
  'post /payments/checkout',
  'post /payments/{id}/refunds',
  'post /subscriptions',
  'post /subscriptions/change',
  'post /subscriptions/renew',
];

/** Another body of the same route, whatever it is. */
const another = (body: Readonly<Record<string, unknown>>): object => ({ ...body, of_mine: 'another' });

/** What comes before the route can do something, behind a subscription of the viewer. */
const BEFORE: Readonly<Record<string, (house: House) => Promise<unknown>>> = {
  'post /subscriptions': ({ viewer }) => viewer.post('/subscriptions/cancel', { at: 'now' }),
};

describe('the routes that take an Idempotency-Key', () => {
  it('are those that were promised', () => {
    expect(allRoutes.filter(({ idempotent }) => idempotent).map(keyOf)).to.include.members(PROMISED);
  });
});

for (const { name, own, start } of COMPOSITIONS) {
  const keys = allRoutes.filter(({ idempotent }) => idempotent).map(keyOf);

  describe(`an Idempotency-Key on ${name}`, () => {
    let world: RunningUsher;
    before(async () => {
      world = await start();
    });
    after(() => world.stop());

    for (const key of keys.filter((each) => own.has(each)))
      it(`${key}: once, whoever asks again; and no other request under it`, async () => {
        const write = WRITES[key];
        if (!write) throw new Error('a route with a body has a row');
        const house = await furnish(world);
        await BEFORE[key]?.(house);
        const client = write.as === 'admin' ? house.admin : house.viewer;
        const path = (await write.path?.(house)) ?? key.replace('post ', '');
        const body = await write.body(house);
        const send = (given: object, by: Client = client): Promise<Answer> =>
          by.post(path, given, { 'idempotency-key': `the key of ${key}` });
        const first = await send(body);
        expect(first.status, JSON.stringify(first.body)).to.equal(write.status);
        expect(first.headers.get('idempotency-replayed')).to.equal(null);
        for (let time = 1; time <= 2; time += 1) {
          const again = await send(body);
          expect(again.status).to.equal(write.status);
          expect(again.headers.get('idempotency-replayed')).to.equal('true');
          expect(again.body).to.deep.equal(first.body);
        }
        const { status, body: refused } = await send(another(body));
        expect([status, refused['code']]).to.deep.equal([422, 'idempotency.other-request']);
        const malformed = await client.post(path, body, { 'idempotency-key': 'x'.repeat(256) });
        expect([malformed.status, malformed.body['code']]).to.deep.equal([400, 'request.invalid']);
      });
  });
}
