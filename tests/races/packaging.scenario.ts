import { signedSourceLinks } from '../../adapters/media/source-links.ts';
import { catalogPolicy, createCatalog, type CatalogStores, type Packager } from '../../src/catalog/index.ts';
import { instant } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import { keyring } from '../world/keyring.ts';
import { rendition, wordyPackager } from '../world/packaging.ts';
import type { Scenario } from './scenario.ts';

export interface PackagingSettings {
  readonly naive: boolean;
}

const NOW = instant(Date.UTC(2026, 0, 31, 12));

/** Contenders package whatever waits: each asset under a lease, or naively by looking first and writing later. */
const packagingScenario: Scenario<PackagingSettings, string, readonly string[]> =
  ({ unitOfWork, settings }) =>
  async () => {
    const { storage } = wordyPackager();
    const packed: string[] = [];
    const packager: Packager = {
      inspect: async () => 'unreadable',
      package: async ({ source }) => {
        packed.push(source.storageKey);
        await new Promise((resolve) => setImmediate(resolve));
        return { package: { renditions: [rendition(480)], durationSeconds: 6 }, fault: null };
      },
    };
    if (settings.naive) {
      await packageNaively(unitOfWork, packager);
      return packed;
    }
    const catalog = createCatalog({
      unitOfWork,
      packager,
      provider: null,
      tally: { count: () => undefined },
      storage,
      sourceLinks: signedSourceLinks(keyring('the key')),
      clock: { now: () => NOW },
      systemClock: { now: () => NOW },
      ids: { next: () => crypto.randomUUID() },
      standing: { of: async () => ({ level: 'free', reason: null }) },
      batched: (load) => async (key) => (await load([key]))[0] as never,
      policy: catalogPolicy,
    });
    await catalog.packageDue(100);
    return packed;
  };

async function packageNaively(unitOfWork: UnitOfWork<CatalogStores>, packager: Packager): Promise<void> {
  for (;;) {
    const [asset] = await unitOfWork.run(({ assets }) => assets.holdToPackage(NOW, 1));
    if (!asset) return;
    const source = { storageKey: asset.storageKey, contentType: 'video/mp4' };
    await packager.package({ source, kind: 'video', packageKey: asset.id, report: async () => true });
    await unitOfWork.run(async ({ assets }) => {
      const current = await assets.find(asset.id);
      if (current) await assets.save({ ...current, packageAt: null, version: current.version + 1 });
    });
  }
}

export default packagingScenario;
