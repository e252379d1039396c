import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { Upload, type UploadOptions } from 'tus-js-client';
import { CLIP, TONE } from '../world/catalog.ts';
import type { Answer, Client } from '../world/client.ts';
import { expected } from '../world/house.ts';
import {
  creation,
  createUpload,
  headUpload,
  metadataOf,
  offsetOf,
  patchUpload,
  SPEAKING,
} from '../world/tus.ts';
import { startUsher, type RunningUsher } from '../world/usher.ts';

const sha256 = createHash('sha256').update(CLIP).digest('hex');
const HALF = 150_000;
const ORIGIN = 'https://studio.example';

describe('resumable uploads over HTTP', () => {
  let usher: RunningUsher;
  let admin: Client;
  let video: string;
  before(async () => {
    usher = await startUsher('SQLite', { variables: { CORS_ORIGINS: ORIGIN } });
    admin = await usher.admin();
  });
  after(() => usher.stop());
  beforeEach(async () => {
    video = String(expected(await admin.post('/videos', { title: 'Film' }), 201).body['id']);
  });
  const asset = async (slot = 'media') => (await admin.get(`/videos/${video}/${slot}`)).body['asset'];
  const told = ({ status, body }: Answer): readonly unknown[] => [status, body['code']];

  describe('with tus-js-client', () => {
    /** Until it is done; rejects with what it was refused for. */
    const sent = (bytes: Buffer, options: Partial<UploadOptions> = {}): Promise<Upload> =>
      new Promise((resolve, reject) => {
        const upload = new Upload(bytes, {
          endpoint: `${usher.base}/api/v1/uploads`,
          headers: { authorization: `Bearer ${admin.token}` },
          metadata: { title_id: video, kind: 'media', filename: 'film.mp4', filetype: 'video/mp4' },
          retryDelays: null,
          ...options,
          onError: reject,
          onSuccess: () => resolve(upload),
        });
        upload.start();
      });
    /** In chunks, cut off after some; where it then stands. */
    const cutOff = (bytes: Buffer, chunkSize: number): Promise<string> =>
      new Promise((resolve, reject) => {
        const upload = new Upload(bytes, {
          endpoint: `${usher.base}/api/v1/uploads`,
          headers: { authorization: `Bearer ${admin.token}` },
          metadata: { title_id: video, kind: 'media' },
          chunkSize,
          onError: reject,
          onChunkComplete: (_size, accepted) => {
            if (accepted >= 2 * chunkSize) void upload.abort().then(() => resolve(upload.url ?? ''), reject);
          },
        });
        upload.start();
      });

    it('come in chunks, are cut off, go on from another client and are whole', async () => {
      const uploadUrl = await cutOff(CLIP, 60_000);
      const path = uploadUrl.split('/api/v1')[1] ?? '';
      expect(await offsetOf(admin, path)).to.be.within(120_000, CLIP.length - 1);
      await sent(CLIP, { uploadUrl, chunkSize: 60_000 });
      expect(await asset()).to.include({ status: 'ready', sha256 });
    });

    it('come with the request that creates them', async () => {
      await sent(CLIP, { uploadDataDuringCreation: true });
      expect(await asset()).to.include({ status: 'ready', sha256 });
    });

    it('come in one request, as by default', async () => {
      await sent(CLIP);
      expect(await asset()).to.include({ status: 'ready', sha256 });
    });

    it('are given up', async () => {
      const uploadUrl = await cutOff(CLIP, 60_000);
      await Upload.terminate(uploadUrl, { headers: { authorization: `Bearer ${admin.token}` } });
      expect((await headUpload(admin, uploadUrl.split('/api/v1')[1] ?? '')).status).to.equal(404);
    });

    it('are told why they are refused', async () => {
      const refused = await sent(TONE).catch((error: unknown) => error);
      expect(String(refused)).to.contain('415').and.to.contain('catalog.unsupported-media');
    });
  });

  describe('header by header', () => {
    it('are created, sent, asked about and whole', async () => {
      const created = await admin.send('POST', '/uploads', { headers: creation(video, CLIP.length) });
      expected(created, 201);
      const location = created.headers.get('location') ?? '';
      expect(location).to.equal(`/api/v1/uploads/${String(created.body['id'])}`);
      expect(created.headers.get('upload-offset')).to.equal('0');
      expect(created.body).to.include({
        title_id: video,
        kind: 'media',
        status: 'uploading',
        length: CLIP.length,
        offset: 0,
      });
      const path = location.replace('/api/v1', '');
      const first = await patchUpload(admin, path, { offset: 0, bytes: CLIP.subarray(0, HALF) });
      expect([first.status, first.headers.get('upload-offset')]).to.deep.equal([204, String(HALF)]);
      expect(Date.parse(first.headers.get('upload-expires') ?? '')).to.be.greaterThan(usher.now());
      const head = await headUpload(admin, path);
      expect(head.status).to.equal(200);
      expect(Object.fromEntries(head.headers)).to.include({
        'tus-resumable': '1.0.0',
        'cache-control': 'no-store',
        'upload-offset': String(HALF),
        'upload-length': String(CLIP.length),
        'upload-metadata': metadataOf({ title_id: video, kind: 'media' }),
      });
      const rest = { offset: HALF, bytes: CLIP.subarray(HALF) };
      const last = await patchUpload(admin, path, rest);
      expect([last.status, last.headers.get('upload-expires')]).to.deep.equal([204, null]);
      expect(await asset()).to.include({ status: 'ready', sha256 });
      expect(await offsetOf(admin, path)).to.equal(CLIP.length);
    });

    it('take what the server offers, which OPTIONS tells anybody', async () => {
      for (const path of ['/uploads', '/uploads/x']) {
        const { status, headers } = await usher.anonymous().send('OPTIONS', path);
        expect(status).to.equal(204);
        expect(Object.fromEntries(headers)).to.include({
          'tus-resumable': '1.0.0',
          'tus-version': '1.0.0',
          'tus-extension': 'creation,creation-with-upload,expiration,termination,checksum',
          'tus-max-size': String(5 * 1024 ** 3),
          'tus-checksum-algorithm': 'sha1,sha256',
        });
      }
    });

    it('say which version every answer speaks, refusals too', async () => {
      const answers = [
        await usher.anonymous().send('POST', '/uploads', { headers: SPEAKING }),
        await (await usher.person()).send('POST', '/uploads', { headers: SPEAKING }),
        await headUpload(admin, '/uploads/nonsense'),
        await admin.send('PUT', '/uploads/nonsense'),
        await admin.send('POST', '/uploads'),
      ];
      expect(answers.map(({ status }) => status)).to.deep.equal([401, 403, 404, 405, 412]);
      for (const { headers } of answers) expect(headers.get('tus-resumable')).to.equal('1.0.0');
    });

    it('are refused to whoever speaks another version', async () => {
      const path = await createUpload(admin, video, CLIP.length);
      for (const spoken of ['0.2.2', '1.0', ''])
        for (const method of ['HEAD', 'GET', 'PATCH', 'DELETE']) {
          const answer = await admin.send(method, path, { headers: { 'tus-resumable': spoken } });
          expect([answer.status, answer.headers.get('tus-version')]).to.deep.equal([412, '1.0.0']);
          if (method !== 'HEAD') expect(answer.body['code']).to.equal('request.protocol-version');
        }
      expect(await offsetOf(admin, path)).to.equal(0);
    });

    it('are possible from a page of an origin that may call', async () => {
      const preflight = await admin.send('OPTIONS', '/uploads', {
        headers: {
          origin: ORIGIN,
          'access-control-request-method': 'PATCH',
          'access-control-request-headers':
            'tus-resumable,upload-offset,upload-length,upload-metadata,content-type',
        },
      });
      expect(preflight.headers.get('access-control-allow-origin')).to.equal(ORIGIN);
      expect(preflight.headers.get('access-control-allow-methods')).to.match(/PATCH.*DELETE/);
      expect(preflight.headers.get('access-control-allow-headers')).to.contain('upload-metadata');
      const path = await createUpload(admin, video, CLIP.length);
      const head = await admin.send('HEAD', path, { headers: { ...SPEAKING, origin: ORIGIN } });
      const exposed = (head.headers.get('access-control-expose-headers') ?? '').toLowerCase().split(',');
      expect(exposed).to.include.members([
        'location',
        'tus-resumable',
        'upload-offset',
        'upload-length',
        'upload-expires',
      ]);
    });
  });

  it('are superseded by an upload in one piece, and supersede one', async () => {
    const path = await createUpload(admin, video, CLIP.length);
    expected(await admin.upload(`/videos/${video}/media`, CLIP, 'video/mp4'), 202);
    expect(told(await patchUpload(admin, path, { offset: 0, bytes: CLIP }))).to.deep.equal([
      404,
      'request.not-found',
    ]);
    const next = await createUpload(admin, video, CLIP.length);
    expected(await patchUpload(admin, next, { offset: 0, bytes: CLIP }), 204);
    const { body } = await admin.get(`/videos/${video}/media`);
    expect(body['serving']?.['id']).to.equal(next.split('/').at(-1));
  });
});
