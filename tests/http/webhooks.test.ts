import { createHmac } from 'node:crypto';
import { request as rawRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { UNIT_OF_WORK } from '../../adapters/composition/keys.ts';
import { routesOf } from '../../adapters/http/routes/all.ts';
import { startUsher, type RunningUsher } from '../world/usher.ts';
import type { Answer } from '../world/client.ts';

const SECRET = 'a present one of thirty-two bytes and more';
const OLD = 'the one before it, of thirty-two bytes too';

const variables = {
  SIMULATED_WEBHOOK_SECRET: SECRET,
  SIMULATED_WEBHOOK_SECRET_PREVIOUS: OLD,
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

  const GOOD: readonly (readonly [
    what: string,
    headers: (body: string) => Readonly<Record<string, string>>,
  ])[] = [
    ['the present secret', (body) => ({ 'simulated-signature': signed(body) })],
    ['the secret before it', (body) => ({ 'simulated-signature': signed(body, OLD) })],
    [
      'a signature of 299 s ago',
      (body) => ({ 'simulated-signature': signed(body, SECRET, seconds() - 298) }),
    ],
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
    [
      'a signature of 301 s ago',
      (body) => ({ 'simulated-signature': signed(body, SECRET, seconds() - 302) }),
    ],
    [
      'a signature of 301 s ahead',
      (body) => ({ 'simulated-signature': signed(body, SECRET, seconds() + 303) }),
    ],
    ['a signature of other bytes', (body) => ({ 'simulated-signature': signed(`${body} `) })],
    [
      'a signature of the same JSON, written otherwise',
      (body) => ({ 'simulated-signature': signed(JSON.stringify(JSON.parse(body), null, 2)) }),
    ],
    [
      'a signature of another charset',
      (body) => ({ 'simulated-signature': signed(Buffer.from(body, 'latin1')) }),
    ],
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
