import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { STORES } from '../world/stores.ts';
import { startUsher, type RunningUsher } from '../world/usher.ts';

const CLIP = new URL('../../adapters/media/samples/test-pattern.mp4', import.meta.url);

for (const store of STORES) {
  describe(`the spine on ${store}`, () => {
    let world: RunningUsher;
    before(async () => {
      world = await startUsher(store);
    });
    after(() => world.stop());

    it('lets a viewer register, buy, start a stream and receive the bytes', async () => {
      const admin = await world.admin();
      const plan = await admin.post('/subscriptions/plans', {
        code: 'standard',
        name: 'Standard',
        description: '',
        price: '9.99',
        currency: 'USD',
        validity_days: 30,
        access_level: 'premium',
        max_devices_allowed: 1,
        resolution: '1080p',
      });
      expect(plan.status, JSON.stringify(plan.body)).to.equal(201);
      const title = await admin.post('/videos', {
        title: 'Clip',
        access_level: 'premium',
        visibility: 'public',
      });
      expect(title.status, JSON.stringify(title.body)).to.equal(201);
      const clip = await readFile(CLIP);
      const media = await admin.upload(`/videos/${title.body['id']}/media`, clip, 'video/mp4');
      expect(media.status, JSON.stringify(media.body)).to.equal(202);
      const published = await admin.post(`/videos/${title.body['id']}/publish`);
      expect(published.status, JSON.stringify(published.body)).to.equal(200);

      const viewer = await world.person();
      const start = (device: string) =>
        viewer.post('/playback/sessions', { title_id: title.body['id'], device_id: device });
      const early = await start('tv');
      expect([early.status, early.body['code']]).to.deep.equal([403, 'playback.tier-too-low']);
      const payment = await viewer.post('/payments', { plan_id: plan.body['id'] });
      expect(payment.status, JSON.stringify(payment.body)).to.equal(201);
      expect(payment.body).to.include({ status: 'succeeded', amount: '9.99', currency: 'USD' });
      const mine = await viewer.get('/subscriptions/my');
      expect(mine.body, JSON.stringify(mine.body)).to.include({
        active: true,
        status: 'active',
        days_left: 30,
      });

      const stream = await start('tv');
      expect(stream.status, JSON.stringify(stream.body)).to.equal(201);
      const bytes = await fetch(new URL(stream.body['manifest_url'] as string, world.base));
      expect(bytes.status).to.equal(200);
      expect(Buffer.from(await bytes.arrayBuffer()).equals(clip)).to.equal(true);

      const second = await start('phone');
      expect([second.status, second.body['code']]).to.deep.equal([409, 'playback.stream-limit-reached']);
      const beat = await viewer.post(`/playback/sessions/${stream.body['id']}/heartbeat`, {
        seq: 1,
        position_seconds: 3,
        state: 'playing',
      });
      expect(beat.status, JSON.stringify(beat.body)).to.equal(200);

      await world.advance('P31D');
      const over = await viewer.get('/subscriptions/my');
      expect(over.body).to.include({ active: false, status: 'expired' });
      expect(world.mail.list().map(({ subject }) => subject)).to.have.length.greaterThan(2);
    });
  });
}
