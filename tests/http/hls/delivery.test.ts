import { expect } from 'chai';
import * as HLS from 'hls-parser';
import { Parser } from 'm3u8-parser';
import type { Client } from '../../world/client.ts';
import { below, openTheatre, type Reply, type Theatre } from './theatre.ts';

HLS.setOptions({ strictMode: true });

const seen = ({ status, code }: Reply): readonly unknown[] => [status, code];

describe('a packaged title over HTTP', function () {
  this.timeout(30_000);
  let theatre: Theatre;
  let viewer: Client;
  let film: string;
  before(async () => {
    theatre = await openTheatre();
    viewer = await theatre.viewer();
    film = await theatre.film();
  });
  after(() => theatre.stop());
  const read: Theatre['read'] = (...given) => theatre.read(...given);

  /** The heights of the variants that a viewer is offered, as two parsers of other people's read them. */
  const offered = async (master: string): Promise<readonly (number | undefined)[]> => {
    const { text } = await read(master);
    const playlist = HLS.parse(text);
    if (!playlist.isMasterPlaylist) throw new Error('not a multivariant playlist');
    const witness = new Parser();
    witness.push(text);
    witness.end();
    const uris = playlist.variants.map(({ uri }) => uri);
    expect(witness.manifest.playlists?.map(({ uri }) => uri)).to.deep.equal(uris);
    for (const uri of uris) expect(uri).to.match(/^(\d+p|audio)\/index\.m3u8$/);
    return playlist.variants.map(({ resolution }) => resolution?.height);
  };

  for (const [resolution, heights] of [
    ['480p', [480]],
    ['720p', [480, 720]],
    ['1080p', [480, 720, 1080]],
    ['4K', [480, 720, 1080, 2160]],
  ] as const)
    it(`offers a viewer of ${resolution} ${heights.join(', ')}, and refuses every other rendition`, async () => {
      const started = await theatre.start(await theatre.viewer(resolution), film);
      expect(started['max_height']).to.equal(heights.at(-1));
      expect(await offered(String(started['manifest_url']))).to.deep.equal(heights);
      for (const height of [480, 720, 1080, 2160])
        for (const part of ['index.m3u8', 'init.mp4', 'seg-00000.m4s']) {
          const reply = await read(below(started, `${height}p/${part}`));
          const covered = heights.some((each) => each === height);
          expect(seen(reply), `${height}p/${part}`).to.deep.equal(
            covered ? [200, undefined] : [403, 'media.rendition-not-covered'],
          );
        }
    });

  it('keeps the lowest rendition where a plan covers none', async () => {
    const sharp = await theatre.film({ lines: [1080, 2160] });
    const started = await theatre.start(await theatre.viewer('480p'), sharp);
    expect(await offered(String(started['manifest_url']))).to.deep.equal([1080]);
    expect((await read(below(started, '1080p/seg-00000.m4s'))).status).to.equal(200);
    expect((await read(below(started, '2160p/seg-00000.m4s'))).status).to.equal(403);
  });

  it('says of each variant what was measured', async () => {
    const { text } = await read(String((await theatre.start(viewer, film))['manifest_url']));
    expect(text.split('\n').slice(0, 5)).to.deep.equal([
      '#EXTM3U',
      '#EXT-X-VERSION:7',
      '#EXT-X-INDEPENDENT-SEGMENTS',
      '#EXT-X-STREAM-INF:BANDWIDTH=1440000,AVERAGE-BANDWIDTH=960000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=854x480,FRAME-RATE=25.000',
      '480p/index.m3u8',
    ]);
  });

  it('sends music as sound alone, whatever the plan', async () => {
    const song = await theatre.film({ kind: 'music' });
    const started = await theatre.start(await theatre.viewer('480p'), song);
    expect(await offered(String(started['manifest_url']))).to.deep.equal([undefined]);
    expect((await read(below(started, 'audio/seg-00000.m4s'))).status).to.equal(200);
  });

  it('shows a free title to strangers, in 480 lines and without a seat', async () => {
    const free = await theatre.film({ level: 'free' });
    const started = await theatre.start(theatre.world.anonymous(), free);
    expect(started['lease']).to.equal(null);
    expect(await offered(String(started['manifest_url']))).to.deep.equal([480]);
    expect(seen(await read(below(started, '720p/init.mp4')))).to.deep.equal([
      403,
      'media.rendition-not-covered',
    ]);
  });

  it('sends playlists that nobody keeps, and parts that never change', async () => {
    const started = await theatre.start(viewer, film);
    const kinds = [
      ['master.m3u8', 'application/vnd.apple.mpegurl', 'no-store'],
      ['720p/index.m3u8', 'application/vnd.apple.mpegurl', 'no-store'],
      ['720p/init.mp4', 'video/mp4', 'private, max-age=86400, immutable'],
      ['720p/seg-00000.m4s', 'video/iso.segment', 'private, max-age=86400, immutable'],
    ] as const;
    for (const [part, type, cache] of kinds) {
      const { status, headers, text } = await read(below(started, part));
      expect([status, headers['content-type'], headers['cache-control']], part).to.deep.equal([
        200,
        type,
        cache,
      ]);
      const head = await read(below(started, part), {}, 'HEAD');
      expect([head.status, head.headers['content-length'], head.text]).to.deep.equal([
        200,
        String(text.length),
        '',
      ]);
    }
    const media = HLS.parse((await read(below(started, '720p/index.m3u8'))).text);
    if (media.isMasterPlaylist) throw new Error('not a media playlist');
    expect(media.segments.map(({ uri, map }) => [uri, map?.uri])).to.deep.equal([
      ['seg-00000.m4s', 'init.mp4'],
    ]);
  });

  it('sends the very segment, whole and in part, and not again to whoever has it', async () => {
    const started = await theatre.start(viewer, film);
    const segment = below(started, '480p/seg-00000.m4s');
    const whole = await read(segment);
    const words = whole.text;
    expect(words)
      .to.match(/ 480p\/seg-00000\.m4s \.+$/)
      .and.to.have.length(1_000);
    const part = await read(segment, { range: 'bytes=10-19' });
    expect([part.status, part.headers['content-range'], part.text]).to.deep.equal([
      206,
      'bytes 10-19/1000',
      words.slice(10, 20),
    ]);
    const behind = await read(segment, { range: 'bytes=1000-' });
    expect([...seen(behind), behind.headers['content-range']]).to.deep.equal([
      416,
      'request.range-not-satisfiable',
      'bytes */1000',
    ]);
    const etag = String(whole.headers['etag']);
    expect(etag).to.match(/^"[\w/.-]+"$/);
    expect((await read(segment, { 'if-none-match': etag })).status).to.equal(304);
    const other = await read(below(started, '720p/seg-00000.m4s'));
    expect(other.headers['etag']).to.not.equal(etag);
  });

  it('may be read by pages of any origin, also after a preflight', async () => {
    const started = await theatre.start(viewer, film);
    const origin = 'https://player.example';
    for (const part of ['master.m3u8', '480p/seg-00000.m4s']) {
      const { headers } = await read(below(started, part), { origin });
      expect(headers['access-control-allow-origin']).to.equal('*');
      expect(headers['access-control-expose-headers']).to.include('Content-Range');
      expect(headers['cross-origin-resource-policy']).to.equal('cross-origin');
      const asked = {
        origin,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'range',
      };
      const preflight = await read(below(started, part), asked, 'OPTIONS');
      expect([preflight.status, preflight.headers['access-control-allow-origin']]).to.deep.equal([204, '*']);
      expect(preflight.headers['access-control-allow-headers']).to.equal('range');
    }
    const api = await fetch(`${theatre.world.base}/api/v1/videos`, { headers: { origin } });
    expect(api.headers.get('access-control-allow-origin')).to.equal(null);
  });

  it('goes on from its package when its media is replaced', async () => {
    const replaced = await theatre.film();
    const started = await theatre.start(viewer, replaced);
    const before = await read(below(started, '1080p/init.mp4'));
    await theatre.replace(replaced, [480]);
    const after = await read(below(started, '1080p/init.mp4'));
    expect([after.status, after.text]).to.deep.equal([200, before.text]);
    const next = await theatre.start(viewer, replaced);
    expect(await offered(String(next['manifest_url']))).to.deep.equal([480]);
  });

  it('tells an editor what was made of an upload', async () => {
    const { body } = await theatre.admin.get(`/videos/${film}/media`);
    expect(body['serving']).to.include({ status: 'ready', packaging: 'hls', duration_seconds: 6 });
    expect(body['serving']?.['renditions']?.[0]).to.deep.equal({
      name: '480p',
      width: 854,
      height: 480,
      frame_rate: 25,
      codecs: 'avc1.64001f,mp4a.40.2',
      bandwidth: 1_440_000,
      average_bandwidth: 960_000,
    });
  });
});
