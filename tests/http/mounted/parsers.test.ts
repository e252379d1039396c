import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import express, { type Request, type RequestHandler, type Response } from 'express';
import { EDGE_LOG } from '../../../adapters/composition/keys.ts';
import { instead } from '../../../adapters/composition/override.ts';
import { furnish, type House } from '../../world/house.ts';
import { POSTER } from '../../world/media-samples.ts';
import type { Answer } from '../../world/client.ts';
import type { RunningUsher } from '../../world/usher.ts';
import { mountedAt, stopAll } from './host.ts';

const SECRET = 'a present one of thirty-two bytes and more';
const variables = { SIMULATED_WEBHOOK_SECRET: SECRET };

/** What Stripe and others ask their customers to do, and what cloud runtimes do by themselves. */
const keeping = express.json({
  limit: '1mb',
  verify: (request, _response, bytes) => {
    Object.assign(request, { rawBody: bytes });
  },
});

/** A host that parses everything before it comes to us. */
const parsing = (json: RequestHandler): readonly RequestHandler[] => [json, express.urlencoded()];

async function webhook(world: RunningUsher): Promise<Answer> {
  const created = Math.floor(Date.now() / 1_000);
  const charge = { key: 'usher-nobody', reference: 'sim_1', amount: 999, currency: 'USD' };
  const event = { id: 'simevt_1', type: 'charge.captured', created, livemode: false, merchant: 'usher' };
  // Written with spaces: parsed and written again it is other bytes.
  const body = JSON.stringify({ ...event, data: { charge } }, null, 2);
  const digest = createHmac('sha256', SECRET).update(`${created}.`).update(body).digest('hex');
  return world.anonymous().send('POST', '/webhooks/simulated', {
    bytes: Buffer.from(body),
    headers: { 'content-type': 'application/json', 'simulated-signature': `t=${created},v1=${digest}` },
  });
}

for (const [what, json] of [
  ['keeps the bytes', keeping],
  ['keeps what it made of them', express.json({ limit: '1mb' })],
  ['gives bytes', express.raw({ type: '*/*', limit: '1mb' })],
] as const)
  describe(`behind a host's parser that ${what}`, () => {
    let world: RunningUsher;
    let house: House;
    before(async () => {
      world = await mountedAt('/usher', { front: parsing(json), variables });
      house = await furnish(world);
    });
    after(stopAll);

    it('sells a plan, once per key', async () => {
      const person = await world.person();
      const buy = (body: object): Promise<Answer> =>
        person.post('/payments', body, { 'idempotency-key': 'the first' });
      const [first, again] = [await buy({ plan_id: house.plan }), await buy({ plan_id: house.plan })];
      expect([first.status, again.status]).to.deep.equal([201, 201]);
      expect(again.body).to.deep.equal(first.body);
      expect((await buy({ plan_id: house.plan, coupon: 'other' })).status).to.equal(422);
    });

    it('holds bodies to the same rules', async () => {
      const deep = JSON.parse(`${'{"a":'.repeat(30)}1${'}'.repeat(30)}`) as object;
      const refused = async (body: unknown): Promise<unknown> =>
        (await world.anonymous().post('/accounts/register', body)).body['code'];
      expect(await refused({ email: 'a@example.com', password: deep })).to.equal('request.invalid');
      expect(await refused({ email: 'a@example.com', password: 'nul \0 in it' })).to.equal('request.invalid');
      expect(await refused({ email: 'x'.repeat(150_000) })).to.equal('request.too-large');
    });

    it('lets a payer decide on a form', async () => {
      const person = await world.person();
      const wants = { plan_id: house.plan, payment_method: 'pm_requires_action' };
      const bought = await person.post('/payments', wants);
      const page = new URL(bought.body['checkout_url'], world.base);
      const decided = await fetch(page, {
        method: 'POST',
        body: new URLSearchParams({ decision: 'pay' }),
        redirect: 'manual',
      });
      expect([decided.status, decided.headers.get('location')]).to.deep.equal([303, page.pathname]);
      expect((await person.get('/subscriptions/my')).body['active']).to.equal(true);
    });

    it('takes a picture', async () => {
      const answer = await house.viewer.upload('/accounts/me/picture', POSTER, 'image/png');
      expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
    });
  });

describe("a webhook behind a host's parser", () => {
  after(stopAll);

  it('is read where its bytes were kept', async () => {
    for (const json of [keeping, express.raw({ type: '*/*' })]) {
      const world = await mountedAt('/usher', { front: [json], variables });
      expect((await webhook(world)).status).to.equal(200);
    }
  });

  it('fails at once where they were not, and the log says what to do', async () => {
    const said: string[] = [];
    const log = { request: () => undefined, error: (error: unknown) => void said.push(String(error)) };
    const override = instead(EDGE_LOG, log);
    const world = await mountedAt('/usher', { front: [express.json()], variables, override });
    const answer = await webhook(world);
    expect([answer.status, answer.body['code']]).to.deep.equal([500, 'internal']);
    expect(said).to.have.length(1);
    expect(said[0]).to.include('Mount Usher before the parser');
  });
});

describe('behind a middleware that waits for the head', () => {
  after(stopAll);

  it('tells it the headers name by name, as older ones understand them', async () => {
    const seen: (string | undefined)[] = [];
    /** As `on-headers` did before 1.1, below express-session and compression. */
    const listening = (_request: Request, response: Response, next: () => void): void => {
      const { writeHead } = response;
      Object.assign(response, {
        writeHead: (status: number, ...others: readonly unknown[]) => {
          seen.push(String(response.getHeader('content-type')));
          expect(others).to.deep.equal([]);
          return writeHead.call(response, status);
        },
      });
      next();
    };
    const world = await mountedAt('/usher', { front: [listening] });
    const answer = await world.anonymous().get('/subscriptions/plans');
    expect([answer.status, answer.body]).to.deep.equal([200, { items: [], next_cursor: null }]);
    expect(answer.headers.get('x-request-id')).to.be.a('string');
    const refused = await world.anonymous().get('/accounts/me');
    expect(refused.status).to.equal(401);
    expect(seen).to.deep.equal(['application/json; charset=utf-8', 'application/problem+json']);
  });
});
