import type { Swept } from '../kernel/due.ts';
import type { Asset } from './asset.ts';
import type { CatalogDeps } from './deps.ts';
import { assetFailed } from './events.ts';
import {
  attemptFailed,
  claimed,
  givenBack,
  givenUp,
  isExhausted,
  keepsSource,
  packaged,
  PACKAGING_FAILED,
  reported,
  UNREADABLE,
} from './packaging.ts';
import type { CatalogStores, MeasuredPackage, Packager, PackagingOutcome } from './ports.ts';
import type { Title } from './title.ts';
import { letServe } from './serve-asset.ts';

export interface PackagingCommands {
  /**
   * Packages at most `limit` assets that wait for it, one after another: each is taken by one alone, and again
   * by another when that one falls silent. Long: hours of film take hours. Does nothing without a packager.
   * Rejects when an attempt broke down, after that was written down.
   */
  packageDue(limit: number): Promise<Swept>;
}

export function packagingCommands(deps: CatalogDeps): PackagingCommands {
  const { packager } = deps;
  return {
    packageDue: async (limit) => {
      let done = 0;
      while (packager && done < limit) {
        const held = await claim(deps);
        if (held === 'nothing') break;
        if (held !== 'given-up') await packageOne(deps, packager, held);
        done += 1;
      }
      return { done };
    },
  };
}

/** An asset with its title, in the hands of this packager as long as its version is the stored one. */
interface Held {
  readonly asset: Asset;
  readonly title: Title;
}

const claim = (deps: CatalogDeps): Promise<Held | 'given-up' | 'nothing'> =>
  deps.unitOfWork.run(async (stores) => {
    const { systemClock, policy } = deps;
    const now = systemClock.now();
    const [asset] = await stores.assets.holdToPackage(now, 1);
    if (!asset) return 'nothing';
    if (asset.packageKey !== null) await discard(deps, stores, asset.packageKey);
    const title = await stores.titles.find(asset.titleId);
    if (!title || isExhausted(asset, policy)) {
      await giveUp(deps, stores, { asset, failure: PACKAGING_FAILED });
      return 'given-up';
    }
    const taken = claimed(asset, { now, policy });
    await stores.assets.save(taken);
    return { asset: taken, title };
  });

async function packageOne(deps: CatalogDeps, packager: Packager, { asset, title }: Held): Promise<void> {
  let held = asset;
  const change = (rule: Change): Promise<boolean> => changeHeld(deps, held, rule);
  const report = async (progress: number): Promise<boolean> => {
    const attempt = { now: deps.systemClock.now(), policy: deps.policy };
    const next = reported(held, progress, attempt);
    const isMine = await change(({ assets }) => assets.save(next));
    if (isMine) held = next;
    return isMine;
  };
  const { packageKey, storageKey, contentType } = asset;
  if (packageKey === null || contentType === null) throw new Error(`asset ${asset.id} cannot be packaged`);
  try {
    const source = { storageKey, contentType };
    const outcome = await packager.package({ source, kind: title.kind, packageKey, report });
    const kept = await change((stores) => conclude(deps, stores, { asset: held, outcome }));
    if (outcome.fault !== null || !kept) await deps.storage.remove(packageKey);
  } catch (error) {
    await change((stores) => breakDown(deps, stores, held));
    await deps.storage.remove(packageKey);
    throw error;
  }
}

type Change = (stores: CatalogStores) => Promise<void>;

/** Changes an asset that is still in our hands; false when it is not, and then nothing was changed. */
const changeHeld = ({ unitOfWork }: CatalogDeps, held: Asset, change: Change): Promise<boolean> =>
  unitOfWork.run(async (stores) => {
    const current = await stores.assets.find(held.id);
    if (current?.version !== held.version) return false;
    await change(stores);
    return true;
  });

interface Conclusion {
  readonly asset: Asset;
  readonly outcome: PackagingOutcome;
}

async function conclude(
  deps: CatalogDeps,
  stores: CatalogStores,
  { asset, outcome }: Conclusion,
): Promise<void> {
  switch (outcome.fault) {
    case null:
      return finish(deps, stores, { asset, measured: outcome.package });
    case 'unreadable':
      return giveUp(deps, stores, { asset, failure: UNREADABLE });
    case 'interrupted':
      return stores.assets.save(givenBack(asset));
  }
}

interface Finished {
  readonly asset: Asset;
  readonly measured: MeasuredPackage;
}

/** From here on the package serves, in place of what served before. */
async function finish(
  deps: CatalogDeps,
  stores: CatalogStores,
  { asset, measured }: Finished,
): Promise<void> {
  const now = deps.clock.now();
  const ready = packaged(asset, measured, now);
  await stores.assets.save(ready);
  if (asset.status === 'processing') await letServe(deps, stores, ready);
}

interface GivingUp {
  readonly asset: Asset;
  readonly failure: string;
}

/** A file that nobody will ever see is not kept; one that serves as it is goes on serving. */
async function giveUp(
  { clock, ids }: CatalogDeps,
  stores: CatalogStores,
  { asset, failure }: GivingUp,
): Promise<void> {
  const now = clock.now();
  const ended = givenUp(asset, failure);
  await stores.assets.save(ended);
  await stores.outbox.add([assetFailed(ended, { ids, at: now })]);
  if (!keepsSource(ended))
    await stores.fileRemovals.add({ storageKey: ended.storageKey, remote: null, dueAt: now });
}

async function breakDown(deps: CatalogDeps, stores: CatalogStores, asset: Asset): Promise<void> {
  const { systemClock, policy } = deps;
  if (isExhausted(asset, policy)) return giveUp(deps, stores, { asset, failure: PACKAGING_FAILED });
  await stores.assets.save(attemptFailed(asset, { now: systemClock.now(), policy }));
}

const discard = (
  { clock }: CatalogDeps,
  { fileRemovals }: CatalogStores,
  storageKey: string,
): Promise<void> => fileRemovals.add({ storageKey, remote: null, dueAt: clock.now() });
