import { createHash } from 'node:crypto';
import { expect } from 'chai';
import type { Client } from '../world/client.ts';
import { expected } from '../world/house.ts';
import { createPlanOn } from '../world/plans.ts';
import { STORES } from '../world/stores.ts';
import { startUsher, type RunningUsher } from '../world/usher.ts';

for (const store of STORES)
  describe(`the hosted page on ${store}`, () => {
    let world: RunningUsher;
    let plan: string;
    before(async () => {
      world = await startUsher(store, { variables: { PUBLIC_URL: 'https://usher.example' } });
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
      expect([answer.status, answer.headers.get('location')]).to.deep.equal([
        303,
        'https://app.example/done',
      ]);
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
