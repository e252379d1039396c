import { beginUpload, type Asset } from './asset.ts';
import type { CatalogDeps } from './deps.ts';
import type { AssetKind } from './kinds.ts';
import { findTitle, uploadLock, type TitleRef } from './manage-titles.ts';
import type { CatalogPolicy } from './policy.ts';
import type { CatalogStores } from './ports.ts';
import { removeUnwanted } from './remove-asset.ts';
import { servingAsset, type Title } from './title.ts';

export interface WantedAsset {
  readonly titleId: string;
  readonly kind: AssetKind;
  /** The title, or a refusal. */
  readonly find: (stores: CatalogStores) => Promise<Title>;
}

/**
 * Writes the asset's row before its first byte is stored, so that a crash leaves a trace to clean up by. What
 * there was of its kind, and does not serve, goes.
 */
export async function beginAsset(
  deps: CatalogDeps,
  stores: CatalogStores,
  { titleId, kind, find, uploadHours }: WantedAsset & Pick<CatalogPolicy, 'uploadHours'>,
): Promise<Asset> {
  const { clock, ids } = deps;
  await stores.lock(uploadLock(titleId));
  const title = await find(stores);
  const servingId = servingAsset(title, kind);
  for (const old of await stores.assets.listOf(title.id)) {
    if (old.kind === kind && old.id !== servingId) await removeUnwanted(deps, stores, old);
  }
  const asset = beginUpload({ id: ids.next(), titleId: title.id, kind, now: clock.now() }, { uploadHours });
  await stores.assets.add(asset);
  return asset;
}

/** The same for a file that comes at once, in a unit of work of its own. */
export const beginAssetOf = (deps: CatalogDeps, title: TitleRef, kind: AssetKind): Promise<Asset> =>
  deps.unitOfWork.run((stores) =>
    beginAsset(deps, stores, {
      titleId: title.id,
      kind,
      find: (own) => findTitle(own, title),
      uploadHours: deps.policy.uploadHours,
    }),
  );
