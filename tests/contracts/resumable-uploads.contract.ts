import { expect } from 'chai';
import { catalogPolicy } from '../../src/catalog/policy.ts';
import type { CatalogStores } from '../../src/catalog/ports.ts';
import { beginResumable, grown, takenBy, type ResumableUpload } from '../../src/catalog/resumable-upload.ts';
import { LostRace } from '../../src/kernel/domain-error.ts';
import { lossOf, nextId } from './catalog.fixtures.ts';
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
