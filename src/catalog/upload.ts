import { DomainError } from '../kernel/domain-error.ts';
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
import type { CatalogDeps } from './deps.ts';
import { assetReceived } from './events.ts';
import { findTitle, uploadLock, type TitleRef } from './manage-titles.ts';
import { awaitingPackage } from './packaging.ts';
import type { Bytes } from './ports.ts';
import { refusalOf } from './receive-fault.ts';
import { refusals } from './refusals.ts';
import { removeAsset, unwantedFrom } from './remove-asset.ts';
import { providerFor, sendOn } from './send-on.ts';
import { letServe } from './serve-asset.ts';
import { sourceLink } from './source.ts';
import { servingAsset } from './title.ts';

export interface AssetUpload {
  readonly title: TitleRef;
  readonly kind: AssetKind;
  readonly stream: Bytes;
  /** As declared by the sender; the stream is counted all the same. */
  readonly contentLength: number | null;
  /** Media: serves as it is until it is packaged, instead of waiting for that. False when left out. */
  readonly servesAsItIs?: boolean;
}

/** An asset slot of a title: the newest upload, and the asset that serves meanwhile. */
export interface AssetSlot {
  readonly newest: SlotAsset | null;
  readonly serving: SlotAsset | null;
}

export interface SlotAsset extends Asset {
  /** A link to the file as it was uploaded; null where that is not kept. For those who manage the title. */
  readonly sourceLink: string | null;
}

export interface UploadCommands {
  /**
   * Takes a file in and lets it serve; media, where somebody packages, only once it is packaged. A newer
   * upload of the same kind supersedes one that still runs, or still waits. Where a media provider keeps media, it is
   * sent on as it comes, and serves once the provider has made it playable.
   * Refuses with `catalog.upload-too-large`, `-truncated`, `-superseded`, `catalog.unsupported-media`,
   * `catalog.storage-full`, `catalog.media-provider-unavailable`; the old asset then serves on.
   */
  upload(upload: AssetUpload): Promise<Asset>;
  assetOf(title: TitleRef, kind: AssetKind): Promise<AssetSlot>;
}

export function uploadCommands(deps: CatalogDeps): UploadCommands {
  const { unitOfWork, storage, policy } = deps;
  const slotAsset = (asset: Asset | undefined): SlotAsset | null =>
    asset ? { ...asset, sourceLink: sourceLink(deps, asset) } : null;
  return {
    upload: async ({ title, kind, stream, contentLength, servesAsItIs = false }) => {
      const limit = limitBytes(kind, policy);
      if (contentLength !== null && contentLength > limit) throw refusals.uploadTooLarge(limit);
      const asset = await beginAsset(deps, title, kind);
      // Posters and trailers have public addresses of ours, and what serves as it is needs nobody.
      const provider = kind === 'media' && !servesAsItIs ? providerFor(deps, title) : null;
      if (provider) return sendOn(deps, { provider, asset, title, stream, contentLength });
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
        const arrived = { asset, title, file };
        const durationSeconds = await inspected(deps, arrived);
        if (durationSeconds === 'unreadable') throw refusals.unsupportedMedia(accept);
        return await complete(deps, { ...arrived, durationSeconds, servesAsItIs });
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
        return { newest: slotAsset(newest), serving: slotAsset(serving) };
      }),
  };
}

/** Writes the asset's row before its first byte is stored, so that a crash leaves a trace to clean up by. */
export const beginAsset = (deps: CatalogDeps, ref: TitleRef, kind: AssetKind): Promise<Asset> => {
  const { unitOfWork, clock, ids, policy } = deps;
  return unitOfWork.run(async (stores) => {
    await stores.lock(uploadLock(ref.id));
    const title = await findTitle(stores, ref);
    const servingId = servingAsset(title, kind);
    for (const old of await stores.assets.listOf(title.id)) {
      if (old.kind !== kind || old.id === servingId) continue;
      await removeAsset(stores, old, unwantedFrom(old, deps));
    }
    const asset = beginUpload({ id: ids.next(), titleId: title.id, kind, now: clock.now() }, policy);
    await stores.assets.add(asset);
    return asset;
  });
};

interface Arrived {
  readonly asset: Asset;
  readonly title: TitleRef;
  readonly file: ReceivedFile;
}

/** How long sound or picture of a stored file run; null where nobody can tell, and for posters. */
async function inspected(
  { packager }: CatalogDeps,
  { asset: { kind, storageKey }, title, file: { contentType } }: Arrived,
): Promise<number | null | 'unreadable'> {
  if (!packager || kind === 'poster') return null;
  const found = await packager.inspect({ storageKey, contentType }, title.kind);
  return found === 'unreadable' ? found : found.durationSeconds;
}

interface Completion extends Arrived {
  readonly durationSeconds: number | null;
  readonly servesAsItIs: boolean;
}

const complete = (
  deps: CatalogDeps,
  { asset, title, file, durationSeconds, servesAsItIs }: Completion,
): Promise<Asset> =>
  deps.unitOfWork.run(async (stores) => {
    const now = deps.clock.now();
    await findTitle(stores, title);
    const current = await stores.assets.find(asset.id);
    if (!current) throw refusals.uploadSuperseded();
    const whole = { ...received(current, file), durationSeconds };
    const processing = asset.kind === 'media' ? awaitingPackage(whole) : whole;
    await stores.assets.save(processing);
    if (asset.kind === 'media' && deps.packager)
      await stores.outbox.add([assetReceived(processing, { ids: deps.ids, at: now })]);
    if (asset.kind === 'media' && deps.packager && !servesAsItIs) return processing;
    const ready = finished(processing, now);
    await stores.assets.save(ready);
    await letServe(deps, stores, ready);
    return ready;
  });

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
