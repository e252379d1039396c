import { expect } from 'chai';
import { DAY, after, instant } from '../../../src/kernel/instant.ts';
import type { BrowseFilter, BrowseRequest } from '../../../src/catalog/index.ts';
import {
  ADMIN,
  catalogWorld,
  codeOf,
  DRAFT,
  NOBODY,
  NOON,
  storedHere,
  VIEWER,
  type CatalogWorld,
} from '../../world/catalog.ts';
import { openers } from '../../world/stores.ts';

const ABSENT = '01980000-0000-7000-8000-ffffffffffff';
let world: CatalogWorld;

beforeEach(async () => {
  world = catalogWorld((await openers.memory()).unitOfWork);
});

const browse = (filter: Partial<BrowseFilter> = {}, rest: Partial<BrowseRequest> = {}) =>
  world.catalog.browse({
    page: { limit: 20 },
    sort: 'newest',
    viewer: NOBODY,
    filter: {
      kind: null,
      q: null,
      genreId: null,
      accessLevel: null,
      channelId: null,
      status: null,
      ...filter,
    },
    ...rest,
  });
const show = (id: string, viewer = NOBODY) => world.catalog.showTitle({ id, kind: null, viewer });
const heard = (): readonly string[] => world.events.map(({ type }) => type);

describe('publishing a title', () => {
  it('refuses while its media is not ready', async () => {
    const title = await world.title();
    expect(await codeOf(world.catalog.publishTitle(title, null))).to.equal('catalog.title-not-ready');
    await world.upload(title);
    expect((await world.catalog.publishTitle(title, null)).status).to.equal('published');
    expect(heard()).to.deep.equal(['catalog.asset-ready', 'catalog.title-published']);
  });

  it('happens at its instant without a sweep, and once with one', async () => {
    const title = await world.title();
    await world.upload(title);
    const at = after(NOON, DAY);
    await world.catalog.publishTitle(title, at);
    expect(await world.catalog.nextDueAt(after(at, DAY))).to.equal(at);
    expect(await codeOf(show(title.id))).to.equal('request.not-found');
    world.advance(DAY);
    expect((await show(title.id)).title.status).to.equal('published');
    expect((await world.catalog.viewing(title.id))?.isPublished).to.equal(true);
    expect(await world.catalog.publishDue(10)).to.deep.equal({ done: 1 });
    expect(await world.catalog.publishDue(10)).to.deep.equal({ done: 0 });
    expect(await world.catalog.nextDueAt(after(at, DAY))).to.equal(undefined);
    const published = world.events.filter(({ type }) => type === 'catalog.title-published');
    expect(published.map((event) => event.at)).to.deep.equal([at]);
  });

  it('is told, with its own instant, also when an edit comes before the sweep', async () => {
    const title = await world.title();
    await world.upload(title);
    await world.catalog.publishTitle(title, after(NOON, DAY));
    world.advance(2 * DAY);
    await world.catalog.archiveTitle(title);
    expect(await world.catalog.publishDue(10)).to.deep.equal({ done: 0 });
    const told = world.events.slice(2).map(({ type, at }) => [type, at]);
    expect(told).to.deep.equal([
      ['catalog.title-published', after(NOON, DAY)],
      ['catalog.title-archived', after(NOON, 2 * DAY)],
    ]);
  });

  it('sweeps a bounded number', async () => {
    for (const name of ['a', 'b', 'c']) {
      const title = await world.title({ title: name });
      await world.upload(title);
      await world.catalog.publishTitle(title, after(NOON, 1));
    }
    world.advance(1);
    expect(await world.catalog.publishDue(2)).to.deep.equal({ done: 2 });
    expect(await world.catalog.publishDue(2)).to.deep.equal({ done: 1 });
  });

  it('refuses to schedule what is out already', async () => {
    const title = await world.published();
    const again = world.catalog.publishTitle(title, after(NOON, DAY));
    expect(await codeOf(again)).to.equal('catalog.already-published');
  });
});

describe('managing titles', () => {
  it('refuses genres that do not exist, and names them', async () => {
    expect(await codeOf(world.title({ genreIds: [ABSENT] }))).to.equal('catalog.unknown-genre');
    const title = await world.title();
    const edit = world.catalog.editTitle(title, { genreIds: [ABSENT] });
    expect(await codeOf(edit)).to.equal('catalog.unknown-genre');
  });

  it('refuses a code twice', async () => {
    const coded = () =>
      world.catalog.createTitle({ kind: 'video', code: 'one', createdBy: null, draft: DRAFT });
    await coded();
    expect(await codeOf(coded())).to.equal('catalog.title-code-taken');
  });

  it('finds a title under its own kind only', async () => {
    const title = await world.published();
    const asMusic = { id: title.id, kind: 'music' as const };
    expect(await codeOf(world.catalog.editTitle(asMusic, {}))).to.equal('request.not-found');
    expect(await codeOf(world.catalog.deleteTitle(asMusic))).to.equal('request.not-found');
    const shown = world.catalog.showTitle({ ...asMusic, viewer: ADMIN });
    expect(await codeOf(shown)).to.equal('request.not-found');
  });

  it('deletes a title with its files, once they are swept', async () => {
    const title = await world.published();
    const { media } = (await world.catalog.viewing(title.id)) ?? {};
    const key = storedHere(media)?.storageKey ?? '';
    await world.catalog.deleteTitle(title);
    expect(await codeOf(show(title.id, ADMIN))).to.equal('request.not-found');
    expect(await world.catalog.viewing(title.id)).to.equal(undefined);
    expect(await world.storage.stat(key)).to.not.equal(undefined);
    expect(await world.catalog.removeDueFiles(10)).to.deep.equal({ done: 1 });
    expect(await world.storage.stat(key)).to.equal(undefined);
    expect(await world.catalog.removeDueFiles(10)).to.deep.equal({ done: 0 });
  });
});

describe('genres', () => {
  it('are unique whatever their case, also when renamed', async () => {
    const drama = await world.catalog.createGenre('Drama');
    const comedy = await world.catalog.createGenre('Comedy');
    expect(await codeOf(world.catalog.createGenre('DRAMA'))).to.equal('catalog.genre-name-taken');
    expect(await codeOf(world.catalog.renameGenre(comedy.id, 'drama'))).to.equal('catalog.genre-name-taken');
    expect((await world.catalog.renameGenre(drama.id, 'DRAMA')).name).to.equal('DRAMA');
  });

  it('leave their titles when they are deleted', async () => {
    const drama = await world.catalog.createGenre('Drama');
    const title = await world.published({ genreIds: [drama.id] });
    await world.catalog.deleteGenre(drama.id);
    expect((await show(title.id)).genres).to.deep.equal([]);
    expect(await codeOf(world.catalog.deleteGenre(drama.id))).to.equal('request.not-found');
    expect(await codeOf(world.catalog.findGenre(drama.id))).to.equal('request.not-found');
  });
});

describe('browsing', () => {
  it('hides what is private from all but admins, in lists as in details', async () => {
    const title = await world.published({ visibility: 'private' });
    expect((await browse()).items).to.deep.equal([]);
    expect((await browse({ status: 'published' }, { viewer: VIEWER })).items).to.deep.equal([]);
    expect(await codeOf(show(title.id, VIEWER))).to.equal('request.not-found');
    expect((await browse({}, { viewer: ADMIN })).items).to.have.length(1);
    expect((await show(title.id, ADMIN)).verdict).to.deep.equal({ allowed: true });
  });

  it('shows locked titles with the reason of the viewer', async () => {
    const { id } = await world.published({ accessLevel: 'premium' });
    const verdict = async (viewer = VIEWER) => (await show(id, viewer)).verdict;
    expect(await verdict(NOBODY)).to.deep.equal({ allowed: false, reason: 'sign_in_required' });
    expect(await verdict()).to.deep.equal({ allowed: false, reason: 'no_subscription' });
    world.standing = { level: 'basic', reason: null };
    expect(await verdict()).to.deep.equal({ allowed: false, reason: 'tier_too_low' });
    world.standing = { level: 'premium', reason: null };
    expect(await verdict()).to.deep.equal({ allowed: true });
    const [item] = (await browse({}, { viewer: VIEWER })).items;
    expect(item?.verdict).to.deep.equal({ allowed: true });
  });

  it('counts views once per key', async () => {
    const { id } = await world.published();
    await world.catalog.countViews([{ key: 'one', titleId: id }]);
    await world.catalog.countViews([{ key: 'one', titleId: id }]);
    expect(await world.catalog.countViews([{ key: 'two', titleId: id }])).to.equal(1);
    expect((await show(id)).figures.views).to.equal(2);
  });

  it('answers many ids in the order asked', async () => {
    const [a, b] = [await world.published(), await world.published()];
    const found = await world.catalog.detailMany([b.id, ABSENT, a.id]);
    expect(found.map((detail) => detail?.title.id)).to.deep.equal([b.id, undefined, a.id]);
    expect([...(await world.catalog.titlesByIds([a.id, ABSENT])).keys()]).to.deep.equal([a.id]);
  });

  it('newest is by publication, not by creation', async () => {
    const old = await world.title({ title: 'made first' });
    await world.published({ title: 'made second' });
    world.advance(DAY);
    await world.upload(old);
    await world.catalog.publishTitle(old, null);
    const names = (await browse()).items.map(({ title }) => title.title);
    expect(names).to.deep.equal(['made first', 'made second']);
    expect((await show(old.id)).title.publishedAt).to.equal(instant(NOON + DAY));
  });
});
