import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { proving } from '../races/race.ts';
import { CLIP } from '../world/catalog.ts';
import { Client } from '../world/client.ts';
import { eventually } from '../world/eventually.ts';
import { expected } from '../world/house.ts';
import { beginRequest } from '../world/slow-request.ts';
import { createUpload, offsetOf, patchUpload, SPEAKING, TUS_TYPE } from '../world/tus.ts';
import { DURABLE_STORES, openGround, type Ground } from './ground.ts';
import { ADMIN, staged } from './staging.ts';

const MEGABYTE = 1024 ** 2;
const FILM = Buffer.concat([CLIP, Buffer.alloc(20 * MEGABYTE, 7)]);

for (const store of proving ? DURABLE_STORES : DURABLE_STORES.slice(0, 1))
  describe(`a resumable upload whose process is killed on ${store}`, function () {
    this.timeout(90_000);
    let ground: Ground;
    before(async () => {
      ground = await openGround(store);
    });
    after(() => ground.close());

    it('goes on, behind a restart, from what was counted last, and is whole', async () => {
      const path = await staged(ground, async (base) => {
        const admin = await Client.logIn(base, ADMIN);
        const { body } = expected(await admin.post('/videos', { title: 'Film' }), 201);
        return createUpload(admin, String(body['id']), FILM.length);
      });
      const first = await ground.serve();
      const before = await Client.logIn(first.base, ADMIN);
      const sent = beginRequest({
        method: 'PATCH',
        url: `${first.base}/api/v1${path}`,
        token: before.token,
        headers: { ...SPEAKING, 'content-type': TUS_TYPE, 'upload-offset': 0, 'content-length': FILM.length },
      });
      sent.on('error', () => undefined).write(FILM.subarray(0, 19 * MEGABYTE));
      await eventually('much counts', async () => (await offsetOf(before, path)) >= 16 * MEGABYTE);
      await first.kill();
      sent.destroy();

      const second = await ground.serve();
      const again = await Client.logIn(second.base, ADMIN);
      const offset = await offsetOf(again, path);
      expect(offset).to.be.within(16 * MEGABYTE, 19 * MEGABYTE);
      expected(await patchUpload(again, path, { offset, bytes: FILM.subarray(offset) }), 204);
      const { body } = expected(await again.send('GET', path, { headers: SPEAKING }), 200);
      const slot = await again.get(`/videos/${String(body['title_id'])}/media`);
      const sha256 = createHash('sha256').update(FILM).digest('hex');
      expect(slot.body['serving']).to.include({ status: 'ready', bytes: FILM.length, sha256 });
    });
  });
