import { expect } from 'chai';
import { beginUpload, type Asset } from '../../src/catalog/asset.ts';
import { catalogPolicy } from '../../src/catalog/policy.ts';
import type { CatalogStores } from '../../src/catalog/ports.ts';
import { heard, heldBy } from '../../src/catalog/remote-media.ts';
import { after, DAY, HOUR, type Instant } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import { nextId, NOW, rejection } from './catalog.fixtures.ts';
import type { Open } from './contract.ts';

/** What the store of assets knows of media that a provider keeps. */
export function remoteAssetsContract(open: Open<CatalogStores>): void {
  let unitOfWork: UnitOfWork<CatalogStores>;
  beforeEach(async () => {
    unitOfWork = await open();
  });
  const uploading = (titleId: string, now: Instant): Asset =>
    beginUpload({ id: nextId(), titleId, kind: 'media', now }, catalogPolicy);
  const hearing = { now: NOW, policy: catalogPolicy };
  const remote = (reference: string, provider = 'far', titleId = 't'): Asset =>
    heldBy(uploading(titleId, NOW), { provider, reference, mediaId: null }, hearing);

  it('finds what a provider keeps by its name there, and gives it back to the last field', async () => {
    const [mine, other, elsewhere] = [remote('a'), remote('b'), remote('a', 'farther')];
    const ready = heard(
      mine,
      { kind: 'ready', mediaId: 'm', playbackId: 'p', durationSeconds: 6.006 },
      after(NOW, 7),
    );
    await unitOfWork.run(async ({ assets }) => {
      for (const each of [mine, other, elsewhere, uploading('t', NOW)]) await assets.add(each);
      await assets.save(ready);
    });
    const found = (provider: string, reference: string) =>
      unitOfWork.read(({ assets }) => assets.findByReference({ provider, reference }));
    expect(await found('far', 'a')).to.deep.equal(ready);
    expect(await found('farther', 'a')).to.deep.equal(elsewhere);
    expect(await found('far', 'c')).to.equal(undefined);
    const twin = rejection(unitOfWork.run(({ assets }) => assets.add(remote('b'))));
    expect(await twin).to.have.property('code', 'service.busy');
  });

  it('lists those of a provider and our own apart, when they are due', async () => {
    const [ours, theirs, later] = [
      uploading('t', NOW),
      remote('a'),
      { ...remote('b'), dueAt: after(NOW, DAY) },
    ];
    await unitOfWork.run(async ({ assets }) => {
      for (const each of [ours, theirs, later]) await assets.add(each);
    });
    const at = after(NOW, catalogPolicy.uploadHours * HOUR);
    const listed = await unitOfWork.read(async ({ assets }) => [
      await assets.listDue(at, 9),
      await assets.listUnheard(at, 9),
      await assets.listUnheard(after(NOW, DAY), 1),
    ]);
    expect(listed).to.deep.equal([[ours], [theirs], [theirs]]);
    const next = unitOfWork.read(({ assets }) => assets.nextDueAt(at));
    expect(await next).to.equal(theirs.dueAt);
  });
}

/** The same of promised removals. */
export function remoteRemovalsContract(open: Open<CatalogStores>): void {
  it('learns of a file that is promised already where a provider has it, whichever promise is the earlier', async () => {
    const unitOfWork = await open();
    const remote = { provider: 'far', reference: 'a', mediaId: 'm' };
    const [soon, late] = [NOW, after(NOW, 1)];
    await unitOfWork.run(async ({ fileRemovals }) => {
      await fileRemovals.add({ storageKey: 'a', remote: null, dueAt: late });
      await fileRemovals.add({ storageKey: 'a', remote, dueAt: soon });
      await fileRemovals.add({ storageKey: 'b', remote: null, dueAt: soon });
      await fileRemovals.add({ storageKey: 'b', remote: { ...remote, mediaId: null }, dueAt: late });
      await fileRemovals.add({ storageKey: 'c', remote, dueAt: late });
      await fileRemovals.add({ storageKey: 'c', remote: null, dueAt: soon });
    });
    const due = await unitOfWork.read(({ fileRemovals }) => fileRemovals.listDue(NOW, 9));
    expect(due).to.deep.equal([
      { storageKey: 'a', remote, dueAt: soon },
      { storageKey: 'b', remote: { ...remote, mediaId: null }, dueAt: soon },
      { storageKey: 'c', remote, dueAt: soon },
    ]);
  });

  it('keeps where a provider has the file, and puts a promise off that it did not let us keep', async () => {
    const unitOfWork = await open();
    const remote = { provider: 'far', reference: 'a', mediaId: null };
    const known = { ...remote, reference: 'b', mediaId: 'm' };
    await unitOfWork.run(async ({ fileRemovals }) => {
      await fileRemovals.add({ storageKey: 'a', remote, dueAt: NOW });
      await fileRemovals.add({ storageKey: 'b', remote: known, dueAt: after(NOW, 1) });
      await fileRemovals.putOff('a', after(NOW, 9));
      await fileRemovals.putOff('nobody knows it', NOW);
    });
    const due = await unitOfWork.read(({ fileRemovals }) => fileRemovals.listDue(after(NOW, 9), 9));
    expect(due).to.deep.equal([
      { storageKey: 'b', remote: known, dueAt: after(NOW, 1) },
      { storageKey: 'a', remote, dueAt: after(NOW, 9) },
    ]);
  });
}
