import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { CONFIG } from '../../adapters/composition/keys.ts';
import { toRfc3339 } from '../../src/kernel/instant.ts';
import type { Client } from '../world/client.ts';
import { expected, furnish, type House } from '../world/house.ts';
import { STORES } from '../world/stores.ts';
import { startUsher, type RunningUsher } from '../world/usher.ts';
import { filesBelow } from '../world/watch-history.ts';

for (const store of STORES) {
  describe(`a history that has grown old, on ${store}`, () => {
    let world: RunningUsher;
    let house: House;
    before(async () => {
      world = await startUsher(store);
      house = await furnish(world);
    });
    after(() => world.stop());

    const folderOf = ({ accountId }: Client): string =>
      join(world.usher.get(CONFIG).dataDir, 'archive', String(accountId));

    async function watch(viewer: Client, titleId: string): Promise<void> {
      const body = { title_id: titleId, device_id: 'tv' };
      const { id } = expected(await viewer.post('/playback/sessions', body), 201).body;
      const beat = { seq: 1, position_seconds: 1, state: 'playing' };
      expected(await viewer.post(`/playback/sessions/${id}/heartbeat`, beat), 200);
      expected(await viewer.delete(`/playback/sessions/${id}?position_seconds=1`), 204);
      expected(await viewer.post('/activities/watch', { video_id: titleId, event: 'paused' }), 201);
    }

    it('is read as before, exported whole, and erased with its account', async () => {
      const viewer = await world.person();
      const titleId = await house.make.published('/videos', { access_level: 'free' });
      const month = toRfc3339(world.now()).slice(0, 7);
      await watch(viewer, titleId);
      const seen = async () => {
        const paths = [`/activities/my?month=${month}`, '/activities/continue-watching'];
        return Promise.all(paths.map(async (path) => expected(await viewer.get(path), 200).body['items']));
      };
      const before = await seen();
      expect(before[0]).to.have.length(2);

      await world.advance('P15M');
      await watch(viewer, titleId);
      const months = expected(await viewer.get('/activities/my?limit=3'), 200);
      expect(months.body['items']).to.have.length(3);
      const cursor = String(months.body['next_cursor']);
      const rest = expected(await viewer.get(`/activities/my?limit=3&cursor=${cursor}`), 200);
      expect([rest.body['items'], rest.body['next_cursor']]).to.deep.equal([[before[0]?.[1]], null]);
      expect((await seen())[0]).to.deep.equal(before[0]);
      const exported = expected(await viewer.get('/accounts/me/export'), 200);
      expect(exported.body['watch_history']).to.have.length(4);

      if (store !== 'memory') expect(await filesBelow(folderOf(viewer))).to.have.length(1);
      expected(await viewer.delete('/accounts/me', { password: viewer.credentials.password }), 204);
      await world.settle();
      const gone = await access(folderOf(viewer)).then(
        () => 'there',
        (error: NodeJS.ErrnoException) => error.code,
      );
      expect(gone).to.equal('ENOENT');
    });
  });
}
