import { after, SECOND, type Instant } from '../kernel/instant.ts';
import type { Asset } from './asset.ts';
import type { CatalogDeps } from './deps.ts';
import type { CatalogStores } from './ports.ts';
import { refOf } from './remote-media.ts';

type RemovalStores = Pick<CatalogStores, 'assets' | 'fileRemovals'>;

/** Removes an asset, and promises that what it stored will go at `dueAt`. */
export async function removeAsset(
  { assets, fileRemovals }: RemovalStores,
  { id, storageKey, packageKey, remote }: Asset,
  dueAt: Instant,
): Promise<void> {
  await assets.remove(id);
  await fileRemovals.add({ storageKey, remote: remote && refOf(remote), dueAt });
  if (packageKey !== null) await fileRemovals.add({ storageKey: packageKey, remote: null, dueAt });
}

/**
 * When the files of an asset that is no longer wanted may go. Whoever is at it ends by itself and clears up;
 * this is for one whose process died.
 */
export function unwantedFrom({ dueAt, packageAt, remote }: Asset, deps: CatalogDeps): Instant {
  const now = deps.clock.now();
  // A provider has no process of ours at it, and a place that is closed at once takes no more bytes.
  if (remote) return now;
  if (dueAt !== null) return dueAt;
  const mayBeAtIt = packageAt !== null && packageAt > deps.systemClock.now();
  return mayBeAtIt ? after(now, deps.policy.packagingLeaseSeconds * SECOND) : now;
}
