import { expect } from 'chai';
import { MINUTE } from '../../../src/kernel/instant.ts';
import { catalogWorld, CLIP, codeOf, type CatalogWorld } from '../../world/catalog.ts';
import { brokenDown, unreadable, wordyPackager, type WordyPackager } from '../../world/packaging.ts';
import type { Title } from '../../../src/catalog/index.ts';
import { openers } from '../../world/stores.ts';

describe('the source of an asset', () => {
  let world: CatalogWorld;
  let packager: WordyPackager;
  let title: Title;
  beforeEach(async () => {
    packager = wordyPackager();
    world = catalogWorld((await openers.memory()).unitOfWork, { storage: packager.storage, packager });
    title = await world.title();
  });
  const newestLink = async (): Promise<string | null | undefined> =>
    (await world.catalog.assetOf(title, 'media')).newest?.sourceLink;
  const bytesAt = async (link: string): Promise<Uint8Array> => {
    const { open, bytes } = await world.catalog.openSource(link);
    const pieces: Uint8Array[] = [];
    for await (const piece of open({ start: 0, end: bytes })) pieces.push(piece);
    return Buffer.concat(pieces);
  };

  it('is had back before, during and after packaging', async () => {
    await world.upload(title);
    expect(await bytesAt((await newestLink()) ?? '')).to.deep.equal(Buffer.from(CLIP));
    await world.catalog.packageDue(1);
    expect(await bytesAt((await newestLink()) ?? '')).to.deep.equal(Buffer.from(CLIP));
  });

  it('has no link before it arrived whole', async () => {
    const failed = world.catalog.upload({
      title,
      kind: 'media',
      stream: (async function* () {
        yield CLIP.subarray(0, 100);
        expect(await newestLink()).to.equal(null);
      })(),
      contentLength: CLIP.length,
    });
    expect(await codeOf(failed)).to.equal('catalog.upload-truncated');
    expect(await newestLink()).to.equal(null);
  });

  it('is kept when packaging broke down, and not when nothing can be made of it', async () => {
    await world.upload(title);
    packager.plan.push(brokenDown, brokenDown, brokenDown);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await world.catalog.packageDue(1).catch(() => undefined);
      world.advance(10 * MINUTE);
    }
    expect((await world.catalog.assetOf(title, 'media')).newest).to.include({ status: 'failed' });
    const link = (await newestLink()) ?? '';
    await world.catalog.removeDueFiles(100);
    expect(await bytesAt(link)).to.deep.equal(Buffer.from(CLIP));

    await world.upload(title);
    packager.plan.push(unreadable);
    const early = (await newestLink()) ?? '';
    await world.catalog.packageDue(1);
    expect(await newestLink()).to.equal(null);
    await world.catalog.removeDueFiles(100);
    expect(await codeOf(world.catalog.openSource(early))).to.equal('request.not-found');
  });

  it('goes with an upload that a newer one superseded', async () => {
    await world.upload(title);
    const link = (await newestLink()) ?? '';
    await world.upload(title);
    await world.catalog.removeDueFiles(100);
    expect(await codeOf(world.catalog.openSource(link))).to.equal('request.not-found');
  });

  it('is refused through what is no link, and through one that ran out', async () => {
    await world.upload(title);
    const link = (await newestLink()) ?? '';
    expect(await codeOf(world.catalog.openSource(`${link}x`))).to.equal('catalog.source-link-invalid');
    world.advance(60 * MINUTE - 1);
    expect(await codeOf(world.catalog.openSource(link))).to.equal(undefined);
    world.advance(1);
    expect(await codeOf(world.catalog.openSource(link))).to.equal('catalog.source-link-expired');
  });
});
