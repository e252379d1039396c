import { expect } from 'chai';
import { beginUpload, failed, received, type Asset } from '../../src/catalog/asset.ts';
import { catalogPolicy } from '../../src/catalog/policy.ts';
import type { CatalogStores } from '../../src/catalog/ports.ts';
import { beginResumable, grown, takenBy, type ResumableUpload } from '../../src/catalog/resumable-upload.ts';
import { LostRace } from '../../src/kernel/domain-error.ts';
import { lossOf, nextId, NOW } from './catalog.fixtures.ts';
import type { Open } from './contract.ts';

export function resumableUploadsContract(open: Open<CatalogStores>): void {
  const begun = () =>
    beginResumable({ id: nextId(), accountId: 'ada', lengthBytes: 6 * 1024 ** 3, metadata: 'kind bWVkaWE=' });

  it('gives back what was added and saved, to the last field, until it is removed', async () => {
    const unitOfWork = await open();
    const upload = begun();
    const find = () => unitOfWork.read(({ resumableUploads }) => resumableUploads.find(upload.id));
    await unitOfWork.run(({ resumableUploads }) => resumableUploads.add(upload));
    expect(await find()).to.deep.equal(upload);
    const taken = takenBy(upload, 'one', catalogPolicy);
    const more = grown(taken, 5 * 1024 ** 3);
    await unitOfWork.run(async ({ resumableUploads }) => {
      await resumableUploads.save(taken);
      await resumableUploads.save(more);
    });
    expect(await find()).to.deep.equal(more);
    await unitOfWork.run(({ resumableUploads }) => resumableUploads.remove(upload.id));
    await unitOfWork.run(({ resumableUploads }) => resumableUploads.remove(upload.id));
    expect(await find()).to.equal(undefined);
  });

  it('counts those of an account that are open', async () => {
    const unitOfWork = await open();
    const countOf = (account: string) =>
      unitOfWork.read(({ resumableUploads }) => resumableUploads.countOpen(account));
    const file = { bytes: 9, sha256: 'ab'.repeat(32), contentType: 'video/mp4' };
    const asIs = (asset: Asset): Asset => asset;
    const whole = (asset: Asset): Asset => received(asset, file);
    const interrupted = (asset: Asset): Asset => failed(asset, 'catalog.upload-interrupted');
    await unitOfWork.run(async ({ assets, resumableUploads }) => {
      for (const [accountId, come] of [
        ['ada', asIs],
        ['ada', asIs],
        ['bob', asIs],
        ['ada', whole],
        ['ada', interrupted],
      ] as const) {
        const upload = { ...begun(), accountId };
        const origin = { id: upload.id, titleId: nextId(), kind: 'media', now: NOW } as const;
        await resumableUploads.add(upload);
        await assets.add(come(beginUpload(origin, catalogPolicy)));
      }
    });
    expect([await countOf('ada'), await countOf('bob'), await countOf('eve')]).to.deep.equal([2, 1, 0]);
  });

  it('refuses to save over a newer version, and what was removed', async () => {
    const unitOfWork = await open();
    const upload = begun();
    const taken = takenBy(upload, 'one', catalogPolicy);
    await unitOfWork.run(({ resumableUploads }) => resumableUploads.add(upload));
    await unitOfWork.run(({ resumableUploads }) => resumableUploads.save(taken));
    const save = (changed: ResumableUpload) =>
      lossOf(unitOfWork, ({ resumableUploads }) => resumableUploads.save(changed));
    expect(await save(takenBy(upload, 'two', catalogPolicy))).to.be.instanceOf(LostRace);
    await unitOfWork.run(({ resumableUploads }) => resumableUploads.remove(upload.id));
    expect(await save(grown(taken, 1))).to.be.instanceOf(LostRace);
  });
}
