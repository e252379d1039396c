import { acceptedTypes, finished, limitBytes, received, type Asset, type ReceivedFile } from './asset.ts';
import type { CatalogDeps } from './deps.ts';
import { assetReceived } from './events.ts';
import { findTitle, type TitleRef } from './manage-titles.ts';
import { awaitingPackage } from './packaging.ts';
import { refusalOf } from './receive-fault.ts';
import { refusals } from './refusals.ts';
import { removePieces } from './remove-asset.ts';
import { letServe } from './serve-asset.ts';
import type { Receipt } from './storage-ports.ts';

/** What a file has to be. */
export interface Demands {
  readonly storageKey: string;
  readonly limitBytes: number;
  readonly accept: readonly string[];
}

export interface TakingIn {
  readonly asset: Asset;
  readonly title: TitleRef;
  /** Media: serves as it is until it is packaged, instead of waiting for that. */
  readonly servesAsItIs: boolean;
  /** Has the file in its place, however it came there. */
  readonly place: (demands: Demands) => Promise<Receipt>;
}

/**
 * Takes a file in, and lets it serve or wait to be packaged. Refuses with `catalog.upload-too-large`, `-truncated`,
 * `-superseded`, `catalog.unsupported-media`, `catalog.storage-full`; what was stored is then the caller's to clear up.
 */
export async function takeIn(
  deps: CatalogDeps,
  { asset, title, servesAsItIs, place }: TakingIn,
): Promise<Asset> {
  const limit = limitBytes(asset.kind, deps.policy);
  const accept = acceptedTypes(title.kind, asset.kind);
  const { file, fault } = await place({ storageKey: asset.storageKey, limitBytes: limit, accept });
  if (fault !== null) throw refusalOf(fault, { limit, accept });
  const arrived = { asset, title, file };
  const durationSeconds = await inspected(deps, arrived);
  if (durationSeconds === 'unreadable') throw refusals.unsupportedMedia(accept);
  return complete(deps, { ...arrived, durationSeconds, servesAsItIs });
}

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
    // Whatever came piece by piece may be taken in by two at once: the same file, and here the second comes late.
    if (current.sha256 === file.sha256) return current;
    const whole = { ...received(current, file), durationSeconds };
    const processing = asset.kind === 'media' ? awaitingPackage(whole) : whole;
    await stores.assets.save(processing);
    await removePieces(stores, asset.id, now);
    if (asset.kind === 'media' && deps.packager)
      await stores.outbox.add([assetReceived(processing, { ids: deps.ids, at: now })]);
    if (asset.kind === 'media' && deps.packager && !servesAsItIs) return processing;
    const ready = finished(processing, now);
    await stores.assets.save(ready);
    await letServe(deps, stores, ready);
    return ready;
  });
