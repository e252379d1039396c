import { createHmac } from 'node:crypto';
import { request as rawRequest } from 'node:http';
import { expect } from 'chai';
import { UNIT_OF_WORK } from '../../adapters/composition/keys.ts';
import { routesOf } from '../../adapters/http/routes/all.ts';
import { gzipSync } from 'node:zlib';
import { createPlanOn } from '../world/plans.ts';
import { STORES } from '../world/stores.ts';
import { startUsher, type RunningUsher } from '../world/usher.ts';
import { expected } from '../world/house.ts';
import type { Answer, Client } from '../world/client.ts';

const SECRET = 'a present one of thirty-two bytes and more';
const OLD = 'the one before it, of thirty-two bytes too';

const variables = {
  SIMULATED_WEBHOOK_SECRET: SECRET,
  SIMULATED_WEBHOOK_SECRET_PREVIOUS: OLD,
  PUBLIC_URL: 'https://usher.example',
};

const seconds = (): number => Math.floor(Date.now() / 1_000);

const signed = (body: string | Buffer, secret = SECRET, time = seconds()): string =>
  `t=${time},v1=${createHmac('sha256', secret).update(`${time}.`).update(body).digest('hex')}`;

let names = 0;
const eventOf = (changes: object = {}): { readonly id: string; readonly body: string } => {
  names += 1;
  const id = `simevt_http_${names}`;
  const charge = { key: 'usher-nobody', reference: `sim_${names}`, amount: 999, currency: 'USD' };
  const event = { id, type: 'charge.captured', created: seconds(), livemode: false, merchant: 'usher' };
  return { id, body: JSON.stringify({ ...event, data: { charge }, note: 'Zoë', ...changes }) };
};

describe('POST /webhooks/simulated', () => {
  let world: RunningUsher;
  before(async () => {
    world = await startUsher('SQLite', { variables });
  });
  after(() => world.stop());

  const send = (body: string | Buffer, headers: Readonly<Record<string, string>>): Promise<Answer> =>
    world.anonymous().send('POST', '/webhooks/simulated', { bytes: Buffer.from(body), headers });
  const isStored = async (id: string): Promise<boolean> => {
    const name = { provider: 'simulated', id };
    return (
      (await world.usher.get(UNIT_OF_WORK).read(({ providerEvents }) => providerEvents.find(name))) !==
      undefined
    );
  };

  const GOOD: readonly (readonly [what: string, headers: (body: string) => Readonly<Record<string, string>>])[] =
    [
      ['the present secret', (body) => ({ 'simulated-signature': signed(body) })],
      ['the secret before it', (body) => ({ 'simulated-signature': signed(body, OLD) })],
      ['a signature of 299 s ago', (body) => ({ 'simulated-signature': signed(body, SECRET, seconds() - 298) })],
      [
        'a type of its own',
        (body) => ({ 'simulated-signature': signed(body), 'content-type': 'text/plain; charset=latin1' }),
      ],
    ];

  for (const [what, headers] of GOOD)
    it(`takes an event in by ${what}`, async () => {
      const { id, body } = eventOf();
      const answer = await send(body, headers(body));
      expect([answer.status, answer.body]).to.deep.equal([200, { received: true }]);
      expect(await isStored(id)).to.equal(true);
    });

  const BAD: typeof GOOD = [
    ['no signature', () => ({})],
    ['an empty signature', () => ({ 'simulated-signature': '' })],
    ['a wrong secret', (body) => ({ 'simulated-signature': signed(body, 'another') })],
    ['another header', (body) => ({ 'stripe-signature': signed(body) })],
    ['a signature of 301 s ago', (body) => ({ 'simulated-signature': signed(body, SECRET, seconds() - 302) })],
    ['a signature of 301 s ahead', (body) => ({ 'simulated-signature': signed(body, SECRET, seconds() + 303) })],
    ['a signature of other bytes', (body) => ({ 'simulated-signature': signed(`${body} `) })],
    [
      'a signature of the same JSON, written otherwise',
      (body) => ({ 'simulated-signature': signed(JSON.stringify(JSON.parse(body), null, 2)) }),
    ],
    ['a signature of another charset', (body) => ({ 'simulated-signature': signed(Buffer.from(body, 'latin1')) })],
  ];

  for (const [what, headers] of BAD)
    it(`refuses an event with ${what}, and keeps nothing`, async () => {
      const { id, body } = eventOf();
      const answer = await send(body, headers(body));
      expect([answer.status, answer.body['code']]).to.deep.equal([400, 'billing.webhook-signature']);
      expect(await isStored(id)).to.equal(false);
    });

  it('refuses an event with two signatures in two headers', async () => {
    const { id, body } = eventOf();
    const url = new URL('/api/v1/webhooks/simulated', world.base);
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sending = rawRequest(url, { method: 'POST' }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sending.on('error', reject).setHeader('Simulated-Signature', [signed(body), signed(body)]);
      sending.end(body);
    });
    expect(status).to.equal(400);
    expect(await isStored(id)).to.equal(false);
  });

  it('takes bytes and not their compression', async () => {
    const { body } = eventOf();
    const packed = gzipSync(body);
    const headers = { 'simulated-signature': signed(packed), 'content-encoding': 'gzip' };
    expect((await send(packed, headers)).status).to.equal(415);
  });

  it('takes a megabyte, and no more', async () => {
    const large = eventOf({ type: 'payout.paid', note: 'x'.repeat(990_000) });
    expect((await send(large.body, { 'simulated-signature': signed(large.body) })).status).to.equal(200);
    const { id, body } = eventOf({ note: 'x'.repeat(1_000_001) });
    expect((await send(body, { 'simulated-signature': signed(body) })).status).to.equal(413);
    expect(await isStored(id)).to.equal(false);
  });

  it('answers the second delivery like the first', async () => {
    const { body } = eventOf();
    const headers = { 'simulated-signature': signed(body) };
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(body, headers)));
    expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([200]));
  });

  it('is counted', async () => {
    const text = await (await fetch(`${world.base}/metrics`)).text();
    for (const outcome of ['received', 'duplicate', 'refused'])
      expect(text).to.match(
        new RegExp(`usher_webhooks_total\\{provider="simulated",outcome="${outcome}"\\} [1-9]`),
      );
    expect(text).to.include('usher_webhooks_total{provider="simulated",outcome="failed"} 0');
  });

  it('exists only where payments are simulated', () => {
    const paths = (providers: readonly string[]): readonly string[] =>
      routesOf(providers)
        .map(({ path }) => path)
        .filter((path) => path === '/webhooks/simulated');
    expect(paths(['simulated'])).to.have.length(1);
    expect(paths(['stripe'])).to.have.length(0);
  });
});

for (const store of STORES)
  describe(`the hosted page on ${store}`, () => {
    let world: RunningUsher;
    let plan: string;
    before(async () => {
      world = await startUsher(store, { variables });
      plan = await createPlanOn(await world.admin(), { code: 'plan', name: 'Tom & <b>Jerry</b>' });
    });
    after(() => world.stop());

    const bought = async (person: Client, extra: object = {}): Promise<{ id: string; url: string }> => {
      const body = { plan_id: plan, payment_method: 'pm_requires_action', ...extra };
      const answer = expected(await person.post('/payments', body), 201);
      expect(answer.body['status']).to.equal('requires_action');
      const address = new URL(String(answer.body['checkout_url']));
      expect(address.origin).to.equal('https://usher.example');
      return { id: String(answer.body['id']), url: world.base + address.pathname };
    };
    const decide = (url: string, decision: string): Promise<Response> =>
      fetch(url, { method: 'POST', body: new URLSearchParams({ decision }), redirect: 'manual' });
    const statusOf = async (person: Client, id: string): Promise<unknown> =>
      (await person.get(`/payments/my/${id}`)).body['status'];

    it('shows what is bought and for how much, and runs no script', async () => {
      const { url } = await bought(await world.person(), { return_url: 'https://app.example/done?a=1&b=2' });
      const page = await fetch(url);
      const html = await page.text();
      expect(page.status).to.equal(200);
      expect(page.headers.get('content-type')).to.equal('text/html; charset=utf-8');
      expect(html).to.include('Tom &amp; &lt;b&gt;Jerry&lt;/b&gt;').and.to.include('<html lang="en">');
      for (const label of ['Pay ', 'Decline', 'Cancel']) expect(html).to.include(label);
      expect(html).to.not.match(/<script|<b>| on[a-z]+=/);
      const policy = page.headers.get('content-security-policy') ?? '';
      const style = /<style>([^]*)<\/style>/.exec(html)?.[1] ?? '';
      const { createHash } = await import('node:crypto');
      expect(policy).to.include(`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`);
      expect(policy).to.include("default-src 'none'").and.to.include("frame-ancestors 'none'");
      // Browsers hold what a form is redirected to against this.
      expect(policy).to.include("form-action 'self' https://app.example");
      expect(page.headers.get('cache-control')).to.equal('no-store');
      expect(page.headers.get('referrer-policy')).to.equal('no-referrer');
    });

    it('settles at once when the payer pays, and leads back', async () => {
      const person = await world.person();
      const { id, url } = await bought(person, { return_url: 'https://app.example/done' });
      const answer = await decide(url, 'pay');
      expect([answer.status, answer.headers.get('location')]).to.deep.equal([303, 'https://app.example/done']);
      expect(await statusOf(person, id)).to.equal('succeeded');
      expect((await person.get('/subscriptions/my')).body['status']).to.equal('active');
      await world.settle();
      expect(await statusOf(person, id)).to.equal('succeeded');
    });

    for (const [decision, status, text] of [
      ['pay', 'succeeded', 'Paid'],
      ['decline', 'failed', 'declined'],
      ['cancel', 'expired', 'closed'],
    ] as const)
      it(`says what became of it after ${decision}, and takes no other decision`, async () => {
        const person = await world.person();
        const { id, url } = await bought(person);
        const answer = await decide(url, decision);
        expect(answer.headers.get('location')).to.equal(new URL(url).pathname);
        for (const again of ['pay', 'cancel']) await decide(url, again);
        const html = await (await fetch(url)).text();
        expect(html).to.include(text).and.not.to.include('<form');
        expect(await statusOf(person, id)).to.equal(status);
      });

    it('takes nothing that is no decision', async () => {
      const person = await world.person();
      const { id, url } = await bought(person);
      expect((await decide(url, 'steal')).status).to.equal(303);
      expect((await fetch(url, { method: 'POST', body: 'x'.repeat(5_000) })).status).to.equal(413);
      expect(await statusOf(person, id)).to.equal('requires_action');
    });

    it('is found by its name alone', async () => {
      for (const name of ['1', '0'.repeat(64), '%00', `${'0'.repeat(63)}G`])
        for (const method of ['GET', 'POST']) {
          const answer = await fetch(`${world.base}/simulated/checkout/${name}`, { method });
          expect(answer.status, `${method} ${name}`).to.equal(404);
          expect(answer.headers.get('content-type')).to.equal('application/problem+json');
        }
    });
  });

describe('POST /payments/reconcile', () => {
  let world: RunningUsher;
  let admin: Client;
  before(async () => {
    world = await startUsher('SQLite', { variables });
    admin = await world.admin();
  });
  after(() => world.stop());

  it('answers what was repaired, to admins', async () => {
    const person = await world.person();
    const plan = await createPlanOn(admin, { code: 'plan' });
    const body = { plan_id: plan, payment_method: 'pm_timeout_after_capture' };
    const { id } = expected(await person.post('/payments', body), 201).body as unknown as { id: string };
    const asked = { account_id: person.accountId };
    const first = expected(await admin.post('/payments/reconcile', asked), 200);
    expect(first.body['account_id']).to.equal(person.accountId);
    expect(first.body['repaired']).to.deep.include({ kind: 'payment', id, was: 'pending', is: 'succeeded' });
    const second = expected(await admin.post('/payments/reconcile', asked), 200);
    expect(second.body).to.deep.include({ repaired: [], unanswered: [] });
    expect((await person.post('/payments/reconcile', asked)).status).to.equal(403);
    expect((await world.anonymous().post('/payments/reconcile', asked)).status).to.equal(401);
  });

  it('refuses who is nobody, and what is no id', async () => {
    const nobody = await admin.post('/payments/reconcile', { account_id: 'nobody' });
    expect([nobody.status, nobody.body['code']]).to.deep.equal([404, 'request.not-found']);
    expect((await admin.post('/payments/reconcile', {})).status).to.equal(400);
  });
});
