import { DomainError } from '../kernel/domain-error.ts';
import { after, HOUR } from '../kernel/instant.ts';
import {
  acceptedTypes,
  beginUpload,
  failed,
  finished,
  limitBytes,
  received,
  type Asset,
  type ReceivedFile,
} from './asset.ts';
import type { AssetKind } from './kinds.ts';
import { changeTitle } from './change-title.ts';
import type { CatalogDeps } from './deps.ts';
import { assetReady } from './events.ts';
import { findTitle, uploadLock, type TitleRef } from './manage-titles.ts';
import type { Bytes, CatalogStores, ReceiveFault } from './ports.ts';
import { refusals } from './refusals.ts';
import { serve, servingAsset, type Title } from './title.ts';

export interface AssetUpload {
  readonly title: TitleRef;
  readonly kind: AssetKind;
  readonly stream: Bytes;
  /** As declared by the sender; the stream is counted all the same. */
  readonly contentLength: number | null;
}

/** An asset slot of a title: the newest upload, and the asset that serves meanwhile. */
export interface AssetSlot {
  readonly newest: Asset | null;
  readonly serving: Asset | null;
}

export interface UploadCommands {
  /**
   * Takes a file in and lets it serve. A newer upload of the same kind supersedes one that still runs.
   * Refuses with `catalog.upload-too-large`, `-truncated`, `-superseded`, `catalog.unsupported-media`,
   * `catalog.storage-full`; the old asset then serves on.
   */
  upload(upload: AssetUpload): Promise<Asset>;
  assetOf(title: TitleRef, kind: AssetKind): Promise<AssetSlot>;
}

export function uploadCommands(deps: CatalogDeps): UploadCommands {
  const { unitOfWork, storage, policy } = deps;
  return {
    upload: async ({ title, kind, stream, contentLength }) => {
      const limit = limitBytes(kind, policy);
      if (contentLength !== null && contentLength > limit) throw refusals.uploadTooLarge(limit);
      const asset = await begin(deps, title, kind);
      const accept = acceptedTypes(title.kind, kind);
      try {
        const { file, fault } = await storage.receive({
          storageKey: asset.storageKey,
          stream,
          limitBytes: limit,
          accept,
          expectedBytes: contentLength,
        });
        if (fault !== null) throw refusalOf(fault, { limit, accept });
        return await complete(deps, { asset, title, file });
      } catch (error) {
        await giveUp(deps, asset, error);
        throw error;
      }
    },

    assetOf: (ref, kind) =>
      unitOfWork.read(async (stores) => {
        const title = await findTitle(stores, ref);
        const [newest] = (await stores.assets.listOf(title.id)).filter((asset) => asset.kind === kind);
        const servingId = servingAsset(title, kind);
        const serving = servingId === null ? undefined : await stores.assets.find(servingId);
        return { newest: newest ?? null, serving: serving ?? null };
      }),
  };
}

/** Writes the asset's row before its first byte is stored, so that a crash leaves a trace to clean up by. */
const begin = ({ unitOfWork, clock, ids, policy }: CatalogDeps, ref: TitleRef, kind: AssetKind) =>
  unitOfWork.run(async (stores) => {
    await stores.lock(uploadLock(ref.id));
    const title = await findTitle(stores, ref);
    const servingId = servingAsset(title, kind);
    for (const old of await stores.assets.listOf(title.id)) {
      if (old.kind !== kind || old.id === servingId) continue;
      await stores.assets.remove(old.id);
      // A running upload ends by itself and removes its file; this is for one whose process died.
      await stores.fileRemovals.add({ storageKey: old.storageKey, dueAt: old.dueAt ?? clock.now() });
    }
    const asset = beginUpload({ id: ids.next(), titleId: title.id, kind, now: clock.now() }, policy);
    await stores.assets.add(asset);
    return asset;
  });

interface Completion {
  readonly asset: Asset;
  readonly title: TitleRef;
  readonly file: ReceivedFile;
}

const complete = (deps: CatalogDeps, { asset, title: ref, file }: Completion): Promise<Asset> =>
  deps.unitOfWork.run(async (stores) => {
    const now = deps.clock.now();
    const title = await findTitle(stores, ref);
    const current = await stores.assets.find(asset.id);
    if (!current) throw refusals.uploadSuperseded();
    const processing = received(current, file);
    await stores.assets.save(processing);
    const ready = finished(processing, now);
    await stores.assets.save(ready);
    await retire(deps, stores, servingAsset(title, asset.kind));
    const rule = (each: Title): Title => serve(each, asset.kind, asset.id);
    await changeTitle(stores, title, { rule, context: { now, ids: deps.ids } });
    await stores.outbox.add([assetReady(ready, { ids: deps.ids, at: now })]);
    return ready;
  });

/** Lets a replaced asset go; its file stays a while for those who are watching it. */
async function retire(
  { clock, policy }: CatalogDeps,
  { assets, fileRemovals }: CatalogStores,
  assetId: string | null,
): Promise<void> {
  const old = assetId === null ? undefined : await assets.find(assetId);
  if (!old) return;
  await assets.remove(old.id);
  const dueAt = after(clock.now(), policy.keepReplacedHours * HOUR);
  await fileRemovals.add({ storageKey: old.storageKey, dueAt });
}

/**
 * Keeps why an upload ended, and removes what it stored. Only a refusal is certain to have changed nothing:
 * after an outage the outcome is unknown, and the due time of the asset's row decides.
 */
async function giveUp({ unitOfWork, storage }: CatalogDeps, asset: Asset, error: unknown): Promise<void> {
  const refused = error instanceof DomainError;
  if (refused && error.kind === 'unavailable' && error.code !== refusals.storageFull.code) return;
  const ended = await unitOfWork.run(async ({ assets }) => {
    const current = await assets.find(asset.id);
    if (!current) return true;
    const next = failed(current, refused ? error.code : 'internal');
    if (next !== current) await assets.save(next);
    return next.status === 'failed';
  });
  if (ended) await storage.remove(asset.storageKey);
}

function refusalOf(
  fault: ReceiveFault,
  { limit, accept }: { readonly limit: number; readonly accept: readonly string[] },
): DomainError {
  switch (fault) {
    case 'too-large':
      return refusals.uploadTooLarge(limit);
    case 'unsupported':
      return refusals.unsupportedMedia(accept);
    case 'truncated':
      return refusals.uploadTruncated();
    case 'storage-full':
      return refusals.storageFull();
  }
}
