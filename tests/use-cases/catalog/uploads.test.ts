import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openLocalStorage } from '../../../adapters/media/local-storage.ts';
import { memoryStorage } from '../../../adapters/media/memory-storage.ts';
import { catalogPolicy, type AssetKind, type Title } from '../../../src/catalog/index.ts';
import { HOUR } from '../../../src/kernel/instant.ts';
import {
  catalogWorld,
  CLIP,
  codeOf,
  inPieces,
  POSTER,
  TONE,
  type CatalogWorld,
} from '../../world/catalog.ts';
import { openers } from '../../world/stores.ts';

let folder: string;
let world: CatalogWorld;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'usher-media-'));
  const storage = await openLocalStorage(folder);
  const policy = { ...catalogPolicy, mediaLimitBytes: CLIP.length + 10, posterLimitBytes: POSTER.length };
  world = catalogWorld((await openers.memory()).unitOfWork, { storage, policy });
});
afterEach(() => rm(folder, { recursive: true }));

interface Sent {
  readonly kind?: AssetKind;
  readonly contentLength?: number | null;
  readonly fails?: boolean;
}
const send = (
  title: Title,
  bytes: Uint8Array,
  { kind = 'media', contentLength = null, fails = false }: Sent = {},
) => world.catalog.upload({ title, kind, contentLength, stream: inPieces(bytes, { fails }) });
const stored = async (): Promise<readonly string[]> => [
  ...(await readdir(join(folder, 'incoming'))),
  ...(await readdir(join(folder, 'files'))),
];
const slot = (title: Title, kind: AssetKind = 'media') => world.catalog.assetOf(title, kind);
const bytesAt = async (storageKey: string): Promise<Buffer> => {
  const media = await world.catalog.openMedia(storageKey);
  const chunks: Uint8Array[] = [];
  for await (const chunk of media?.open({ start: 0, end: media.bytes }) ?? []) chunks.push(chunk);
  return Buffer.concat(chunks);
};

describe('uploading', () => {
  it('stores the very bytes, with their size, hash and true type', async () => {
    const title = await world.title();
    const asset = await send(title, CLIP, { contentLength: CLIP.length });
    const sha256 = createHash('sha256').update(CLIP).digest('hex');
    expect(asset).to.include({ status: 'ready', progress: 100, bytes: CLIP.length, sha256 });
    expect(asset.contentType).to.equal('video/mp4');
    expect((await bytesAt(asset.storageKey)).equals(CLIP)).to.equal(true);
    expect((await world.catalog.viewing(title.id))?.media).to.deep.equal({
      assetId: asset.id,
      form: 'file',
      storageKey: asset.storageKey,
      contentType: 'video/mp4',
      bytes: CLIP.length,
      sha256,
    });
  });

  const refused: readonly (readonly [string, string, (title: Title) => Promise<unknown>])[] = [
    [
      'shorter than declared',
      'catalog.upload-truncated',
      (t) => send(t, CLIP, { contentLength: CLIP.length + 1 }),
    ],
    ['cut off', 'catalog.upload-truncated', (t) => send(t, CLIP.subarray(0, 100_000), { fails: true })],
    ['empty', 'catalog.upload-truncated', (t) => send(t, Buffer.alloc(0))],
    [
      'declared too large',
      'catalog.upload-too-large',
      (t) => send(t, CLIP, { contentLength: CLIP.length + 11 }),
    ],
    [
      'larger than it may be',
      'catalog.upload-too-large',
      (t) => send(t, Buffer.concat([CLIP, Buffer.alloc(11)])),
    ],
    [
      'a poster too large',
      'catalog.upload-too-large',
      (t) => send(t, Buffer.concat([POSTER, Buffer.alloc(1)]), { kind: 'poster' }),
    ],
    ['music for a video', 'catalog.unsupported-media', (t) => send(t, TONE)],
    [
      'a page for a poster',
      'catalog.unsupported-media',
      (t) => send(t, Buffer.from('<html>'), { kind: 'poster' }),
    ],
    ['a picture for media', 'catalog.unsupported-media', (t) => send(t, POSTER)],
  ];
  for (const [what, code, attempt] of refused) {
    it(`refuses what is ${what} with ${code}, and keeps nothing of it`, async () => {
      const title = await world.title();
      expect(await codeOf(attempt(title))).to.equal(code);
      expect(await stored()).to.deep.equal([]);
      expect((await slot(title)).serving).to.equal(null);
    });
  }

  it('refuses with catalog.storage-full when there is no room', async () => {
    const storage = memoryStorage({ capacityBytes: 1_000 });
    const small = catalogWorld((await openers.memory()).unitOfWork, { storage });
    const title = await small.title();
    expect(await codeOf(small.upload(title))).to.equal('catalog.storage-full');
    expect((await small.catalog.assetOf(title, 'media')).newest).to.include({ status: 'failed' });
  });

  it('tells afterwards why an upload failed', async () => {
    const title = await world.title();
    await codeOf(send(title, CLIP, { contentLength: CLIP.length + 1 }));
    expect((await slot(title)).newest).to.include({ status: 'failed', failure: 'catalog.upload-truncated' });
    await send(title, CLIP);
    expect((await slot(title)).newest).to.include({ status: 'ready', failure: null });
  });

  it('is not found for a title that is not there', async () => {
    const title = await world.title();
    await world.catalog.deleteTitle(title);
    expect(await codeOf(send(title, CLIP))).to.equal('request.not-found');
    expect(await stored()).to.deep.equal([]);
  });

  it('takes music for music titles, and posters for both', async () => {
    const title = await world.title({}, 'music');
    expect((await send(title, TONE)).contentType).to.equal('audio/mp4');
    expect((await send(title, POSTER, { kind: 'poster' })).contentType).to.equal('image/png');
    expect(await codeOf(send(title, CLIP))).to.equal('catalog.unsupported-media');
  });
});

describe('replacing media', () => {
  it('lets the old serve until the new is ready, and its file stay a day for those who watch it', async () => {
    const title = await world.published();
    const old = (await slot(title)).serving;
    expect(await codeOf(send(title, CLIP.subarray(0, 1_000), { fails: true }))).to.equal(
      'catalog.upload-truncated',
    );
    expect((await slot(title)).serving).to.deep.equal(old);
    const next = await send(title, CLIP);
    expect((await slot(title)).serving?.id).to.equal(next.id);
    world.advance(24 * HOUR - 1);
    expect(await world.catalog.removeDueFiles(10)).to.deep.equal({ done: 1 });
    expect(await stored()).to.have.members([old?.storageKey, next.storageKey]);
    world.advance(1);
    await world.catalog.removeDueFiles(10);
    expect(await stored()).to.deep.equal([next.storageKey]);
  });

  it('lets the newest upload win over one that began before and ends after', async () => {
    const title = await world.title();
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    async function* slowly() {
      yield CLIP.subarray(0, 100_000);
      await gate;
      yield CLIP.subarray(100_000);
    }
    const slow = world.catalog.upload({ title, kind: 'media', stream: slowly(), contentLength: null });
    const refusedWith = codeOf(slow);
    while ((await slot(title)).newest === null) await new Promise((resolve) => setImmediate(resolve));
    const quick = await send(title, CLIP);
    release();
    expect(await refusedWith).to.equal('catalog.upload-superseded');
    expect((await slot(title)).serving?.id).to.equal(quick.id);
    expect(await stored()).to.deep.equal([quick.storageKey]);
  });

  it('refuses an upload whose title was deleted meanwhile, and keeps nothing', async () => {
    const title = await world.title();
    async function* withDeletion() {
      yield CLIP.subarray(0, 100_000);
      await world.catalog.deleteTitle(title);
      yield CLIP.subarray(100_000);
    }
    const upload = world.catalog.upload({
      title,
      kind: 'media',
      stream: withDeletion(),
      contentLength: null,
    });
    expect(await codeOf(upload)).to.equal('request.not-found');
    expect(await stored()).to.deep.equal([]);
  });
});

describe('cleaning up after a crash', () => {
  it('ends an upload whose process died, and removes the file that was in its place already', async () => {
    const title = await world.title();
    let key = '';
    const dying = {
      ...world.storage,
      receive: (arrival: { storageKey: string }) => {
        key = arrival.storageKey;
        return new Promise<never>(() => undefined);
      },
    };
    const policy = catalogPolicy;
    const opened = await openers.memory();
    const crashed = catalogWorld(opened.unitOfWork, { storage: dying, policy });
    const victim = await crashed.title();
    void crashed.upload(victim);
    while (key === '') await new Promise((resolve) => setImmediate(resolve));
    await writeFile(join(folder, 'files', key), 'whole');
    crashed.advance(6 * HOUR);
    expect(await crashed.catalog.failStaleUploads(10)).to.deep.equal({ done: 1 });
    expect((await crashed.catalog.assetOf(victim, 'media')).newest).to.include({
      status: 'failed',
      failure: 'catalog.upload-interrupted',
    });
    expect(await crashed.catalog.removeDueFiles(10)).to.deep.equal({ done: 1 });
    expect(await stored()).to.deep.equal([]);
    expect((await slot(title)).newest).to.equal(null);
  });

  it('clears what dead processes left behind when the storage opens, and nothing younger than an hour', async () => {
    const [old, young] = [join(folder, 'incoming', 'old.part'), join(folder, 'incoming', 'young.part')];
    for (const path of [old, young]) await writeFile(path, 'half');
    const before = new Date(Date.now() - HOUR - 1_000);
    await utimes(old, before, before);
    await openLocalStorage(folder);
    expect(await readdir(join(folder, 'incoming'))).to.deep.equal(['young.part']);
  });
});

describe('public files', () => {
  it('are posters and trailers that are ready, and nothing else', async () => {
    const title = await world.published();
    const poster = await send(title, POSTER, { kind: 'poster' });
    expect(await world.catalog.publicFile(poster.id)).to.include({
      contentType: 'image/png',
      bytes: POSTER.length,
    });
    const media = (await slot(title)).serving?.id ?? '';
    expect(await codeOf(world.catalog.publicFile(media))).to.equal('request.not-found');
    expect(await codeOf(world.catalog.publicFile(title.id))).to.equal('request.not-found');
  });
});
