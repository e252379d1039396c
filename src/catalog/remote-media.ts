import { after, HOUR, later, MINUTE, type Instant } from '../kernel/instant.ts';
import { follow } from '../kernel/state-machine.ts';
import type { Asset, ReceivedFile } from './asset.ts';
import { assetLifecycle, type AssetStatus, type AssetTrigger } from './asset-lifecycle.ts';
import type { UNREADABLE } from './packaging.ts';
import type { RemoteMedia, RemoteRef } from './remote-ref.ts';
import type { CatalogPolicy } from './policy.ts';

export const refOf = ({ provider, reference, mediaId }: RemoteMedia): RemoteRef => ({
  provider,
  reference,
  mediaId,
});

/** What a provider says of an upload, in words that no provider owns. */
export type RemoteFact =
  /** Nothing has come yet. */
  | { readonly kind: 'waiting' }
  /** The file is whole, and worked on. `progress` in per cent, where it is told. */
  | { readonly kind: 'arrived'; readonly mediaId: string | null; readonly progress: number | null }
  | {
      readonly kind: 'ready';
      readonly mediaId: string;
      readonly playbackId: string;
      readonly durationSeconds: number | null;
    }
  | { readonly kind: 'failed'; readonly failure: RemoteFailure }
  /** Deleted there, by whomever. */
  | { readonly kind: 'gone' };

/** Why media of a provider ended, beside being unreadable. They answer no request, so they are no refusals. */
export const UPLOAD_ABANDONED = 'catalog.upload-abandoned';
/** It came out playable by anybody, which is not what was asked for. */
export const MEDIA_UNPROTECTED = 'catalog.media-unprotected';
export const MEDIA_GONE = 'catalog.media-gone';
export const PROVIDER_SILENT = 'catalog.provider-silent';

export type RemoteFailure = typeof UNREADABLE | typeof UPLOAD_ABANDONED | typeof MEDIA_UNPROTECTED;

export interface Hearing {
  readonly now: Instant;
  readonly policy: CatalogPolicy;
}

const next = (asset: Asset, changes: Partial<Asset>): Asset => ({
  ...asset,
  ...changes,
  version: asset.version + 1,
});

/** Where the triggers lead, one after another; undefined when one of them is not for its state. */
const moved = (status: AssetStatus, ...triggers: readonly AssetTrigger[]): AssetStatus | undefined =>
  triggers.reduce<AssetStatus | undefined>(
    (at, trigger) => at && follow(assetLifecycle, at, trigger),
    status,
  );

/** Where the asset's file goes to is known: from now on it is the provider that tells of it. */
export const heldBy = (asset: Asset, ref: RemoteRef, hearing: Hearing): Asset =>
  next(asset, { remote: { ...ref, playbackId: null }, dueAt: nextAsking(asset, hearing) });

/** We sent the file on, whole; its provider may have told of it before we could. */
export function sentOn(asset: Asset, file: ReceivedFile): Asset {
  return next(asset, { ...file, status: moved(asset.status, 'receive') ?? asset.status });
}

/**
 * The asset after its provider said something: the same one when that is no news. What is told of a life is read as
 * a set: it never goes backwards, it comes to the same in any order, and again it changes nothing. Media that was
 * deleted there cannot be played, whether it was ever said to be ready or not.
 */
export function heard(asset: Asset, fact: RemoteFact, now: Instant): Asset {
  const { remote, status } = asset;
  if (!remote) return asset;
  switch (fact.kind) {
    case 'waiting':
      return asset;
    case 'arrived':
      return status === 'ready' || status === 'failed' ? asset : arrived(asset, remote, fact);
    case 'ready': {
      const ready = status === 'uploading' ? moved(status, 'receive', 'finish') : moved(status, 'finish');
      if (!ready) return asset;
      const { mediaId, playbackId, durationSeconds } = fact;
      const whole = { remote: { ...remote, mediaId, playbackId }, durationSeconds };
      return next(asset, { ...whole, status: ready, progress: 100, readyAt: now, dueAt: null });
    }
    case 'failed':
      return ended(asset, fact.failure);
    case 'gone':
      return status === 'ready' && asset.failure === null
        ? next(asset, { failure: MEDIA_GONE })
        : ended(asset, MEDIA_GONE);
  }
}

type Arrived = Extract<RemoteFact, { kind: 'arrived' }>;

function arrived(asset: Asset, remote: RemoteMedia, fact: Arrived): Asset {
  const status = moved(asset.status, 'receive') ?? asset.status;
  const mediaId = remote.mediaId ?? fact.mediaId;
  const progress = Math.max(asset.progress, Math.min(99, Math.floor(fact.progress ?? 0)));
  const isNews = status !== asset.status || mediaId !== remote.mediaId || progress !== asset.progress;
  return isNews ? next(asset, { status, progress, remote: { ...remote, mediaId } }) : asset;
}

function ended(asset: Asset, failure: string): Asset {
  const status = moved(asset.status, 'fail');
  return status ? next(asset, { status, failure, dueAt: null }) : asset;
}

/**
 * The asset after it was asked about, and its end was not the answer: asked about again later, and in the end no
 * more. An outage ends nothing: whoever did not answer has not said that there is nothing.
 */
export function waitsOn(asset: Asset, isAnswered: boolean, hearing: Hearing): Asset {
  const givesUpAt = after(asset.createdAt, hearing.policy.providerHours * HOUR);
  if (isAnswered && hearing.now >= givesUpAt) return ended(asset, PROVIDER_SILENT);
  return next(asset, { dueAt: nextAsking(asset, hearing) });
}

/** After some minutes at first, then ever more seldom: half as long again as it has waited. */
function nextAsking({ createdAt }: Asset, { now, policy }: Hearing): Instant {
  const soon = after(now, policy.providerAskMinutes * MINUTE);
  return later(soon, after(now, Math.floor((now - createdAt) / 2)));
}

/** Whether it can be played by its provider. */
export const isPlayable = ({ status, failure, remote }: Asset): boolean =>
  status === 'ready' && failure === null && remote !== null && remote.playbackId !== null;
