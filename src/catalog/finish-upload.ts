import { DomainError } from '../kernel/domain-error.ts';
import type { Instant } from '../kernel/instant.ts';
import { failed, uploadEnd, type Asset } from './asset.ts';
import type { CatalogDeps } from './deps.ts';
import type { CatalogStores } from './ports.ts';
import { refusals } from './refusals.ts';
import { removePieces } from './remove-asset.ts';
import { takeIn, type Demands } from './take-in.ts';

/** Why an upload failed that nobody went on with. Not an answer of its own, so not a refusal. */
export const INTERRUPTED = 'catalog.upload-interrupted';

/** Takes in the file of a resumable upload that is whole; refuses as an upload in one piece would be. */
export type FinishUpload = (id: string) => Promise<Asset>;

/**
 * Everybody who asks at once in this process waits for one finishing. Processes need not know of one another: the
 * file that two of them make is the same, and the first to say so in the store is believed.
 */
export function uploadFinisher(deps: CatalogDeps): FinishUpload {
  const underWay = new Map<string, Promise<Asset>>();
  return (id) => {
    const known = underWay.get(id);
    if (known) return known;
    const finishing = finishUpload(deps, id).finally(() => underWay.delete(id));
    underWay.set(id, finishing);
    return finishing;
  };
}

async function finishUpload(deps: CatalogDeps, id: string): Promise<Asset> {
  const { unitOfWork, storage } = deps;
  const found = await unitOfWork.read(async ({ assets, resumableUploads, titles }) => {
    const [asset, upload] = [await assets.find(id), await resumableUploads.find(id)];
    const title = asset && (await titles.find(asset.titleId));
    return asset && upload && title ? { asset, upload, title } : undefined;
  });
  if (!found) throw refusals.notFound();
  const { asset, upload, title } = found;
  if (asset.status !== 'uploading') return asset;
  const { pieces, lengthBytes } = upload;
  const place = (demands: Demands) => storage.assemble({ ...demands, pieces, lengthBytes });
  try {
    return await takeIn(deps, { asset, title, servesAsItIs: false, place });
  } catch (error) {
    const refused = error instanceof DomainError && error.kind !== 'unavailable';
    // An outage, or a full disk, says nothing about the file: what came is kept, and finished another time.
    if (!refused && (await unitOfWork.read(({ assets }) => assets.find(id)))) throw error;
    const failure = refused ? error.code : refusals.uploadSuperseded.code;
    await endUpload(deps, { asset, writer: null, failure });
    throw failure === refusals.uploadSuperseded.code ? refusals.uploadEnded(failure) : error;
  }
}

export interface Ending {
  readonly asset: Asset;
  /** Who ends it: somebody who writes to it, or, when it is whole, nobody. */
  readonly writer: string | null;
  readonly failure: string;
}

/** Keeps why an upload failed, and removes what it stored; nothing happens to one that is in other hands. */
export async function endUpload(
  { unitOfWork, storage, clock }: CatalogDeps,
  { asset: { id, storageKey }, writer, failure }: Ending,
): Promise<void> {
  const useless = await unitOfWork.run(async (stores) => {
    const [asset, upload] = [await stores.assets.find(id), await stores.resumableUploads.find(id)];
    // Whoever ended it meanwhile removed what lay there then, and not what came into its place since.
    if (!asset || asset.status === 'failed') return [storageKey];
    if (asset.status !== 'uploading' || upload?.writer !== writer) return [];
    const now = clock.now();
    await stores.assets.save(failed(asset, failure));
    await stores.fileRemovals.add({ storageKey, remote: null, dueAt: now });
    const pieces = await removePieces(stores, id, now);
    return [storageKey, ...pieces.map((piece) => piece.storageKey)];
  });
  // Promised, but nobody should have to wait for the sweep to have room again.
  for (const key of useless) await storage.remove(key);
}

/** Ends an upload whose time has run out, and promises the removal of what it stored. */
export async function failStale(
  stores: Pick<CatalogStores, 'assets' | 'fileRemovals' | 'resumableUploads'>,
  asset: Asset,
  now: Instant,
): Promise<void> {
  await stores.assets.save(failed(asset, INTERRUPTED));
  await stores.fileRemovals.add({ storageKey: asset.storageKey, remote: null, dueAt: now });
  await removePieces(stores, asset.id, now);
}

export interface Late {
  /** Assets whose file has come whole, and was not taken in. */
  readonly whole: readonly Asset[];
  readonly now: Instant;
}

/**
 * Takes in what is whole and whose process died before it could; what is refused is done with, too. One that breaks
 * down keeps none of the others waiting, and after a day of that it is given up.
 */
export async function finishLate(
  deps: Pick<CatalogDeps, 'unitOfWork' | 'policy'>,
  finish: FinishUpload,
  { whole, now }: Late,
): Promise<void> {
  const faults: unknown[] = [];
  for (const asset of whole) {
    try {
      await finish(asset.id);
    } catch (error) {
      if (error instanceof DomainError && error.kind !== 'unavailable') continue;
      const end = uploadEnd(deps.policy.resumableUploadHours, asset.dueAt ?? now);
      if (end <= now) await giveUpLate(deps, asset.id, now);
      else faults.push(error);
    }
  }
  if (faults.length > 0) throw faults[0];
}

const giveUpLate = (
  { unitOfWork }: Pick<CatalogDeps, 'unitOfWork'>,
  id: string,
  now: Instant,
): Promise<void> =>
  unitOfWork.run(async (stores) => {
    const asset = await stores.assets.find(id);
    if (asset?.status === 'uploading') await failStale(stores, asset, now);
  });
