import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import express from 'express';
import { metered } from '../../../adapters/http/metered.ts';
import { createGuard, type Guard } from '../../../src/entitlements/index.ts';
import type { Client } from '../../world/client.ts';
import { expected } from '../../world/house.ts';
import { createPlanOn } from '../../world/plans.ts';
import { STORES } from '../../world/stores.ts';
import { startUsher, type RunningUsher } from '../../world/usher.ts';

const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.catch((error: unknown) => (error instanceof Error && 'code' in error ? error.code : String(error)));

for (const store of STORES)
  describe(`a guard over the whole product on ${store}`, () => {
    let world: RunningUsher;
    let guard: Guard;
    let admin: Client;
    let viewer: Client;
    before(async () => {
      world = await startUsher(store);
      guard = createGuard(world.faces.entitlements);
      admin = await world.admin();
      const meter = { feature: 'reports', kind: 'meter', limit: 3, per: 'month' };
      const entitlements = [meter, { feature: 'sharp', kind: 'flag' }];
      const plan_id = await createPlanOn(admin, { code: 'reports', entitlements });
      viewer = await world.person();
      expected(await viewer.post('/payments', { plan_id }), 201);
    });
    after(() => world.stop());

    const remaining = async (): Promise<unknown> =>
      (await viewer.get('/entitlements/reports')).body['remaining'];

    it('gives back what work did not need, and lets exactly as many begin as there are units for', async () => {
      const { accountId } = viewer;
      const torn = guard({ accountId, feature: 'reports', amount: 3, reserve: true }, async () => {
        expect(await remaining()).to.equal(0);
        throw new Error('torn');
      });
      expect(await codeOf(torn)).to.equal('Error: torn');
      expect(await remaining()).to.equal(3);
      await guard({ accountId, feature: 'reports', amount: 3, reserve: true }, async (spend) => spend(1));
      expect(await remaining()).to.equal(2);
      let runs = 0;
      const works = Array.from({ length: 10 }, () =>
        codeOf(guard({ accountId, feature: 'reports' }, async () => (runs += 1))),
      );
      const outcomes = await Promise.all(works);
      expect(outcomes.filter((outcome) => outcome === 'entitlements.limit-reached')).to.have.length(8);
      expect(runs).to.equal(2);
    });

    it('knows a flag from nothing', async () => {
      const { accountId } = viewer;
      expect(await guard({ accountId, feature: 'sharp' }, async () => 'seen')).to.equal('seen');
      const never = guard({ accountId, feature: 'never' }, async () => 'seen');
      expect(await codeOf(never)).to.equal('entitlements.not-in-plan');
      const nobody = { accountId: '01980000-0000-7000-8000-000000000b0b', feature: 'sharp' };
      expect(await codeOf(guard(nobody, async () => 'seen'))).to.equal('request.not-found');
    });

    it('stands in front of routes of a host, and answers as POST /usage does', async () => {
      const host = express();
      const accountOf = (request: express.Request): string | undefined => request.get('x-account');
      host.use('/reports', metered(world.faces.entitlements, 'reports', { accountOf }));
      const server = host.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const headers = { 'x-account': viewer.accountId, 'x-request-id': 'one' };
      const answer = await fetch(`http://127.0.0.1:${port}/reports`, { headers });
      server.close();
      const ours = await viewer.post('/usage', { feature: 'reports' }, { 'x-request-id': 'one' });
      expect(answer.status).to.equal(ours.status).and.to.equal(403);
      expect(await answer.json()).to.deep.equal(ours.body);
    });
  });
