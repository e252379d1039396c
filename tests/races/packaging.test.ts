import { expect } from 'chai';
import { beginUpload, received } from '../../src/catalog/asset.ts';
import { awaitingPackage } from '../../src/catalog/packaging.ts';
import { catalogPolicy, type CatalogStores } from '../../src/catalog/index.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import { draft, nextId, NOW } from '../contracts/catalog.fixtures.ts';
import { inEveryArena } from './arena.ts';
import type { PackagingSettings } from './packaging.scenario.ts';
import { breaksOnSomeSeed, seeds, sized, unexpected, wins } from './race.ts';

const scenario = new URL('./packaging.scenario.ts', import.meta.url);
const FILE = { bytes: 1, sha256: 'a'.repeat(64), contentType: 'video/mp4' };
const workers = Array.from({ length: sized(40, 12) }, (_, index) => `worker ${index}`);

/** Puts assets there that wait to be packaged; their storage keys. */
async function waiting(unitOfWork: UnitOfWork<CatalogStores>, count: number): Promise<readonly string[]> {
  const keys: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const title = draft();
    const begun = beginUpload({ id: nextId(), titleId: title.id, kind: 'media', now: NOW }, catalogPolicy);
    const asset = awaitingPackage(received(begun, FILE));
    keys.push(asset.storageKey);
    await unitOfWork.run(async ({ titles, assets }) => {
      await titles.add(title);
      await assets.add(asset);
    });
  }
  return keys;
}

inEveryArena('packaging by many at once', (open) => {
  const count = sized(30, 6);

  it('packages some twice when it looks first and writes later (the naive variant)', async () => {
    const settings: PackagingSettings = { naive: true };
    const arena = await open<string, readonly string[]>({ scenario, settings });
    const broken = await breaksOnSomeSeed(async () => {
      const keys = await waiting(arena.unitOfWork, count);
      return wins(await arena.race(workers)).flat().length > keys.length;
    });
    expect(broken).to.equal(true);
  });

  for (const seed of seeds())
    it(`packages each once, and leaves none (seed ${seed})`, async () => {
      const settings: PackagingSettings = { naive: false };
      const arena = await open<string, readonly string[]>({ scenario, settings });
      const keys = await waiting(arena.unitOfWork, count);
      const outcomes = await arena.race(workers);
      expect(wins(outcomes).flat()).to.have.members(keys).and.to.have.length(keys.length);
      expect(unexpected(outcomes, ['service.busy'])).to.deep.equal([]);
      const left = await arena.unitOfWork.run(({ assets }) => assets.holdToPackage(NOW, 1));
      expect(left).to.deep.equal([]);
      const ready = await arena.unitOfWork.read(({ assets }) => assets.findMany(keys));
      expect(ready.map(({ status }) => status)).to.deep.equal(keys.map(() => 'ready'));
    });
});
