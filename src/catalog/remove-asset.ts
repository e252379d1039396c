import { after, earlier, SECOND, type Instant } from '../kernel/instant.ts';
import type { Asset } from './asset.ts';
import type { CatalogDeps } from './deps.ts';
import type { CatalogStores } from './ports.ts';
import { isIdle, withoutPieces, type FilePiece } from './resumable-upload.ts';
import { refOf } from './remote-media.ts';

type RemovalStores = Pick<CatalogStores, 'assets' | 'fileRemovals' | 'resumableUploads'>;

/** Removes an asset, and promises that what it stored will go at `dueAt`. */
export async function removeAsset(
  { assets, fileRemovals, resumableUploads }: RemovalStores,
  { id, storageKey, packageKey, remote }: Asset,
  dueAt: Instant,
): Promise<void> {
  const pieces = (await resumableUploads.find(id))?.pieces ?? [];
  await assets.remove(id);
  await resumableUploads.remove(id);
  await fileRemovals.add({ storageKey, remote: remote && refOf(remote), dueAt });
  if (packageKey !== null) await fileRemovals.add({ storageKey: packageKey, remote: null, dueAt });
  await promiseAway(fileRemovals, pieces, dueAt);
}

/** Removes an asset that does not serve. */
export async function removeUnwanted(deps: CatalogDeps, stores: RemovalStores, asset: Asset): Promise<void> {
  const upload = await stores.resumableUploads.find(asset.id);
  const dueAt = unwantedFrom(asset, deps);
  await removeAsset(stores, asset, upload && isIdle(upload) ? earlier(dueAt, deps.clock.now()) : dueAt);
}

/**
 * When the files of an asset that is no longer wanted may go. Whoever is at it ends by itself and clears up;
 * this is for one whose process died.
 */
function unwantedFrom({ dueAt, packageAt, remote }: Asset, deps: CatalogDeps): Instant {
  const now = deps.clock.now();
  // A provider has no process of ours at it, and a place that is closed at once takes no more bytes.
  if (remote) return now;
  if (dueAt !== null) return dueAt;
  const mayBeAtIt = packageAt !== null && packageAt > deps.systemClock.now();
  return mayBeAtIt ? after(now, deps.policy.packagingLeaseSeconds * SECOND) : now;
}

/** Promises away the pieces of an upload: its file was made of them, or never will be. */
export async function removePieces(
  { fileRemovals, resumableUploads }: Pick<RemovalStores, 'fileRemovals' | 'resumableUploads'>,
  id: string,
  dueAt: Instant,
): Promise<readonly FilePiece[]> {
  const upload = await resumableUploads.find(id);
  if (!upload || upload.pieces.length === 0) return [];
  await promiseAway(fileRemovals, upload.pieces, dueAt);
  await resumableUploads.save(withoutPieces(upload));
  return upload.pieces;
}

export async function promiseAway(
  fileRemovals: CatalogStores['fileRemovals'],
  pieces: readonly FilePiece[],
  dueAt: Instant,
): Promise<void> {
  for (const { storageKey } of pieces) await fileRemovals.add({ storageKey, remote: null, dueAt });
}
