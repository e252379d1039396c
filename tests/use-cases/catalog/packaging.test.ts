import { expect } from 'chai';
import { SECOND } from '../../../src/kernel/instant.ts';
import type { AssetSlot, Title } from '../../../src/catalog/index.ts';
import {
  catalogWorld,
  codeOf,
  inPieces,
  POSTER,
  CLIP,
  storedHere,
  type CatalogWorld,
} from '../../world/catalog.ts';
import { unreadable, wordyPackager, type WordyPackager } from '../../world/packaging.ts';
import { openers } from '../../world/stores.ts';

let world: CatalogWorld;
let packager: WordyPackager;

beforeEach(async () => {
  packager = wordyPackager();
  world = catalogWorld((await openers.memory()).unitOfWork, { storage: packager.storage, packager });
});

const slot = (title: Title): Promise<AssetSlot> => world.catalog.assetOf(title, 'media');
const uploaded = async (draft = {}): Promise<Title> => {
  const title = await world.title(draft);
  await world.upload(title);
  return title;
};
const packageOne = (): Promise<unknown> => world.catalog.packageDue(1);
const media = async ({ id }: Title) => storedHere((await world.catalog.viewing(id))?.media);
const isStored = async (key: string): Promise<boolean> =>
  (await packager.storage.stat(key)) !== undefined ||
  (await packager.storage.renditionsOf(key)) !== undefined;
const typesOf = (): readonly string[] =>
  world.events.map(({ type }) => type).filter((type) => type.startsWith('catalog.asset'));

describe('packaging an upload', () => {
  it('lets it serve once it is whole, and not before', async () => {
    const title = await uploaded();
    expect((await slot(title)).newest).to.include({ status: 'processing', progress: 0, renditions: null });
    expect(await codeOf(world.catalog.publishTitle(title, null))).to.equal('catalog.title-not-ready');
    expect(await world.catalog.packageDue(5)).to.deep.equal({ done: 1 });
    const { newest, serving } = await slot(title);
    expect(newest).to.include({ status: 'ready', progress: 100, failure: null, durationSeconds: 6.016 });
    expect(newest?.renditions?.map(({ name }) => name)).to.deep.equal(['480p', '720p', '1080p']);
    expect(serving).to.deep.equal(newest);
    expect(await media(title)).to.include({ form: 'package', storageKey: newest?.packageKey });
    expect(typesOf()).to.deep.equal(['catalog.asset-received', 'catalog.asset-ready']);
    expect(await world.catalog.packageDue(5)).to.deep.equal({ done: 0 });
  });

  it('opens the package part by part, and nothing that is not in it', async () => {
    const title = await uploaded();
    await packageOne();
    const found = await world.catalog.openPackage((await media(title))?.storageKey ?? '');
    expect((await found?.part('720p', 'seg-00000.m4s'))?.bytes).to.equal(1_000);
    expect(await found?.part('720p', 'seg-00001.m4s')).to.equal(undefined);
    expect(await world.catalog.openPackage('another')).to.equal(undefined);
  });

  it('gives the title the running time that nobody gave it', async () => {
    const measured = await uploaded({ durationSeconds: null });
    const told = await uploaded({ durationSeconds: 90 });
    const marked = await uploaded({ durationSeconds: null, creditsStartSeconds: 60 });
    await world.catalog.packageDue(3);
    const details = await world.catalog.detailMany([measured.id, told.id, marked.id]);
    expect(details.map((detail) => detail?.title.durationSeconds)).to.deep.equal([6, 90, null]);
  });

  it('shows how far it is while it is at work', async () => {
    const title = await uploaded();
    const seen: unknown[] = [];
    packager.plan.push(async (order) => {
      for (const progress of [0, 41.7, 100]) {
        expect(await order.report(progress)).to.equal(true);
        seen.push((await slot(title)).newest?.progress);
      }
      return packager.make(order);
    });
    await packageOne();
    expect(seen).to.deep.equal([0, 41, 99]);
  });

  it('concerns media alone: posters and trailers serve at once, as they are', async () => {
    const title = await world.title();
    const send = (kind: 'poster' | 'trailer', bytes: Buffer) =>
      world.catalog.upload({ title, kind, stream: inPieces(bytes), contentLength: null });
    expect((await send('poster', POSTER)).status).to.equal('ready');
    expect((await send('trailer', CLIP)).status).to.equal('ready');
    expect(await world.catalog.packageDue(5)).to.deep.equal({ done: 0 });
  });

  it('refuses with catalog.unsupported-media what turns out to be no film, and keeps nothing', async () => {
    packager.found = 'unreadable';
    const title = await world.title();
    expect(await codeOf(world.upload(title))).to.equal('catalog.unsupported-media');
    const { newest } = await slot(title);
    expect(newest).to.include({ status: 'failed', failure: 'catalog.unsupported-media' });
    expect(await isStored(newest?.storageKey ?? '')).to.equal(false);
  });
});

describe('replacing packaged media', () => {
  it('lets the old package serve until the new one is ready, and its files stay a day', async () => {
    const title = await uploaded();
    await packageOne();
    const old = (await slot(title)).serving;
    await world.upload(title);
    expect((await slot(title)).serving).to.deep.equal(old);
    expect(await media(title)).to.include({ storageKey: old?.packageKey });
    await packageOne();
    expect((await slot(title)).serving?.id).to.not.equal(old?.id);
    const stays = async (): Promise<readonly boolean[]> => {
      await world.catalog.removeDueFiles(10);
      return [await isStored(old?.packageKey ?? ''), await isStored(old?.storageKey ?? '')];
    };
    world.advance(24 * 3_600 * SECOND - 1);
    expect(await stays()).to.deep.equal([true, true]);
    world.advance(1);
    expect(await stays()).to.deep.equal([false, false]);
  });

  it('lets an upload that comes while the one before is being packaged win', async () => {
    const title = await uploaded();
    let isMine: unknown;
    packager.plan.push(async (order) => {
      await world.upload(title);
      isMine = await order.report(50);
      return packager.make(order);
    });
    await packageOne();
    expect(isMine).to.equal(false);
    const [first] = packager.orders;
    expect(await isStored(first?.packageKey ?? '')).to.equal(false);
    expect((await slot(title)).serving).to.equal(null);
    await packageOne();
    expect((await slot(title)).serving?.status).to.equal('ready');
    world.advance(60 * SECOND);
    await world.catalog.removeDueFiles(10);
    expect(await isStored(first?.source.storageKey ?? '')).to.equal(false);
  });

  it('leaves nothing of a title that is deleted meanwhile', async () => {
    const title = await uploaded();
    packager.plan.push(async (order) => {
      await world.catalog.deleteTitle(title);
      return packager.make(order);
    });
    await packageOne();
    world.advance(60 * SECOND);
    await world.catalog.removeDueFiles(10);
    const [order] = packager.orders;
    expect(await isStored(order?.packageKey ?? '')).to.equal(false);
    expect(await isStored(order?.source.storageKey ?? '')).to.equal(false);
  });
});

describe('media that serves as it is', () => {
  it('does so without a packager, and is packaged when there is one, without a gap', async () => {
    const stores = (await openers.memory()).unitOfWork;
    const { storage } = packager;
    const before = catalogWorld(stores, { storage });
    const title = await before.published({ durationSeconds: null });
    expect(await before.catalog.packageDue(5)).to.deep.equal({ done: 0 });
    expect((await before.catalog.viewing(title.id))?.media?.form).to.equal('file');
    world = catalogWorld(stores, { storage, packager });
    packager.plan.push(async (order) => {
      await order.report(50);
      expect((await slot(title)).serving).to.include({ status: 'ready', progress: 100, renditions: null });
      return packager.make(order);
    });
    expect(await world.catalog.packageDue(5)).to.deep.equal({ done: 1 });
    expect(await media(title)).to.include({ form: 'package' });
  });

  it('goes on serving when it cannot be packaged, and tells why', async () => {
    const title = await world.title();
    const stream = inPieces(CLIP);
    await world.catalog.upload({ title, kind: 'media', stream, contentLength: null, servesAsItIs: true });
    packager.plan.push(unreadable);
    await packageOne();
    const { serving } = await slot(title);
    expect(serving).to.include({ status: 'ready', failure: 'catalog.media-unreadable', packageAt: null });
    expect(await isStored(serving?.storageKey ?? '')).to.equal(true);
    expect(await media(title)).to.include({ form: 'file' });
  });
});
