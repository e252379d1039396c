import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { catalogPolicy, type Packager, type Title } from '../../../src/catalog/index.ts';
import { HOUR } from '../../../src/kernel/instant.ts';
import { CLIP, codeOf, POSTER, TONE } from '../../world/catalog.ts';
import { eventually } from '../../world/eventually.ts';
import { CLIP_SHA256, held, uploadWorld, type UploadWorld } from '../../world/resumable-uploads.ts';

const MEGABYTE = 1024 ** 2;
const NONE = Buffer.alloc(0);
const HALF = 150_000;

let all: UploadWorld;
beforeEach(async () => {
  all = await uploadWorld();
});
afterEach(() => all.close());

describe('a resumable upload', () => {
  it('comes in pieces, and is the file that one in one piece would be', async () => {
    const title = await all.world.title();
    const ref = await all.begin(title);
    expect(await all.newest(title)).to.include({ id: ref.id, status: 'uploading', progress: 0 });
    await all.send(ref, 0, CLIP.subarray(0, HALF));
    expect(await all.newest(title)).to.include({
      status: 'uploading',
      progress: Math.floor((100 * HALF) / CLIP.length),
    });
    const { upload, asset } = await all.send(ref, HALF, CLIP.subarray(HALF));
    expect(upload.offsetBytes).to.equal(CLIP.length);
    expect(asset).to.include({
      status: 'ready',
      bytes: CLIP.length,
      sha256: CLIP_SHA256,
      contentType: 'video/mp4',
    });
    expect((await all.world.catalog.assetOf(title, 'media')).serving?.id).to.equal(ref.id);
    expect(await all.stored()).to.deep.equal([ref.id]);
  });

  it('is kept as far as it came when its sender breaks off, and goes on in another process', async () => {
    const ref = await all.begin(await all.world.title());
    await all.send(ref, 0, CLIP.subarray(0, HALF), { fails: true });
    expect(await all.offsetOf(ref)).to.equal(HALF);
    const { asset } = await all.send(ref, HALF, CLIP.subarray(HALF), { by: all.anotherProcess() });
    expect(asset.sha256).to.equal(CLIP_SHA256);
  });

  it('goes on where another stood, and nowhere else', async () => {
    const ref = await all.begin(await all.world.title());
    await all.send(ref, 0, CLIP.subarray(0, HALF));
    for (const offset of [0, HALF - 1, HALF + 1])
      expect(await codeOf(all.send(ref, offset, CLIP))).to.equal('catalog.upload-offset-mismatch');
    expect(await all.offsetOf(ref)).to.equal(HALF);
  });

  it('goes on at what was counted when its process was killed, in a piece that the dead one cannot reach', async () => {
    const large = Buffer.concat([CLIP, Buffer.alloc(10 * MEGABYTE, 7)]);
    const ref = await all.begin(await all.world.title(), { lengthBytes: large.length });
    const killed = held(large.subarray(0, 9 * MEGABYTE));
    const request = all.send(ref, 0, NONE, { stream: killed.stream });
    const outcome = codeOf(request);
    await eventually('something counts', async () => (await all.offsetOf(ref)) > 0);
    const offset = await all.offsetOf(ref);
    expect(offset).to.equal(9 * MEGABYTE);
    const { asset } = await all.send(ref, offset, large.subarray(offset), { by: all.anotherProcess() });
    expect(asset.sha256).to.equal(createHash('sha256').update(large).digest('hex'));
    killed.release();
    expect(await outcome).to.equal('catalog.upload-taken-over');
    all.world.advance(25 * HOUR);
    await all.world.catalog.removeDueFiles(10);
    expect(await all.stored()).to.deep.equal([ref.id]);
  });

  it('belongs to the request that came last: what the one before still sends is not counted, and not kept', async () => {
    const ref = await all.begin(await all.world.title());
    const slow = held(CLIP.subarray(0, HALF), Buffer.from('of the one before'));
    const first = codeOf(all.send(ref, 0, NONE, { stream: slow.stream }));
    await eventually('something is written', async () => (await all.stored()).length > 0);
    const { asset } = await all.send(ref, 0, CLIP);
    slow.release();
    expect(await first).to.equal('catalog.upload-taken-over');
    expect(asset.sha256).to.equal(CLIP_SHA256);
    all.world.advance(25 * HOUR);
    await all.world.catalog.removeDueFiles(10);
    expect(await all.stored()).to.deep.equal([ref.id]);
  });

  it('is nobody else’s to see, to go on with or to give up', async () => {
    const { id } = await all.begin(await all.world.title());
    const ref = { id, accountId: 'eve' };
    for (const work of [
      all.world.catalog.resumableUpload(ref),
      all.send(ref, 0, CLIP),
      all.world.catalog.abandonUpload(ref),
    ])
      expect(await codeOf(work)).to.equal('request.not-found');
  });

  it('says that it is done to whoever did not hear it the first time', async () => {
    const ref = await all.begin(await all.world.title());
    await all.send(ref, 0, CLIP);
    expect(await all.offsetOf(ref)).to.equal(CLIP.length);
    expect((await all.send(ref, CLIP.length, Buffer.alloc(0))).asset.status).to.equal('ready');
    expect(await codeOf(all.send(ref, CLIP.length, CLIP, { contentLength: 1 }))).to.equal(
      'catalog.upload-too-large',
    );
  });
});

describe('a resumable upload is refused', () => {
  const beginning: readonly (readonly [string, string, (title: Title) => Promise<unknown>])[] = [
    [
      'larger than it may be',
      'catalog.upload-too-large',
      (t) => all.begin(t, { lengthBytes: catalogPolicy.mediaLimitBytes + 1 }),
    ],
    [
      'a poster too large',
      'catalog.upload-too-large',
      (t) => all.begin(t, { kind: 'poster', lengthBytes: catalogPolicy.posterLimitBytes + 1 }),
    ],
    ['empty', 'catalog.upload-truncated', (t) => all.begin(t, { lengthBytes: 0 })],
    ['of a title that is not there', 'request.not-found', (t) => all.begin({ ...t, id: 'none' })],
  ];
  for (const [what, code, attempt] of beginning)
    it(`when it begins, if it is ${what}: ${code}`, async () => {
      const title = await all.world.title();
      expect(await codeOf(attempt(title))).to.equal(code);
      expect(await all.newest(title)).to.equal(null);
    });

  it('when more comes than was announced, and then stands where it stood', async () => {
    const ref = await all.begin(await all.world.title());
    await all.send(ref, 0, CLIP.subarray(0, HALF));
    const over = Buffer.concat([CLIP.subarray(HALF), Buffer.from('x')]);
    for (const contentLength of [undefined, over.length])
      expect(
        await codeOf(all.send(ref, HALF, over, contentLength === undefined ? {} : { contentLength })),
      ).to.equal('catalog.upload-too-large');
    expect((await all.send(ref, HALF, CLIP.subarray(HALF))).asset.sha256).to.equal(CLIP_SHA256);
  });

  it('when its first bytes are of another kind, at once, and nothing is kept', async () => {
    const title = await all.world.title();
    const ref = await all.begin(title, { lengthBytes: 5 * MEGABYTE });
    expect(await codeOf(all.send(ref, 0, TONE.subarray(0, 1_000)))).to.equal('catalog.unsupported-media');
    expect(await all.newest(title)).to.include({ status: 'failed', failure: 'catalog.unsupported-media' });
    expect(await all.stored()).to.deep.equal([]);
    for (const work of [all.send(ref, 0, CLIP), all.world.catalog.resumableUpload(ref)])
      expect(await codeOf(work)).to.equal('catalog.upload-ended');
    await all.world.catalog.abandonUpload(ref);
    expect(await codeOf(all.offsetOf(ref))).to.equal('request.not-found');
  });

  it('when it is whole and no film, and nothing is kept', async () => {
    const packager: Packager = {
      inspect: async () => 'unreadable',
      package: async () => ({ package: null, fault: 'unreadable' }),
    };
    const strict = all.anotherProcess({ packager });
    const title = await all.world.title();
    const ref = await all.begin(title);
    expect(await codeOf(all.send(ref, 0, CLIP, { by: strict }))).to.equal('catalog.unsupported-media');
    expect(await all.newest(title)).to.include({ status: 'failed', failure: 'catalog.unsupported-media' });
    expect(await all.stored()).to.deep.equal([]);
  });

  it('when bytes do not come to their checksum, of which none are kept', async () => {
    const ref = await all.begin(await all.world.title());
    const hexOf = (bytes: Uint8Array) => createHash('sha1').update(bytes).digest('hex');
    const [first, rest] = [CLIP.subarray(0, HALF), CLIP.subarray(HALF)];
    const digest = { algorithm: 'sha1', hex: hexOf(rest) } as const;
    expect(await codeOf(all.send(ref, 0, first, { digest }))).to.equal('catalog.upload-damaged');
    expect(await all.offsetOf(ref)).to.equal(0);
    await all.send(ref, 0, first, { digest: { algorithm: 'sha1', hex: hexOf(first) } });
    expect((await all.send(ref, HALF, rest, { digest })).asset.sha256).to.equal(CLIP_SHA256);
  });

  it('when it was torn too often', async () => {
    const torn = all.anotherProcess({ policy: { ...catalogPolicy, uploadPieces: 1 } });
    const large = Buffer.concat([CLIP, Buffer.alloc(10 * MEGABYTE)]);
    const ref = await all.begin(await all.world.title(), { lengthBytes: large.length });
    const { stream, release } = held(large.subarray(0, 9 * MEGABYTE));
    const first = codeOf(all.send(ref, 0, NONE, { stream }));
    await eventually('something counts', async () => (await all.offsetOf(ref)) > 0);
    const more = all.send(ref, 9 * MEGABYTE, large.subarray(9 * MEGABYTE), { by: torn });
    expect(await codeOf(more)).to.equal('catalog.upload-torn');
    release();
    expect(await first).to.equal(undefined);
  });
});

describe('a disk without room', () => {
  it('keeps what came of a resumable upload for another time', async () => {
    const poster = await all.world.title();
    const ref = await all.begin(poster, { kind: 'poster', lengthBytes: POSTER.length });
    await all.send(ref, 0, POSTER.subarray(0, 1_000));
    const fullDisk = {
      ...all.storage,
      append: async () => ({ bytes: 1_000, fault: 'storage-full' as const }),
    };
    const by = all.anotherProcess({ storage: fullDisk });
    expect(await codeOf(all.send(ref, 1_000, POSTER.subarray(1_000), { by }))).to.equal(
      'catalog.storage-full',
    );
    expect((await all.send(ref, 1_000, POSTER.subarray(1_000))).asset.status).to.equal('ready');
  });
});
