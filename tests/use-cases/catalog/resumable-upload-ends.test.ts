import { expect } from 'chai';
import type { CatalogDeps, Packager, Title, UploadRef } from '../../../src/catalog/index.ts';
import { HOUR, MINUTE } from '../../../src/kernel/instant.ts';
import { CLIP, codeOf, inPieces } from '../../world/catalog.ts';
import { eventually } from '../../world/eventually.ts';
import { CLIP_SHA256, held, uploadWorld, type UploadWorld } from '../../world/resumable-uploads.ts';

const NONE = Buffer.alloc(0);
const HALF = 150_000;

let all: UploadWorld;
beforeEach(async () => {
  all = await uploadWorld();
});
afterEach(() => all.close());

describe('a resumable upload that is no longer wanted', () => {
  it('goes when its sender gives it up, also in the middle of a request', async () => {
    const title = await all.world.title();
    const ref = await all.begin(title);
    const { stream, release } = held(CLIP.subarray(0, HALF), CLIP.subarray(HALF));
    const request = codeOf(all.send(ref, 0, NONE, { stream }));
    await eventually('something is written', async () => (await all.stored()).length > 0);
    await all.world.catalog.abandonUpload(ref);
    release();
    expect(await request).to.equal('catalog.upload-ended');
    expect(await all.stored()).to.deep.equal([]);
    expect(await all.newest(title)).to.equal(null);
    expect(await codeOf(all.offsetOf(ref))).to.equal('request.not-found');
  });

  it('goes when its sender gives it up while it is being finished', async () => {
    const title = await all.world.title();
    const ref = await all.begin(title);
    const assemble: CatalogDeps['storage']['assemble'] = async (assembly) => {
      await all.world.catalog.abandonUpload(ref);
      return all.storage.assemble(assembly);
    };
    const by = all.anotherProcess({ storage: { ...all.storage, assemble } });
    expect(await codeOf(all.send(ref, 0, CLIP, { by }))).to.equal('catalog.upload-ended');
    expect(await all.stored()).to.deep.equal([]);
    expect(await all.newest(title)).to.equal(null);
  });

  it('goes with its title also while it is being finished', async () => {
    const title = await all.world.title();
    const ref = await all.begin(title);
    const assemble: CatalogDeps['storage']['assemble'] = async (assembly) => {
      await all.world.catalog.deleteTitle(title);
      return all.storage.assemble(assembly);
    };
    const by = all.anotherProcess({ storage: { ...all.storage, assemble } });
    expect(await codeOf(all.send(ref, 0, CLIP, { by }))).to.equal('request.not-found');
    all.world.advance(10 * MINUTE);
    await all.world.catalog.removeDueFiles(10);
    expect(await all.stored()).to.deep.equal([]);
  });

  it('goes when a sweep gave it up, and somebody finished it all the while', async () => {
    const title = await all.world.title();
    const ref = await all.begin(title);
    const broken = () => Promise.reject(new Error('the disk is away'));
    const sweeping = all.anotherProcess({ storage: { ...all.storage, assemble: broken } });
    const assemble: CatalogDeps['storage']['assemble'] = async (assembly) => {
      const receipt = await all.storage.assemble(assembly);
      all.world.advance(25 * HOUR);
      await sweeping.catalog.failStaleUploads(10);
      await sweeping.catalog.removeDueFiles(10);
      // Put together of pieces that were still open, and moved into its place behind the sweep.
      await all.storage.receive({ ...assembly, stream: inPieces(CLIP), expectedBytes: null });
      return receipt;
    };
    const by = all.anotherProcess({ storage: { ...all.storage, assemble } });
    expect(await codeOf(all.send(ref, 0, CLIP, { by }))).to.equal('catalog.upload-ended');
    expect(await all.newest(title)).to.include({ status: 'failed', failure: 'catalog.upload-interrupted' });
    expect(await all.stored()).to.deep.equal([]);
  });

  it('leaves the file with its title when it was finished', async () => {
    const title = await all.world.title();
    const ref = await all.begin(title);
    await all.send(ref, 0, CLIP);
    await all.world.catalog.abandonUpload(ref);
    expect(await codeOf(all.offsetOf(ref))).to.equal('request.not-found');
    expect((await all.world.catalog.assetOf(title, 'media')).serving?.id).to.equal(ref.id);
    expect(await all.stored()).to.deep.equal([ref.id]);
  });

  it('goes with its title, and when a newer upload takes its place: idle, at once', async () => {
    const [one, two] = [await all.world.title(), await all.world.title()];
    const [gone, superseded] = [await all.begin(one), await all.begin(two)];
    for (const ref of [gone, superseded]) await all.send(ref, 0, CLIP.subarray(0, HALF));
    await all.world.catalog.deleteTitle(one);
    await all.world.upload(two);
    for (const ref of [gone, superseded])
      expect(await codeOf(all.send(ref, HALF, CLIP))).to.equal('request.not-found');
    await all.world.catalog.removeDueFiles(10);
    expect(await all.stored()).to.deep.equal([(await all.newest(two))?.storageKey]);
  });

  it('ends a day after the last of it came, on the instant, and a sweep clears up', async () => {
    const title = await all.world.title();
    const ref = await all.begin(title);
    all.world.advance(23 * HOUR);
    await all.send(ref, 0, CLIP.subarray(0, HALF));
    all.world.advance(24 * HOUR - 1);
    expect(await all.offsetOf(ref)).to.equal(HALF);
    all.world.advance(1);
    for (const work of [all.offsetOf(ref), all.send(ref, HALF, CLIP.subarray(HALF))])
      expect(await codeOf(work)).to.equal('catalog.upload-ended');
    expect(await all.world.catalog.failStaleUploads(10)).to.deep.equal({ done: 1 });
    expect(await all.newest(title)).to.include({ status: 'failed', failure: 'catalog.upload-interrupted' });
    await all.world.catalog.removeDueFiles(10);
    expect(await all.stored()).to.deep.equal([]);
  });
});

describe('a resumable upload whose process dies behind the last byte', () => {
  const dying = (): Partial<CatalogDeps> => ({
    storage: { ...all.storage, assemble: () => Promise.reject(new Error('the process died')) },
  });
  const lastByteIn = async (title: Title): Promise<UploadRef> => {
    const ref = await all.begin(title);
    await codeOf(all.send(ref, 0, CLIP, { by: all.anotherProcess(dying()) }));
    expect(await all.newest(title)).to.include({ status: 'uploading', progress: 100 });
    return ref;
  };

  it('is finished by whoever asks for it', async () => {
    const ref = await lastByteIn(await all.world.title());
    const { asset, upload } = await all.world.catalog.resumableUpload(ref);
    expect([asset.status, asset.sha256, upload.offsetBytes]).to.deep.equal([
      'ready',
      CLIP_SHA256,
      CLIP.length,
    ]);
  });

  it('is finished by whoever sends its end again', async () => {
    const ref = await lastByteIn(await all.world.title());
    expect((await all.send(ref, CLIP.length, Buffer.alloc(0))).asset).to.include({
      status: 'ready',
      sha256: CLIP_SHA256,
    });
  });

  it('is finished by a sweep, however late, and refused by it', async () => {
    const [good, bad] = [await all.world.title(), await all.world.title()];
    await lastByteIn(good);
    const ref = await all.begin(bad, { lengthBytes: 1_000 });
    await codeOf(all.send(ref, 0, CLIP.subarray(0, 1_000), { by: all.anotherProcess(dying()) }));
    const packager: Packager = {
      inspect: async ({ storageKey }) =>
        storageKey === ref.id ? 'unreadable' : { durationSeconds: 6, picture: null },
      package: async () => ({ package: null, fault: 'unreadable' }),
    };
    all.world.advance(10 * MINUTE);
    expect(await all.anotherProcess({ packager }).catalog.failStaleUploads(10)).to.deep.equal({ done: 2 });
    expect(await all.newest(good)).to.include({ status: 'processing', sha256: CLIP_SHA256 });
    expect(await all.newest(bad)).to.include({ status: 'failed', failure: 'catalog.unsupported-media' });
    expect(await all.stored()).to.deep.equal([(await all.newest(good))?.storageKey]);
  });

  it('is finished when it died with the file in its place', async () => {
    const title = await all.world.title();
    const ref = await all.begin(title);
    const packager: Packager = {
      inspect: () => Promise.reject(new Error('the process died')),
      package: async () => ({ package: null, fault: 'unreadable' }),
    };
    await codeOf(all.send(ref, 0, CLIP, { by: all.anotherProcess({ packager }) }));
    expect(await all.stored()).to.deep.equal([ref.id]);
    expect((await all.world.catalog.resumableUpload(ref)).asset).to.include({
      status: 'ready',
      sha256: CLIP_SHA256,
    });
  });

  it('is tried for a day when it breaks down, keeps no other waiting, and is then given up', async () => {
    const [lost, good] = [await all.world.title(), await all.world.title()];
    const ref = await lastByteIn(lost);
    for (const key of (await all.stored()).filter((name) => name.startsWith(ref.id)))
      await all.storage.remove(key);
    await lastByteIn(good);
    all.world.advance(10 * MINUTE);
    const sweep = () => all.world.catalog.failStaleUploads(10);
    expect(await sweep().catch((error: unknown) => String(error))).to.match(
      /neither the pieces nor the file/,
    );
    expect(await all.newest(good)).to.include({ status: 'ready', sha256: CLIP_SHA256 });
    expect(await all.newest(lost)).to.include({ status: 'uploading' });
    all.world.advance(24 * HOUR);
    expect(await sweep()).to.deep.equal({ done: 1 });
    expect(await all.newest(lost)).to.include({ status: 'failed', failure: 'catalog.upload-interrupted' });
  });

  it('is finished once by many who ask, here and in other processes', async () => {
    const title = await all.world.title();
    const ref = await lastByteIn(title);
    const processes = [all.world, all.anotherProcess(), all.anotherProcess()];
    const asked = processes.flatMap(({ catalog }) => [
      catalog.resumableUpload(ref),
      catalog.resumableUpload(ref),
    ]);
    for (const { asset } of await Promise.all(asked))
      expect(asset).to.include({ status: 'ready', sha256: CLIP_SHA256 });
    expect(await all.stored()).to.deep.equal([ref.id]);
  });
});
