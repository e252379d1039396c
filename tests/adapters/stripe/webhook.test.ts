import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import Stripe from 'stripe';
import { UNIT_OF_WORK } from '../../../adapters/composition/keys.ts';
import type { StoredEvent } from '../../../src/billing/index.ts';
import { PREVIOUS_SECRET, startStripeWorld, WEBHOOK_SECRET, type StripeWorld } from './world.ts';

const nowSeconds = (): number => Math.floor(Date.now() / 1000);

let count = 0;
/** A synthetic event of a type that means nothing to us. */
function eventText(changes: object = {}): { readonly id: string; readonly text: string } {
  count += 1;
  const id = `evt_table${count}`;
  const event = {
    id,
    object: 'event',
    api_version: '2026-10-28.endive',
    created: nowSeconds(),
    livemode: false,
    type: 'product.updated',
    data: { object: { id: 'prod_1', object: 'product', name: 'Zoë' } },
    ...changes,
  };
  return { id, text: JSON.stringify(event) };
}

const hex = (secret: string, text: string): string => createHmac('sha256', secret).update(text).digest('hex');
const v1 = (text: string, { time = nowSeconds() as number | string, secret = WEBHOOK_SECRET } = {}): string =>
  `v1=${hex(secret, `${time}.${text}`)}`;
const header = (text: string, time: number | string = nowSeconds()): string =>
  `t=${time},${v1(text, { time })}`;

interface Sent {
  readonly what: string;
  readonly status: 200 | 400 | 413;
  readonly body?: (text: string) => string | Buffer;
  readonly signature: (text: string) => string | readonly string[] | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly event?: object;
}

const TABLE: readonly Sent[] = [
  {
    what: 'signed as the SDK does',
    status: 200,
    signature: (payload) => Stripe.webhooks.generateTestHeaderString({ payload, secret: WEBHOOK_SECRET }),
  },
  {
    what: 'signed with the secret before, while rotating',
    status: 200,
    signature: (text) => `t=${nowSeconds()},${v1(text, { secret: PREVIOUS_SECRET })}`,
  },
  {
    what: 'signed with both secrets',
    status: 200,
    signature: (text) => `t=${nowSeconds()},${v1(text, { secret: PREVIOUS_SECRET })},${v1(text)}`,
  },
  {
    what: 'two signatures of which one is good',
    status: 200,
    signature: (text) => `t=${nowSeconds()},${v1(text, { secret: 'x' })},${v1(text)}`,
  },
  {
    what: 'an unknown scheme beside a good one',
    status: 200,
    signature: (text) => `${header(text)},v0=${'0'.repeat(64)}`,
  },
  { what: 'of 295 s ago', status: 200, signature: (text) => header(text, nowSeconds() - 295) },
  { what: 'of a clock 295 s ahead', status: 200, signature: (text) => header(text, nowSeconds() + 295) },
  { what: 'another content type', status: 200, signature: header, headers: { 'content-type': 'text/plain' } },
  { what: 'of the other mode', status: 200, signature: header, event: { livemode: true } },
  { what: 'of a type nobody knows', status: 200, signature: header, event: { type: 'planet.aligned' } },
  { what: 'no signature', status: 400, signature: () => undefined },
  { what: 'an empty signature', status: 400, signature: () => '' },
  { what: 'the header twice', status: 400, signature: (text) => [header(text), header(text)] },
  {
    what: 'a wrong secret',
    status: 400,
    signature: (text) => `t=${nowSeconds()},${v1(text, { secret: 'whsec_wrong' })}`,
  },
  { what: 'the old scheme alone', status: 400, signature: (text) => header(text).replace('v1=', 'v0=') },
  { what: 'a body with a byte more', status: 400, signature: header, body: (text) => `${text} ` },
  { what: 'a body with a byte less', status: 400, signature: header, body: (text) => text.slice(0, -1) },
  {
    what: 'the JSON written again',
    status: 400,
    signature: header,
    body: (text) => JSON.stringify(JSON.parse(text), null, 2),
  },
  { what: 'a byte order mark before it', status: 400, signature: header, body: (text) => `\uFEFF${text}` },
  { what: 'another charset', status: 400, signature: header, body: (text) => Buffer.from(text, 'latin1') },
  { what: 'a compressed body', status: 400, signature: header, body: (text) => gzipSync(text) },
  { what: 'no time', status: 400, signature: (text) => v1(text) },
  { what: 'a time that is no number', status: 400, signature: (text) => header(text, 'NaN') },
  { what: 'a negative time', status: 400, signature: (text) => header(text, -nowSeconds()) },
  { what: 'a time of milliseconds', status: 400, signature: (text) => header(text, nowSeconds() * 1000) },
  { what: 'of 305 s ago', status: 400, signature: (text) => header(text, nowSeconds() - 305) },
  {
    what: 'of 600 s in the future, which the SDK accepts',
    status: 400,
    signature: (text) => header(text, nowSeconds() + 600),
  },
  { what: 'a signature that is cut off', status: 400, signature: (text) => header(text).slice(0, -2) },
  { what: 'no event at all', status: 400, signature: header, event: { data: undefined } },
  {
    what: 'a thin event of the second API',
    status: 400,
    signature: header,
    event: { object: 'v2.core.event', data: undefined, related_object: { id: 'x' } },
  },
  { what: 'more than a megabyte', status: 413, signature: header, event: { padding: 'x'.repeat(1_050_000) } },
];

describe("Stripe's webhook", function () {
  this.timeout(30_000);
  let it_: StripeWorld;
  before(async () => {
    it_ = await startStripeWorld();
  });
  after(() => it_.stop());

  const stored = (id: string): Promise<StoredEvent | undefined> =>
    it_.world.usher
      .get(UNIT_OF_WORK)
      .read(({ providerEvents }) => providerEvents.find({ provider: 'stripe', id }));

  const send = (
    body: string | Buffer,
    signature: string | readonly string[] | undefined,
    headers = {},
  ): Promise<number> =>
    new Promise((resolve, reject) => {
      const sent = request(
        it_.hook.url,
        {
          method: 'POST',
          headers: {
            'content-type': 'application/json; charset=utf-8',
            'content-length': Buffer.byteLength(body),
            ...(signature === undefined ? {} : { 'stripe-signature': signature as string }),
            ...headers,
          },
        },
        (response) => {
          response.resume().once('end', () => resolve(response.statusCode ?? 0));
        },
      );
      sent.once('error', reject);
      sent.end(body);
    });

  it('has a table of thirty cases and more', () => expect(TABLE).to.have.length.of.at.least(30));

  for (const { what, status, signature, body, headers, event } of TABLE)
    it(`answers ${status}, and keeps ${status === 200 ? 'the event' : 'nothing'}: ${what}`, async () => {
      const { id, text } = eventText(event);
      expect(await send(body ? body(text) : text, signature(text), headers)).to.equal(status);
      expect((await stored(id)) !== undefined).to.equal(status === 200);
    });

  it('says that the signature is wrong, and nothing more', async () => {
    const answer = await fetch(it_.hook.url, {
      method: 'POST',
      body: '{}',
      headers: { 'stripe-signature': 't=1,v1=00' },
    });
    expect(answer.status).to.equal(400);
    expect(await answer.json()).to.include({ code: 'billing.webhook-signature' });
  });

  it('keeps an event of the other mode without a meaning', async () => {
    const object = {
      id: 'in_1',
      object: 'invoice',
      customer: 'cus_1',
      subscription: 'sub_1',
      status: 'paid',
    };
    const { id, text } = eventText({ livemode: true, type: 'invoice.paid', data: { object } });
    expect(await send(text, header(text))).to.equal(200);
    expect((await stored(id))?.body).to.deep.equal({ kind: 'ignored' });
  });

  it('has one effect of events that each come ten times at once', async () => {
    const client = await it_.world.person();
    const plan = await it_.plan();
    const page = await client.post('/payments/checkout', { plan_id: plan });
    it_.stripe.pay(String(page.body['checkout_url']));
    const events = it_.stripe.lose();
    await Promise.all(
      events.flatMap((event) =>
        Array.from({ length: 10 }, async () => {
          expect(await it_.stripe.deliver(it_.hook, [event])).to.deep.equal([200]);
        }),
      ),
    );
    await it_.world.settle();
    expect((await client.get('/payments/my')).body['items']).to.have.length(1);
    expect((await client.get('/invoices')).body['items']).to.have.length(1);
    expect((await client.get('/subscriptions/my')).body).to.include({ active: true });
  });

  it('does not exist for the gateway that was not chosen', async () => {
    const answer = await fetch(it_.hook.url.replace('stripe', 'simulated'), { method: 'POST', body: '{}' });
    expect(answer.status).to.equal(404);
  });
});
