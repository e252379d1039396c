import { DomainError } from '../kernel/domain-error.ts';
import { failed, limitBytes, type Asset } from './asset.ts';
import { beginAssetOf } from './begin-asset.ts';
import type { AssetKind } from './kinds.ts';
import type { CatalogDeps } from './deps.ts';
import { findTitle, type TitleRef } from './manage-titles.ts';
import { refusals } from './refusals.ts';
import { providerFor, sendOn } from './send-on.ts';
import { sourceLink } from './source.ts';
import type { Bytes } from './storage-ports.ts';
import { takeIn, type Demands } from './take-in.ts';
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
      const asset = await beginAssetOf(deps, title, kind);
      // Posters and trailers have public addresses of ours, and what serves as it is needs nobody.
      const provider = kind === 'media' && !servesAsItIs ? providerFor(deps, title) : null;
      if (provider) return sendOn(deps, { provider, asset, title, stream, contentLength });
      const place = (demands: Demands) =>
        storage.receive({ ...demands, stream, expectedBytes: contentLength });
      try {
        return await takeIn(deps, { asset, title, servesAsItIs, place });
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
