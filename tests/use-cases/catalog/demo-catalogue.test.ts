import { expect } from 'chai';
import { seedDemoCatalogue } from '../../../adapters/composition/demo-catalogue.ts';
import { catalogWorld, NOBODY } from '../../world/catalog.ts';
import { openers } from '../../world/stores.ts';

describe('the demonstration catalogue', () => {
  it('is made once, through the use cases, with something at every level', async () => {
    const demo = catalogWorld((await openers.memory()).unitOfWork);
    expect(await seedDemoCatalogue(demo.catalog)).to.equal(8);
    expect(await seedDemoCatalogue(demo.catalog)).to.equal(0);
    const filter = { kind: null, q: null, genreId: null, accessLevel: null, channelId: null, status: null };
    const { items } = await demo.catalog.browse({
      page: { limit: 50 },
      sort: 'title',
      viewer: NOBODY,
      filter,
    });
    expect(items).to.have.length(8);
    expect(new Set(items.map(({ title }) => title.accessLevel))).to.have.keys(['free', 'basic', 'premium']);
    for (const { title } of items) expect(title.posterAssetId).to.not.equal(null);
    expect((await demo.catalog.listGenres({ limit: 50 })).items).to.have.length(6);
  });

  it('goes on where an interrupted run stopped, and leaves editors alone', async () => {
    const demo = catalogWorld((await openers.memory()).unitOfWork);
    await seedDemoCatalogue(demo.catalog);
    const title = await demo.catalog.titleByCode('demo-a-440');
    if (!title) throw new Error('the demonstration has no A 440');
    await demo.catalog.archiveTitle(title);
    await demo.catalog.editTitle(title, { title: 'A 442' });
    await seedDemoCatalogue(demo.catalog);
    expect(await demo.catalog.titleByCode('demo-a-440')).to.include({ status: 'archived', title: 'A 442' });
  });
});
