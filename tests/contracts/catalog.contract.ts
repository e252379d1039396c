import { expect } from 'chai';
import { beginUpload, failed, finished, received, type Asset } from '../../src/catalog/asset.ts';
import { awaitingPackage, claimed, packaged } from '../../src/catalog/packaging.ts';
import { catalogPolicy } from '../../src/catalog/policy.ts';
import { renameGenre, type Genre } from '../../src/catalog/genre.ts';
import type { CatalogStores } from '../../src/catalog/ports.ts';
import { LostRace } from '../../src/kernel/domain-error.ts';
import { after, DAY, HOUR, instant, type Instant } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import { draft, genre, lossOf, nextId, NOW, rejection, rendition } from './catalog.fixtures.ts';
import type { Open } from './contract.ts';
import { remoteAssetsContract, remoteRemovalsContract } from './remote-assets.contract.ts';

export function figuresContract(open: Open<CatalogStores>): void {
  it('counts each view once, however often and however many at once it is told', async () => {
    const unitOfWork = await open();
    const [a, b] = [draft(), draft()];
    await unitOfWork.run(async ({ titles }) => {
      await titles.add(a);
      await titles.add(b);
    });
    const view = (key: string, titleId: string) => ({ key, titleId, at: NOW });
    const told = [view('1', a.id), view('2', a.id), view('2', a.id), view('3', b.id), view('4', nextId())];
    const tell = () => unitOfWork.run(({ figures }) => figures.countViews(told));
    const counted = (await Promise.all(Array.from({ length: 10 }, tell))).flat();
    expect(counted.sort()).to.deep.equal([a.id, a.id, b.id]);
    expect(await unitOfWork.run(({ figures }) => figures.countViews([]))).to.deep.equal([]);
    const details = await unitOfWork.read(({ titles }) => titles.details([a.id, b.id]));
    const views = new Map(details.map(({ title, figures }) => [title.id, figures.views]));
    expect([views.get(a.id), views.get(b.id)]).to.deep.equal([2, 1]);
  });

  it('keeps views by day of UTC, from a day on', async () => {
    const unitOfWork = await open();
    const [a, b] = [draft(), draft()];
    const midnight = instant(Date.UTC(2026, 0, 31));
    await unitOfWork.run(async ({ titles, figures }) => {
      await titles.add(a);
      await titles.add(b);
      const view = (key: string, titleId: string, at: Instant) => ({ key, titleId, at });
      await figures.countViews([view('1', a.id, after(midnight, -1)), view('2', a.id, midnight)]);
      await figures.countViews([view('3', a.id, after(midnight, DAY - 1)), view('4', b.id, midnight)]);
    });
    const from = (day: Instant, ...ids: readonly string[]) =>
      unitOfWork.read(({ figures }) => figures.viewsByDay(ids, day));
    const yesterday = after(midnight, -DAY);
    expect(await from(yesterday, b.id, a.id)).to.deep.equal([
      { titleId: a.id, day: yesterday, views: 1 },
      { titleId: a.id, day: midnight, views: 2 },
      { titleId: b.id, day: midnight, views: 1 },
    ]);
    expect(await from(midnight, a.id)).to.deep.equal([{ titleId: a.id, day: midnight, views: 2 }]);
    expect(await from(midnight, nextId())).to.deep.equal([]);
  });

  it('stores where titles stand, and tells whose standing is due, earliest first', async () => {
    const unitOfWork = await open();
    const [early, late, still] = [draft(), draft(), draft()];
    await unitOfWork.run(async ({ titles, figures }) => {
      for (const each of [early, late, still]) await titles.add(each);
      await figures.rank([
        { titleId: late.id, score: 64, dueAt: after(NOW, 9) },
        { titleId: early.id, score: 3, dueAt: NOW },
        { titleId: still.id, score: 7, dueAt: null },
        { titleId: nextId(), score: 1, dueAt: NOW },
      ]);
    });
    const due = (now: Instant, limit = 9) => unitOfWork.run(({ figures }) => figures.takeDue(now, limit));
    expect(await due(after(NOW, -1))).to.deep.equal([]);
    expect(await due(after(NOW, 9))).to.deep.equal([early.id, late.id]);
    expect(await due(after(NOW, 9), 1)).to.deep.equal([early.id]);
    const next = (until: Instant) => unitOfWork.read(({ figures }) => figures.nextDueAt(until));
    expect(await next(after(NOW, 9))).to.equal(NOW);
    expect(await next(after(NOW, -1))).to.equal(undefined);
    await unitOfWork.run(({ figures }) => figures.rank([{ titleId: early.id, score: 0, dueAt: null }]));
    expect(await next(after(NOW, 99))).to.equal(after(NOW, 9));
    const [detail] = await unitOfWork.read(({ titles }) => titles.details([late.id]));
    expect(detail?.figures).to.include({ trending: 64, trendingDueAt: after(NOW, 9), views: 0 });
  });
}

export function genresContract(open: Open<CatalogStores>): void {
  let unitOfWork: UnitOfWork<CatalogStores>;
  beforeEach(async () => {
    unitOfWork = await open();
  });
  const add = (...all: readonly Genre[]): Promise<void> =>
    unitOfWork.run(async ({ genres }) => {
      for (const each of all) await genres.add(each);
    });

  it('gives back what was added, by id, by name and together', async () => {
    const [drama, comedy] = [genre('Drama'), genre('Comedy')];
    await add(drama, comedy);
    expect(await unitOfWork.read(({ genres }) => genres.find(drama.id))).to.deep.equal(drama);
    expect(await unitOfWork.read(({ genres }) => genres.findByKey('drama'))).to.deep.equal(drama);
    expect(
      await unitOfWork.read(({ genres }) => genres.findMany([drama.id, comedy.id, nextId()])),
    ).to.have.deep.members([drama, comedy]);
  });

  it('refuses a name that another genre has in another case as a lost race', async () => {
    await add(genre('Drama'));
    expect(await rejection(add(genre('DRAMA')))).to.have.property('code', 'service.busy');
  });

  it('refuses to save over a newer version', async () => {
    const drama = genre('Drama');
    await add(drama);
    await unitOfWork.run(({ genres }) => genres.save(renameGenre(drama, 'Dramas')));
    const loss = await lossOf(unitOfWork, ({ genres }) => genres.save(renameGenre(drama, 'Stale')));
    expect(loss).to.be.instanceOf(LostRace);
  });

  it('lists by name, page by page', async () => {
    await add(genre('western'), genre('Drama'), genre('Éducation'), genre('Animation'));
    const first = await unitOfWork.read(({ genres }) => genres.list({ limit: 2 }));
    const second = await unitOfWork.read(({ genres }) =>
      genres.list({ limit: 2, cursor: first.nextCursor ?? undefined }),
    );
    const names = [...first.items, ...second.items].map(({ name }) => name);
    expect(names).to.deep.equal(['Animation', 'Drama', 'western', 'Éducation']);
    expect(second.nextCursor).to.equal(null);
  });

  it('leaves a removed genre out of every title', async () => {
    const [drama, comedy] = [genre('Drama'), genre('Comedy')];
    await add(drama, comedy);
    const title = draft({ genreIds: [drama.id, comedy.id] });
    await unitOfWork.run(({ titles }) => titles.add(title));
    await unitOfWork.run(({ genres }) => genres.remove(drama.id));
    const found = await unitOfWork.read(({ titles }) => titles.find(title.id));
    expect(found).to.deep.equal({ ...title, genreIds: [comedy.id] });
  });
}

export function assetsContract(open: Open<CatalogStores>): void {
  let unitOfWork: UnitOfWork<CatalogStores>;
  beforeEach(async () => {
    unitOfWork = await open();
  });
  const uploading = (titleId: string, now: Instant): Asset =>
    beginUpload({ id: nextId(), titleId, kind: 'media', now }, catalogPolicy);
  const file = { bytes: 6 * 1024 ** 3, sha256: 'a'.repeat(64), contentType: 'video/mp4' };

  it('gives back what was added and saved, to the last field', async () => {
    const begun = uploading('title', NOW);
    await unitOfWork.run(({ assets }) => assets.add(begun));
    const whole = received(begun, file);
    await unitOfWork.run(async ({ assets }) => {
      await assets.save(whole);
      await assets.save(finished(whole, after(NOW, HOUR)));
    });
    const found = await unitOfWork.read(({ assets }) => assets.find(begun.id));
    expect(found).to.deep.equal(finished(whole, after(NOW, HOUR)));
    expect(await unitOfWork.read(({ assets }) => assets.findMany([begun.id, nextId()]))).to.deep.equal([
      found,
    ]);
    const stale = failed(begun, 'internal');
    expect(await lossOf(unitOfWork, ({ assets }) => assets.save(stale))).to.be.instanceOf(LostRace);
    await unitOfWork.run(({ assets }) => assets.remove(begun.id));
    expect(await unitOfWork.read(({ assets }) => assets.find(begun.id))).to.equal(undefined);
  });

  it('gives back a package to the last field', async () => {
    const policy = catalogPolicy;
    const waiting = awaitingPackage({ ...received(uploading('t', NOW), file), durationSeconds: 6.016 });
    const held = claimed(waiting, { now: NOW, policy });
    const [picture, sound] = [
      rendition(),
      rendition({ name: 'audio', lines: 0, width: null, frameRate: null }),
    ];
    const whole = packaged(held, { renditions: [picture, sound], durationSeconds: 6.02 }, NOW);
    await unitOfWork.run(async ({ assets }) => {
      await assets.add(waiting);
      await assets.save(held);
      await assets.save(whole);
    });
    expect(await unitOfWork.read(({ assets }) => assets.find(whole.id))).to.deep.equal(whole);
  });

  it('lists those to package, longest waiting first, and none before its instant', async () => {
    const at = (milliseconds: number): Asset => ({
      ...received(uploading('t', NOW), file),
      packageAt: after(NOW, milliseconds),
    });
    const [later, first, second] = [at(20), at(10), at(10)];
    await unitOfWork.run(async ({ assets }) => {
      for (const each of [later, second, first, uploading('t', NOW)]) await assets.add(each);
    });
    const listed = (now: Instant, limit = 9) =>
      unitOfWork.run(({ assets }) => assets.holdToPackage(now, limit));
    expect(await listed(after(NOW, 9))).to.deep.equal([]);
    expect(await listed(after(NOW, 20))).to.deep.equal([first, second, later]);
    expect(await listed(after(NOW, 20), 1)).to.deep.equal([first]);
  });

  it('lists those of a title, newest first, and the uploads that are due', async () => {
    const [old, young, other] = [uploading('t', NOW), uploading('t', after(NOW, 5)), uploading('u', NOW)];
    const done = received(uploading('v', NOW), file);
    await unitOfWork.run(async ({ assets }) => {
      for (const each of [old, young, other, done]) await assets.add(each);
    });
    expect(await unitOfWork.read(({ assets }) => assets.listOf('t'))).to.deep.equal([young, old]);
    const end = after(NOW, catalogPolicy.uploadHours * HOUR);
    const due = (limit: number) => unitOfWork.read(({ assets }) => assets.listDue(end, limit));
    expect(await due(9)).to.deep.equal([old, other]);
    expect(await due(1)).to.deep.equal([old]);
    expect(await unitOfWork.read(({ assets }) => assets.nextDueAt(end))).to.equal(end);
    expect(await unitOfWork.read(({ assets }) => assets.nextDueAt(NOW))).to.equal(undefined);
  });

  describe('of media providers', () => remoteAssetsContract(open));
}

export function fileRemovalsContract(open: Open<CatalogStores>): void {
  it('keeps each promise once, at its earliest time, until it is done', async () => {
    const unitOfWork = await open();
    const promise = (storageKey: string, milliseconds: number) => ({
      storageKey,
      remote: null,
      dueAt: after(NOW, milliseconds),
    });
    await unitOfWork.run(async ({ fileRemovals }) => {
      for (const each of [promise('a', 30), promise('a', 10), promise('a', 20), promise('b', 5)])
        await fileRemovals.add(each);
    });
    const due = (now: Instant, limit = 9) =>
      unitOfWork.read(({ fileRemovals }) => fileRemovals.listDue(now, limit));
    expect(await due(after(NOW, 4))).to.deep.equal([]);
    expect(await due(after(NOW, 10))).to.deep.equal([promise('b', 5), promise('a', 10)]);
    expect(await due(after(NOW, 10), 1)).to.deep.equal([promise('b', 5)]);
    await unitOfWork.run(({ fileRemovals }) => fileRemovals.done('b'));
    const next = unitOfWork.read(({ fileRemovals }) => fileRemovals.nextDueAt(after(NOW, 99)));
    expect(await next).to.equal(after(NOW, 10));
  });

  remoteRemovalsContract(open);
}
