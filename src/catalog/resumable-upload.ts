import { after, MINUTE, type Instant } from '../kernel/instant.ts';
import { arriving, uploadEnd, type Asset } from './asset.ts';
import type { CatalogPolicy } from './policy.ts';
import { refusals } from './refusals.ts';

/** What one writer after another stored of a file, under a storage key of its own. */
export interface FilePiece {
  readonly storageKey: string;
  /** So many of its bytes count, and are safe; a writer that was given up may have left more behind them. */
  readonly bytes: number;
}

/** How far the file of an asset has come that is sent piece by piece. Its id is the asset's. */
export interface ResumableUpload {
  readonly id: string;
  readonly accountId: string;
  readonly lengthBytes: number;
  /** So much of the file is safely stored. */
  readonly offsetBytes: number;
  /** Where it lies, in the order of the file; nowhere once the asset has its file, or never will. */
  readonly pieces: readonly FilePiece[];
  /** Whoever may be writing to the last piece; null when they said that they have stopped. */
  readonly writer: string | null;
  /** The sender's own words about the file, given back as they came. */
  readonly metadata: string;
  readonly version: number;
}

export const DIGEST_ALGORITHMS = ['sha1', 'sha256'] as const;

/** What bytes must come to. */
export interface Digest {
  readonly algorithm: (typeof DIGEST_ALGORITHMS)[number];
  /** Lower-case hexadecimal. */
  readonly hex: string;
}

type Origin = Pick<ResumableUpload, 'id' | 'accountId' | 'lengthBytes' | 'metadata'>;

export const beginResumable = (origin: Origin): ResumableUpload => ({
  ...origin,
  offsetBytes: 0,
  pieces: [],
  writer: null,
  version: 1,
});

const next = (upload: ResumableUpload, changes: Partial<ResumableUpload>): ResumableUpload => ({
  ...upload,
  ...changes,
  version: upload.version + 1,
});

export const isWhole = ({ offsetBytes, lengthBytes }: ResumableUpload): boolean =>
  offsetBytes === lengthBytes;

/** Nobody writes to it, nor makes a file of it. */
export const isIdle = (upload: ResumableUpload): boolean => upload.writer === null && !isWhole(upload);

/** Goes on from `offset`, or refuses: everything before it is stored, and nothing behind it. */
export function refuseOtherOffset({ offsetBytes }: ResumableUpload, offset: number): void {
  if (offset !== offsetBytes) throw refusals.uploadOffset(offsetBytes);
}

/**
 * The upload in the hands of a writer. One that never said that it has stopped may still be writing, for all that
 * anybody can know of another process: what counts of its piece stands, and a piece of the new one's own begins,
 * so that two never write to one.
 */
export function takenBy(
  upload: ResumableUpload,
  writer: string,
  { uploadPieces }: Pick<CatalogPolicy, 'uploadPieces'>,
): ResumableUpload {
  if (upload.writer === null && upload.pieces.length > 0) return next(upload, { writer });
  const kept = upload.pieces.filter(({ bytes }) => bytes > 0);
  if (kept.length >= uploadPieces) throw refusals.uploadTorn();
  const own = { storageKey: `${upload.id}-piece${upload.version}`, bytes: 0 };
  return next(upload, { writer, pieces: [...kept, own] });
}

/** So much of the last piece is safe by now. */
export function grown(upload: ResumableUpload, bytes: number): ResumableUpload {
  const last = upload.pieces.at(-1);
  if (!last || bytes < last.bytes)
    throw new RangeError(`the last piece of ${upload.id} has no ${bytes} bytes`);
  const offsetBytes = upload.offsetBytes - last.bytes + bytes;
  if (offsetBytes > upload.lengthBytes) throw new RangeError(`${upload.id} has more bytes than it may have`);
  return next(upload, { offsetBytes, pieces: [...upload.pieces.slice(0, -1), { ...last, bytes }] });
}

/** The writer has stopped: the next one goes on behind it. */
export const letGo = (upload: ResumableUpload): ResumableUpload => ({ ...upload, writer: null });

/** Its pieces have become a file, or are of no more use. */
export const withoutPieces = (upload: ResumableUpload): ResumableUpload =>
  next(upload, { pieces: [], writer: null });

/** The asset while its file arrives: kept for a while after each bit, and looked after soon once it is whole. */
export function arrivingBy(
  asset: Asset,
  upload: ResumableUpload,
  { now, policy }: { readonly now: Instant; readonly policy: CatalogPolicy },
): Asset {
  const dueAt = isWhole(upload)
    ? after(now, policy.finishingMinutes * MINUTE)
    : uploadEnd(policy.resumableUploadHours, now);
  return arriving(asset, Math.floor((100 * upload.offsetBytes) / upload.lengthBytes), dueAt);
}
