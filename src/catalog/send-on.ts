import { DomainError } from '../kernel/domain-error.ts';
import { HOUR, SECOND } from '../kernel/instant.ts';
import { acceptedTypes, failed, limitBytes, type Asset } from './asset.ts';
import type { CatalogDeps } from './deps.ts';
import type { TitleRef } from './manage-titles.ts';
import type { FileRemoval } from './asset-ports.ts';
import type { BegunUpload, MediaProvider } from './provider-ports.ts';
import { refusals } from './refusals.ts';
import { heldBy, sentOn } from './remote-media.ts';
import type { RemoteRef } from './remote-ref.ts';
import { keepPromise } from './remove-files.ts';
import { refusalOf } from './receive-fault.ts';
import type { Bytes } from './storage-ports.ts';

/** The provider that takes media of such a title; null where that stays here. */
export const providerFor = ({ provider }: CatalogDeps, { kind }: TitleRef): MediaProvider | null =>
  provider?.kinds.includes(kind) ? provider : null;

export interface PlaceWanted {
  readonly provider: MediaProvider;
  readonly asset: Asset;
  readonly bytes: number | null;
}

export interface Placed {
  readonly asset: Asset;
  readonly begun: BegunUpload;
}

/**
 * Has the provider make a place for an upload that was written down, and writes down how it is called there before
 * anybody knows the place. Refuses with `catalog.media-provider-unavailable`, `catalog.upload-superseded`.
 */
export async function makePlace(deps: CatalogDeps, { provider, asset, bytes }: PlaceWanted): Promise<Placed> {
  const { unitOfWork, clock, policy } = deps;
  const forSeconds = (policy.uploadHours * HOUR) / SECOND;
  const begun = await provider.begin({ assetId: asset.id, bytes, forSeconds });
  if (begun === 'unavailable') {
    await end(deps, asset, refusals.providerUnavailable.code);
    throw refusals.providerUnavailable();
  }
  const { ref } = begun;
  const held = await unitOfWork.run(async ({ assets, fileRemovals }) => {
    const current = await assets.find(asset.id);
    if (current?.status !== 'uploading') {
      await fileRemovals.add({ storageKey: asset.storageKey, remote: ref, dueAt: clock.now() });
      return undefined;
    }
    const next = heldBy(current, ref, { now: clock.now(), policy });
    await assets.save(next);
    return next;
  });
  if (!held) throw refusals.uploadSuperseded();
  return { asset: held, begun };
}

export interface Sending extends Omit<PlaceWanted, 'bytes'> {
  readonly title: TitleRef;
  readonly stream: Bytes;
  readonly contentLength: number | null;
}

/** Sends an upload on to the provider as it comes. What comes to nothing leaves nothing, here or there. */
export async function sendOn(deps: CatalogDeps, sending: Sending): Promise<Asset> {
  const { provider, title, stream, contentLength } = sending;
  const placed = await makePlace(deps, { provider, asset: sending.asset, bytes: contentLength });
  const { asset, begun } = placed;
  try {
    const limit = limitBytes('media', deps.policy);
    const accept = acceptedTypes(title.kind, 'media');
    const arrival = { stream, limitBytes: limit, accept, expectedBytes: contentLength };
    const { file, fault } = await provider.relay(begun, arrival);
    if (fault === 'unavailable') throw refusals.providerUnavailable();
    if (fault !== null) throw refusalOf(fault, { limit, accept });
    return await deps.unitOfWork.run(async ({ assets }) => {
      const current = await assets.find(asset.id);
      if (!current) throw refusals.uploadSuperseded();
      const sent = sentOn(current, file);
      await assets.save(sent);
      return sent;
    });
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const survivor = await giveUp(deps, asset, { code: error.code, ref: begun.ref });
    if (!survivor) throw error;
    return survivor;
  }
}

/** An upload that never had a place. */
const end = ({ unitOfWork }: CatalogDeps, { id }: Asset, code: string): Promise<void> =>
  unitOfWork.run(async ({ assets }) => {
    const current = await assets.find(id);
    const next = current && failed(current, code);
    if (next && next !== current) await assets.save(next);
  });

interface GivenUp {
  readonly code: string;
  readonly ref: RemoteRef;
}

/**
 * The promise first, then at once the deed: what the provider does not take now, a sweep tries again. A file of which
 * the provider has said meanwhile that it is ready did arrive, whatever the answer to us was: it is given back.
 */
async function giveUp(
  deps: CatalogDeps,
  { id, storageKey }: Asset,
  { code, ref }: GivenUp,
): Promise<Asset | undefined> {
  const removal: FileRemoval = { storageKey, remote: ref, dueAt: deps.clock.now() };
  const survivor = await deps.unitOfWork.run(async ({ assets, fileRemovals }) => {
    const current = await assets.find(id);
    if (current?.status === 'ready') return current;
    const next = current && failed(current, code);
    if (next && next !== current) await assets.save(next);
    await fileRemovals.add(removal);
    return undefined;
  });
  if (!survivor) await keepPromise(deps, removal);
  return survivor;
}
