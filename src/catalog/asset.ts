import { after, HOUR, type Instant } from '../kernel/instant.ts';
import { follow } from '../kernel/state-machine.ts';
import { assetLifecycle, type AssetStatus } from './asset-lifecycle.ts';
import { refusals } from './refusals.ts';
import type { AssetKind, TitleKind } from './kinds.ts';
import type { CatalogPolicy } from './policy.ts';
import type { RemoteMedia } from './remote-ref.ts';
import type { Rendition } from './rendition.ts';

/** A file of a title. Its `storageKey` is known before the first byte comes, so that no crash can orphan it. */
export interface Asset {
  readonly id: string;
  readonly titleId: string;
  readonly kind: AssetKind;
  readonly status: AssetStatus;
  /** Per cent, 0–100. */
  readonly progress: number;
  readonly storageKey: string;
  readonly contentType: string | null;
  readonly bytes: number | null;
  readonly sha256: string | null;
  /** As measured; null for pictures, and where nobody could measure it. */
  readonly durationSeconds: number | null;
  /** Code of what ended it, or of why a file that serves as it is could not be packaged. */
  readonly failure: string | null;
  readonly createdAt: Instant;
  /**
   * An upload that has not ended by then was interrupted; null once it has. While a media provider is at it, the
   * instant at which that one is asked.
   */
  readonly dueAt: Instant | null;
  readonly readyAt: Instant | null;
  /**
   * Nobody packages it before this instant of the system's time: whoever is at it moves it on, and a retry
   * waits for it. Null when there is nothing to package.
   */
  readonly packageAt: Instant | null;
  /** How often packaging began; counted when it does, so that a file which kills its packager fails in the end. */
  readonly attempts: number;
  /** Where the package of the latest attempt lies; known before its first byte. */
  readonly packageKey: string | null;
  /** What its package holds; null until that is whole. */
  readonly renditions: readonly Rendition[] | null;
  /** Where a media provider keeps it in our place: then nothing lies under `storageKey`. Null for ours. */
  readonly remote: RemoteMedia | null;
  readonly version: number;
}

/** What storage knows of a file that arrived whole. */
export interface ReceivedFile {
  readonly bytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  /** As told by the file's first bytes, not by the caller. */
  readonly contentType: string;
}

const VIDEO_TYPES = ['video/mp4', 'video/quicktime', 'video/webm', 'video/x-matroska'] as const;
const AUDIO_TYPES = ['audio/mpeg', 'audio/mp4', 'audio/flac', 'audio/ogg'] as const;
const IMAGE_TYPES = ['image/png', 'image/jpeg', 'image/webp'] as const;

/** The contents that an asset may have; trailers follow the kind of their title. */
export function acceptedTypes(titleKind: TitleKind, kind: AssetKind): readonly string[] {
  if (kind === 'poster') return IMAGE_TYPES;
  return titleKind === 'video' ? VIDEO_TYPES : AUDIO_TYPES;
}

export const limitBytes = (kind: AssetKind, policy: CatalogPolicy): number =>
  kind === 'poster' ? policy.posterLimitBytes : policy.mediaLimitBytes;

/** An upload that has not ended may take until then: from its beginning, or from when more of it came. */
export const uploadEnd = (hours: number, now: Instant): Instant => after(now, hours * HOUR);

export interface AssetOrigin {
  readonly id: string;
  readonly titleId: string;
  readonly kind: AssetKind;
  readonly now: Instant;
}

export const beginUpload = (
  { now, ...origin }: AssetOrigin,
  { uploadHours }: Pick<CatalogPolicy, 'uploadHours'>,
): Asset => ({
  ...origin,
  status: 'uploading',
  progress: 0,
  storageKey: origin.id,
  contentType: null,
  bytes: null,
  sha256: null,
  durationSeconds: null,
  failure: null,
  createdAt: now,
  dueAt: uploadEnd(uploadHours, now),
  readyAt: null,
  packageAt: null,
  attempts: 0,
  packageKey: null,
  renditions: null,
  remote: null,
  version: 1,
});

/** More of its file has come: from now on it may take until `dueAt`. */
export const arriving = (asset: Asset, progress: number, dueAt: Instant): Asset => ({
  ...asset,
  progress,
  dueAt,
  version: asset.version + 1,
});

/** The file is whole and in its place. An upload that was superseded or given up meanwhile is refused. */
export function received(asset: Asset, file: ReceivedFile): Asset {
  const status = follow(assetLifecycle, asset.status, 'receive');
  if (status === undefined) throw refusals.uploadSuperseded();
  return { ...asset, ...file, status, progress: 0, dueAt: null, version: asset.version + 1 };
}

/** The file can be served. */
export function finished(asset: Asset, now: Instant): Asset {
  const status = follow(assetLifecycle, asset.status, 'finish');
  if (status === undefined) throw refusals.uploadSuperseded();
  return { ...asset, status, progress: 100, readyAt: now, version: asset.version + 1 };
}

/** The asset ended without being ready; one that has ended already stays as it is. */
export function failed(asset: Asset, failure: string): Asset {
  const status = follow(assetLifecycle, asset.status, 'fail');
  if (status === undefined) return asset;
  return { ...asset, status, failure, dueAt: null, version: asset.version + 1 };
}
