import { expect } from 'chai';
import { Client } from '../world/client.ts';
import { DURABLE_STORES, openGround, type Ground } from './ground.ts';

const PROCESSES = 4;

for (const store of DURABLE_STORES) {
  describe(`${PROCESSES} processes started at once on an empty ${store}`, function () {
    this.timeout(60_000);
    let ground: Ground;
    beforeEach(async () => {
      ground = await openGround(store);
    });
    afterEach(() => ground.close());

    it('all become ready, with one schema, one set of demo plans and titles, and the same keys', async () => {
      const all = await Promise.allSettled(
        Array.from({ length: PROCESSES }, () => ground.serve({ SEED: 'demo' })),
      );
      const failures = all.flatMap((each) => (each.status === 'rejected' ? [String(each.reason)] : []));
      expect(failures).to.deep.equal([]);
      const ushers = all.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
      for (const { base } of ushers) expect((await fetch(`${base}/readyz`)).status).to.equal(200);

      const [first, ...others] = ushers;
      const viewer = await Client.register(first?.base ?? '', {
        email: 'one@example.com',
        password: 'one word for all of them',
      });
      for (const { base } of others) {
        const me = await fetch(`${base}/api/v1/accounts/me`, {
          headers: { authorization: `Bearer ${viewer.token}` },
        });
        expect(me.status, 'a token of one is a token of all').to.equal(200);
      }
      const plans = await viewer.get('/subscriptions/plans?limit=100');
      expect(codesOf(plans.body['items'])).to.deep.equal(['basic', 'premium', 'premium-year']);
      const titles = await viewer.get('/titles?limit=100');
      const names = namesOf(titles.body['items']);
      expect(names).to.have.length(8);
      expect(new Set(names).size).to.equal(8);
    });
  });
}

const codesOf = (items: unknown): readonly string[] =>
  (items as readonly { code: string }[]).map(({ code }) => code).sort();
const namesOf = (items: unknown): readonly string[] =>
  (items as readonly { title: string }[]).map(({ title }) => title);
