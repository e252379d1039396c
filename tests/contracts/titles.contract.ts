import { expect } from 'chai';
import type { CatalogStores, TitleListing } from '../../src/catalog/ports.ts';
import { editTitle, noFigures, type Title } from '../../src/catalog/title.ts';
import { LostRace } from '../../src/kernel/domain-error.ts';
import { after, instant, type Instant } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import { draft, genre, listing, lossOf, nextId, NOW, published, rejection } from './catalog.fixtures.ts';
import type { Open } from './contract.ts';
import { titleOrderContract } from './title-order.contract.ts';
import { titleSearchContract } from './title-search.contract.ts';

export function titlesContract(open: Open<CatalogStores>): void {
  let unitOfWork: UnitOfWork<CatalogStores>;
  beforeEach(async () => {
    unitOfWork = await open();
  });
  const add = (...all: readonly Title[]): Promise<void> =>
    unitOfWork.run(async ({ titles }) => {
      for (const each of all) await titles.add(each);
    });
  const find = (id: string) => unitOfWork.read(({ titles }) => titles.find(id));
  const list = async (asked: TitleListing, limit = 50): Promise<readonly string[]> =>
    (await unitOfWork.read(({ titles }) => titles.list({ limit }, asked))).items.map(
      ({ title }) => title.title,
    );

  it('gives back what was added, to the last field', async () => {
    const [drama, comedy] = [genre('Drama'), genre('Comedy')];
    await unitOfWork.run(async ({ genres }) => {
      await genres.add(drama);
      await genres.add(comedy);
    });
    const full = draft({ genreIds: [drama.id, comedy.id] }, 'bunny');
    const bare = draft({
      durationSeconds: null,
      creditsStartSeconds: null,
      language: null,
      releaseYear: null,
    });
    await add(full, bare);
    expect(await find(full.id)).to.deep.equal(full);
    expect(await find(bare.id)).to.deep.equal(bare);
    expect(await unitOfWork.read(({ titles }) => titles.findByCode('bunny'))).to.deep.equal(full);
    expect(await find(nextId())).to.equal(undefined);
    const [detail] = await unitOfWork.read(({ titles }) => titles.details([full.id, nextId(), full.id]));
    expect(detail).to.deep.equal({
      title: full,
      genres: [
        { id: comedy.id, name: 'Comedy' },
        { id: drama.id, name: 'Drama' },
      ],
      figures: noFigures(full.id),
    });
  });

  it('answers for many ids at once, and for none', async () => {
    const both = [draft(), draft()];
    await add(...both);
    const ids = both.map(({ id }) => id);
    const details = await unitOfWork.read(({ titles }) => titles.details(ids));
    expect(details.map(({ title }) => title.id)).to.have.members(ids);
    expect(await unitOfWork.read(({ titles }) => titles.details([]))).to.deep.equal([]);
  });

  it('refuses a second title with one code as a lost race, and any number without', async () => {
    await add(draft({}, 'bunny'), draft(), draft());
    expect(await rejection(add(draft({}, 'bunny')))).to.have.property('code', 'service.busy');
  });

  it('refuses to save over a newer version', async () => {
    const first = draft();
    await add(first);
    const newer = { ...editTitle(first, { title: 'Newer' }), version: 2 };
    await unitOfWork.run(({ titles }) => titles.save(newer));
    const stale = { ...editTitle(first, { title: 'Stale' }), version: 2 };
    expect(await lossOf(unitOfWork, ({ titles }) => titles.save(stale))).to.be.instanceOf(LostRace);
    expect(await find(first.id)).to.deep.equal(newer);
  });

  it('forgets a removed title with all that hangs on it', async () => {
    const gone = draft({}, 'bunny');
    await add(gone);
    await unitOfWork.run(async ({ titles, figures }) => {
      await figures.countViews([{ key: 'a', titleId: gone.id, at: NOW }]);
      await titles.remove(gone.id);
    });
    expect(await find(gone.id)).to.equal(undefined);
    await add(draft({}, 'bunny'));
  });

  it('shows the public what is published and public, also where no sweep ran', async () => {
    await add(
      published('shown'),
      published('private', NOW, { visibility: 'private' }),
      published('due', NOW, { status: 'scheduled' }),
      published('not yet', after(NOW, 1), { status: 'scheduled' }),
      published('archived', NOW, { status: 'archived' }),
      draft({ title: 'draft' }),
    );
    expect(await list(listing({ order: 'title' }))).to.deep.equal(['due', 'shown']);
    expect(await list(listing({ openOnly: false }))).to.have.length(6);
    const inStatus = (status: Title['status']) =>
      list(listing({ openOnly: false, order: 'title' }, { status }));
    expect(await inStatus('published')).to.deep.equal(['due', 'private', 'shown']);
    expect(await inStatus('scheduled')).to.deep.equal(['not yet']);
    expect(await inStatus('archived')).to.deep.equal(['archived']);
    expect(await inStatus('draft')).to.deep.equal(['draft']);
    expect(await list(listing({}, { status: 'draft' }))).to.deep.equal([]);
  });

  describe('narrowed and ordered', () => titleOrderContract(open));
  describe('searched', () => titleSearchContract(open));

  it('tells which scheduled titles are due, earliest first, and when the next one is', async () => {
    const at = (milliseconds: number) => published('x', after(NOW, milliseconds), { status: 'scheduled' });
    const [second, first, later] = [at(20), at(10), at(30)];
    await add(second, first, later, published('out already', instant(NOW - 1)));
    const due = (now: Instant, limit: number) => unitOfWork.read(({ titles }) => titles.listDue(now, limit));
    expect(await due(after(NOW, 20), 9)).to.deep.equal([first, second]);
    expect(await due(after(NOW, 20), 1)).to.deep.equal([first]);
    const next = (until: Instant) => unitOfWork.read(({ titles }) => titles.nextDueAt(until));
    expect(await next(after(NOW, 9))).to.equal(undefined);
    expect(await next(after(NOW, 99))).to.equal(after(NOW, 10));
  });
}
