import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import * as HLS from 'hls-parser';
import { Parser } from 'm3u8-parser';
import { eventually } from '../../world/eventually.ts';
import { ffmpegPrograms, filmOf } from '../../world/ffmpeg.ts';
import { expected } from '../../world/house.ts';
import { createPlanOn } from '../../world/plans.ts';
import { STORES } from '../../world/stores.ts';
import { startUsher, type RunningUsher } from '../../world/usher.ts';

HLS.setOptions({ strictMode: true });

for (const store of STORES.filter((each) => each !== 'memory')) {
  describe(`from an upload to its segments on ${store}`, function () {
    this.timeout(60_000);
    let world: RunningUsher;
    before(async () => {
      const { ffmpeg } = await ffmpegPrograms();
      const given = process.env['FFMPEG_PATH'] === undefined ? {} : { FFMPEG_PATH: ffmpeg };
      world = await startUsher(store, { variables: { PACKAGING: 'auto', RUN_JOBS: 'true', ...given } });
    });
    after(() => world.stop());

    const read = async (path: string): Promise<Response> => {
      const response = await fetch(new URL(path, world.base));
      expect(response.status, path).to.equal(200);
      return response;
    };

    it('packages by itself, and plays in two sizes that other people’s parsers accept', async () => {
      const admin = await world.admin();
      const draft = { title: 'Film', visibility: 'public', access_level: 'basic' };
      const id = String(expected(await admin.post('/videos', draft), 201).body['id']);
      const film = await readFile(await filmOf({ size: '1280x720', seconds: 7, rate: 5 }));
      const { body } = expected(await admin.upload(`/videos/${id}/media`, film, 'video/mp4'), 202);
      expect(body['asset']).to.include({ status: 'processing', progress: 0 });
      expect((await admin.post(`/videos/${id}/publish`)).body['code']).to.equal('catalog.title-not-ready');
      const status = async () => (await admin.get(`/videos/${id}/media`)).body['asset'];
      await eventually('it is ready', async () => (await status())?.['status'] === 'ready', 45_000);
      expect(await status()).to.include({ progress: 100, packaging: 'hls', failure: null });
      expect(expected(await admin.post(`/videos/${id}/publish`), 200).body['duration_seconds']).to.equal(7);

      const viewer = await world.person();
      const plan = await createPlanOn(admin, { code: `whole-way`, resolution: '1080p' });
      expected(await viewer.post('/payments', { plan_id: plan }), 201);
      const request = { title_id: id, device_id: 'tv' };
      const started = expected(await viewer.post('/playback/sessions', request), 201).body;
      const master = new URL(String(started['manifest_url']), world.base);
      const multivariant = HLS.parse(await (await read(master.href)).text());
      if (!multivariant.isMasterPlaylist) throw new Error('not a multivariant playlist');
      expect(multivariant.variants.map(({ resolution }) => resolution?.height)).to.deep.equal([480, 720]);
      for (const { uri, bandwidth, frameRate } of multivariant.variants) {
        expect(frameRate).to.equal(5);
        await readRendition(new URL(uri, master), bandwidth);
      }
    });

    /** Reads every segment of a rendition; none is beyond the rate that was promised. */
    async function readRendition(address: URL, bandwidth: number): Promise<void> {
      const text = await (await read(address.href)).text();
      const playlist = HLS.parse(text);
      if (playlist.isMasterPlaylist) throw new Error('not a media playlist');
      const witness = new Parser();
      witness.push(text);
      witness.end();
      expect(witness.manifest.segments?.map(({ uri }) => uri)).to.deep.equal(
        playlist.segments.map(({ uri }) => uri),
      );
      expect(playlist.segments.map(({ duration }) => Math.round(duration))).to.deep.equal([6, 1]);
      const head = await (await read(new URL(playlist.segments[0]?.map?.uri ?? '', address).href)).bytes();
      expect(Buffer.from(head).toString('latin1', 4, 8)).to.equal('ftyp');
      for (const { uri, duration } of playlist.segments) {
        const { byteLength } = await (await read(new URL(uri, address).href)).bytes();
        if (duration > 3) expect((byteLength * 8) / duration).to.be.at.most(bandwidth);
      }
    }
  });
}
