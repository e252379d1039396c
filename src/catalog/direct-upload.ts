import { limitBytes, type Asset } from './asset.ts';
import { beginAssetOf } from './begin-asset.ts';
import type { CatalogDeps } from './deps.ts';
import type { TitleRef } from './manage-titles.ts';
import type { UploadPlace } from './provider-ports.ts';
import { refusals } from './refusals.ts';
import { makePlace, providerFor } from './send-on.ts';

export interface DirectUploadWish {
  readonly title: TitleRef;
  /** As declared by who will send it; null when unknown. */
  readonly bytes: number | null;
}

export interface DirectUpload {
  readonly asset: Asset;
  readonly place: UploadPlace;
}

export interface DirectUploadCommands {
  /**
   * A place at the media provider where the title's media is sent to, past us; the old one serves until it is ready.
   * What is sent there nobody of ours counts or looks into: the provider does. Refuses with
   * `catalog.upload-too-large`, `catalog.no-direct-upload`, `catalog.upload-superseded`,
   * `catalog.media-provider-unavailable`; as not found where media is kept here.
   */
  beginDirectUpload(wish: DirectUploadWish): Promise<DirectUpload>;
}

export const directUploadCommands = (deps: CatalogDeps): DirectUploadCommands => ({
  beginDirectUpload: async ({ title, bytes }) => {
    if (!deps.provider) throw refusals.notFound();
    const limit = limitBytes('media', deps.policy);
    if (bytes !== null && bytes > limit) throw refusals.uploadTooLarge(limit);
    const provider = providerFor(deps, title);
    if (!provider) throw refusals.notTakenDirectly();
    const begun = await beginAssetOf(deps, title, 'media');
    const placed = await makePlace(deps, { provider, asset: begun, bytes });
    return { asset: placed.asset, place: placed.begun.place };
  },
});
