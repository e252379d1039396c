import { expect } from 'chai';
import { catalogWorld, CLIP, codeOf, POSTER, inPieces, storedHere } from '../world/catalog.ts';
import { onEveryStore } from '../world/stores.ts';

onEveryStore('racing for a title', (open) => {
  it('20 parallel uploads leave one serving file; every other is gone or promised away', async () => {
    const world = catalogWorld(await open());
    const title = await world.title();
    const keys: string[] = [];
    const receive = world.storage.receive.bind(world.storage);
    Object.assign(world.storage, {
      receive: (arrival: Parameters<typeof receive>[0]) => {
        keys.push(arrival.storageKey);
        return receive(arrival);
      },
    });
    const upload = () =>
      codeOf(world.catalog.upload({ title, kind: 'media', stream: inPieces(CLIP), contentLength: null }));
    const codes = await Promise.all(Array.from({ length: 20 }, upload));
    const refused = codes.filter((code) => code !== undefined);
    for (const code of refused) expect(code).to.be.oneOf(['catalog.upload-superseded', 'service.busy']);
    const { newest, serving } = await world.catalog.assetOf(title, 'media');
    expect(serving?.status).to.equal('ready');
    expect(newest?.id).to.equal(serving?.id);
    world.advance(48 * 3_600_000);
    await world.catalog.failStaleUploads(100);
    await world.catalog.removeDueFiles(100);
    const left = await Promise.all(keys.map(async (key) => (await world.storage.stat(key)) && key));
    expect(left.filter((key) => key !== undefined)).to.deep.equal([serving?.storageKey]);
  });

  it('an upload of each kind, an edit and a publication at once lose nothing', async () => {
    const world = catalogWorld(await open());
    const title = await world.title();
    await world.upload(title);
    const poster = () =>
      world.catalog.upload({ title, kind: 'poster', stream: inPieces(POSTER), contentLength: null });
    await Promise.all([
      world.upload(title),
      poster(),
      world.catalog.editTitle(title, { description: 'Edited.' }),
      world.catalog.publishTitle(title, null),
    ]);
    const [detail] = await world.catalog.detailMany([title.id]);
    expect(detail?.title).to.include({ status: 'published', description: 'Edited.' });
    expect(detail?.title.posterAssetId).to.not.equal(null);
    const viewing = await world.catalog.viewing(title.id);
    expect(storedHere(viewing?.media)?.bytes).to.equal(CLIP.length);
  });

  it('genres of one name in any case: one is made', async () => {
    const world = catalogWorld(await open());
    const names = ['drama', 'Drama', 'DRAMA', 'dRaMa', 'draMA'];
    const codes = await Promise.all(names.map((name) => codeOf(world.catalog.createGenre(name))));
    expect(codes.filter((code) => code === undefined)).to.have.length(1);
    expect(codes.filter((code) => code === 'catalog.genre-name-taken')).to.have.length(4);
  });
});
