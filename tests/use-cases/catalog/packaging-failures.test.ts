import { expect } from 'chai';
import { SECOND } from '../../../src/kernel/instant.ts';
import type { AssetSlot, Title } from '../../../src/catalog/index.ts';
import { catalogWorld, storedHere, type CatalogWorld } from '../../world/catalog.ts';
import {
  brokenDown,
  interrupted,
  unreadable,
  wordyPackager,
  type Attempt,
  type WordyPackager,
} from '../../world/packaging.ts';
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

describe('packaging that does not work out', () => {
  it('is tried three times, a minute and four behind one another, and has then failed', async () => {
    const title = await uploaded();
    packager.plan.push(brokenDown, brokenDown, brokenDown);
    const attempts: unknown[] = [];
    for (const seconds of [0, 59, 1, 239, 1, 100_000]) {
      world.advance(seconds * SECOND);
      await packageOne().catch(() => undefined);
      attempts.push(packager.orders.length);
    }
    expect(attempts).to.deep.equal([1, 1, 2, 2, 3, 3]);
    expect((await slot(title)).newest).to.include({ status: 'failed', failure: 'catalog.packaging-failed' });
    expect(typesOf()).to.deep.equal(['catalog.asset-received', 'catalog.asset-failed']);
  });

  it('tells why to whoever asked for it', async () => {
    await uploaded();
    packager.plan.push(brokenDown);
    const error: unknown = await packageOne().catch((reason: unknown) => reason);
    expect(error).to.have.property('message', 'the disk is full');
  });

  it('is given up at once when the file is to blame, which is then not kept', async () => {
    const title = await uploaded();
    packager.plan.push(unreadable);
    await packageOne();
    const { newest } = await slot(title);
    expect(newest).to.include({ status: 'failed', failure: 'catalog.media-unreadable' });
    await world.catalog.removeDueFiles(10);
    expect(await isStored(newest?.storageKey ?? '')).to.equal(false);
    await world.upload(title);
    await packageOne();
    expect((await slot(title)).serving?.status).to.equal('ready');
  });

  it('costs no attempt when it was interrupted, and begins again at once', async () => {
    const title = await uploaded();
    packager.plan.push(interrupted, interrupted, interrupted, interrupted);
    expect(await world.catalog.packageDue(4)).to.deep.equal({ done: 4 });
    expect((await slot(title)).newest).to.include({ status: 'processing', attempts: 0 });
    await packageOne();
    expect((await slot(title)).newest).to.include({ status: 'ready', attempts: 1 });
  });
});

describe('a packager that falls silent', () => {
  /** An attempt that never ends, as of a process that was killed. */
  const killed: Attempt = () => new Promise<never>(() => undefined);
  const begin = async (): Promise<void> => {
    const before = packager.orders.length;
    void packageOne();
    while (packager.orders.length === before) await new Promise((resolve) => setImmediate(resolve));
  };

  it('has its work taken over after a minute, and what it left behind removed', async () => {
    const title = await uploaded();
    packager.plan.push(killed);
    await begin();
    const [dead] = packager.orders;
    await packager.storage.place(dead?.packageKey ?? '', packager.renditions, {});
    world.advance(60 * SECOND - 1);
    expect(await world.catalog.packageDue(1)).to.deep.equal({ done: 0 });
    world.advance(1);
    expect(await world.catalog.packageDue(1)).to.deep.equal({ done: 1 });
    expect((await slot(title)).newest).to.include({ status: 'ready', attempts: 2 });
    await world.catalog.removeDueFiles(10);
    expect(await isStored(dead?.packageKey ?? '')).to.equal(false);
  });

  it('keeps its work for as long as it reports', async () => {
    await uploaded();
    packager.plan.push(killed);
    await begin();
    const [order] = packager.orders;
    for (let minute = 0; minute < 3; minute += 1) {
      world.advance(50 * SECOND);
      expect(await order?.report(0)).to.equal(true);
      expect(await world.catalog.packageDue(1)).to.deep.equal({ done: 0 });
    }
  });

  it('is told so when it comes back, and spoils nothing', async () => {
    const title = await uploaded();
    let comeBack: () => void = () => undefined;
    packager.plan.push(async (order) => {
      await new Promise<void>((resolve) => (comeBack = resolve));
      expect(await order.report(99)).to.equal(false);
      return packager.make(order);
    });
    const straggler = packageOne();
    while (packager.orders.length === 0) await new Promise((resolve) => setImmediate(resolve));
    world.advance(60 * SECOND);
    await packageOne();
    const serving = await media(title);
    comeBack();
    await straggler;
    expect(await media(title)).to.deep.equal(serving);
    expect(await isStored(packager.orders[0]?.packageKey ?? '')).to.equal(false);
    expect(await isStored(serving?.storageKey ?? '')).to.equal(true);
  });

  it('fails the asset when three were killed by it', async () => {
    const title = await uploaded();
    for (let attempt = 0; attempt < 3; attempt += 1) {
      packager.plan.push(killed);
      await begin();
      world.advance(60 * SECOND);
    }
    expect(await world.catalog.packageDue(1)).to.deep.equal({ done: 1 });
    expect(packager.orders).to.have.length(3);
    expect((await slot(title)).newest).to.include({ status: 'failed', failure: 'catalog.packaging-failed' });
  });
});
