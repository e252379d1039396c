import type { Instant } from '../kernel/instant.ts';
import { acceptedTypes, limitBytes, type Asset } from './asset.ts';
import { beginAsset } from './begin-asset.ts';
import type { CatalogDeps } from './deps.ts';
import { endUpload, INTERRUPTED, type FinishUpload } from './finish-upload.ts';
import type { AssetKind, TitleKind } from './kinds.ts';
import type { CatalogStores } from './ports.ts';
import { refusals } from './refusals.ts';
import { promiseAway, removeUnwanted } from './remove-asset.ts';
import {
  arrivingBy,
  beginResumable,
  grown,
  isWhole,
  letGo,
  refuseOtherOffset,
  takenBy,
  type Digest,
  type ResumableUpload,
} from './resumable-upload.ts';
import { providerFor } from './send-on.ts';
import type { Appended, AppendFault, Bytes } from './storage-ports.ts';

export interface NewResumableUpload {
  readonly titleId: string;
  readonly kind: AssetKind;
  readonly accountId: string;
  readonly lengthBytes: number;
  readonly metadata: string;
}

/** An upload as whoever began it names it: to everybody else it is not there. */
export interface UploadRef {
  readonly id: string;
  readonly accountId: string;
}

export interface MoreBytes {
  readonly ref: UploadRef;
  /** Where the sender believes that the upload stands. */
  readonly offset: number;
  readonly stream: Bytes;
  /** As declared by the sender; the stream is counted all the same. */
  readonly contentLength: number | null;
  readonly digest: Digest | null;
}

/** How an upload stands, and the asset that it is the file of. */
export interface UploadStanding {
  readonly upload: ResumableUpload;
  readonly asset: Asset;
}

export interface ResumableUploadCommands {
  /**
   * Takes the slot of a title like an upload in one piece. Refuses with `catalog.upload-too-large`, `-truncated`,
   * `catalog.too-many-uploads`, and media that a provider takes with `catalog.no-resumable-upload`.
   */
  beginResumableUpload(wanted: NewResumableUpload): Promise<UploadStanding>;
  /**
   * Takes in what comes next. What came of it is kept when the sender breaks off; with the last byte the file is
   * taken in, and refused, as if it had come in one piece. Refuses with `catalog.upload-offset-mismatch`,
   * `-taken-over`, `-damaged`, `-ended`, `-torn`, `-too-large`, `catalog.unsupported-media`, `catalog.storage-full`.
   */
  resumeUpload(more: MoreBytes): Promise<UploadStanding>;
  /** How it stands; one that is whole is finished first, when whoever should have done that is gone. */
  resumableUpload(ref: UploadRef): Promise<UploadStanding>;
  /** Gives an upload up; the file of one that was finished stays with its title. */
  abandonUpload(ref: UploadRef): Promise<void>;
}

export function resumableUploadCommands(deps: CatalogDeps, finish: FinishUpload): ResumableUploadCommands {
  const { unitOfWork, storage, clock } = deps;
  const finished = async (standing: UploadStanding): Promise<UploadStanding> => {
    const { upload, asset } = standing;
    return isWhole(upload) && asset.status === 'uploading'
      ? open({ upload, asset: await finish(upload.id) }, clock.now())
      : standing;
  };

  return {
    beginResumableUpload: (wanted) => begin(deps, wanted),

    resumeUpload: async (more) => {
      const taken = await take(deps, more);
      return finished(taken.writer === null ? taken : await write(deps, taken, more));
    },

    resumableUpload: async (ref) =>
      finished(await unitOfWork.read(async (stores) => open(await findUpload(stores, ref), clock.now()))),

    abandonUpload: async (ref) => {
      const pieces = await unitOfWork.run(async (stores) => {
        const { asset, upload } = await findUpload(stores, ref);
        if (asset.status === 'uploading') await removeUnwanted(deps, stores, asset);
        else await stores.resumableUploads.remove(upload.id);
        return upload.pieces;
      });
      // Promised, but nobody should have to wait for the sweep to have room again.
      for (const { storageKey } of pieces) await storage.remove(storageKey);
    },
  };
}

const begin = (deps: CatalogDeps, wanted: NewResumableUpload): Promise<UploadStanding> => {
  const { titleId, kind, accountId, lengthBytes, metadata } = wanted;
  const limit = limitBytes(kind, deps.policy);
  if (lengthBytes > limit) throw refusals.uploadTooLarge(limit);
  if (lengthBytes < 1) throw refusals.uploadTruncated();
  return deps.unitOfWork.run(async (stores) => {
    const find = async ({ titles }: CatalogStores) => {
      const title = await titles.find(titleId);
      if (!title) throw refusals.notFound();
      if (kind === 'media' && providerFor(deps, title)) throw refusals.notResumable();
      return title;
    };
    const { resumableUploadHours: uploadHours, openUploads } = deps.policy;
    await stores.lock(`uploads of ${accountId}`);
    const asset = await beginAsset(deps, stores, { titleId, kind, find, uploadHours });
    // Behind that, which ends what the title had open: whoever lost sight of an upload begins it anew.
    if ((await stores.resumableUploads.countOpen(accountId)) >= openUploads)
      throw refusals.tooManyUploads(openUploads);
    const upload = beginResumable({ id: asset.id, accountId, lengthBytes, metadata });
    await stores.resumableUploads.add(upload);
    return { asset, upload };
  });
};

/** The lock behind which an upload changes hands: many who go on with it at once queue, instead of losing races. */
const writeLock = (id: string): string => `upload ${id}`;

async function findUpload(
  { assets, resumableUploads }: Pick<CatalogStores, 'assets' | 'resumableUploads'>,
  { id, accountId }: UploadRef,
): Promise<UploadStanding> {
  const [upload, asset] = [await resumableUploads.find(id), await assets.find(id)];
  if (!asset || upload?.accountId !== accountId) throw refusals.notFound();
  return { upload, asset };
}

/** The upload, unless it came to nothing; what nobody went on with ends at its time, whenever that is written down. */
function open(standing: UploadStanding, now: Instant): UploadStanding {
  const { asset, upload } = standing;
  if (asset.status === 'failed') throw refusals.uploadEnded(asset.failure ?? INTERRUPTED);
  const isOver = asset.dueAt !== null && asset.dueAt <= now && !isWhole(upload);
  if (isOver) throw refusals.uploadEnded(INTERRUPTED);
  return standing;
}

interface Taken extends UploadStanding {
  readonly titleKind: TitleKind;
  /** Null when there is nothing left to write. */
  readonly writer: string | null;
}

/** Puts the upload into the hands of this request, whoever had it before: what they send from now on is not counted. */
const take = (deps: CatalogDeps, { ref, offset, contentLength }: MoreBytes): Promise<Taken> =>
  deps.unitOfWork.run(async (stores) => {
    await stores.lock(writeLock(ref.id));
    const { asset, upload } = open(await findUpload(stores, ref), deps.clock.now());
    const title = await stores.titles.find(asset.titleId);
    if (!title) throw refusals.notFound();
    refuseOtherOffset(upload, offset);
    if (offset + (contentLength ?? 0) > upload.lengthBytes) throw refusals.uploadTooLarge(upload.lengthBytes);
    if (isWhole(upload)) return { asset, upload, titleKind: title.kind, writer: null };
    const writer = deps.ids.next();
    const taken = takenBy(upload, writer, deps.policy);
    await stores.resumableUploads.save(taken);
    const left = upload.pieces.filter((piece) => !taken.pieces.includes(piece));
    // Not at once: whoever was about to write there may not even have begun.
    await promiseAway(stores.fileRemovals, left, asset.dueAt ?? deps.clock.now());
    return { asset, upload: taken, titleKind: title.kind, writer };
  });

async function write(
  deps: CatalogDeps,
  taken: Taken,
  { stream, digest }: MoreBytes,
): Promise<UploadStanding> {
  const { asset, upload, titleKind } = taken;
  const accept = acceptedTypes(titleKind, asset.kind);
  const { pieces, lengthBytes } = upload;
  const report = async (bytes: number): Promise<boolean> =>
    (await count(deps, taken, { bytes, isLast: false })) !== undefined;
  const appended = await deps.storage.append({ pieces, stream, lengthBytes, accept, digest, report });
  if (appended.fault === 'unsupported') {
    const refused = refusals.unsupportedMedia(accept);
    await endUpload(deps, { asset, writer: taken.writer, failure: refused.code });
    throw refused;
  }
  const counted = await stop(deps, taken, appended);
  if (appended.fault !== null) throw refusalOf(appended.fault, upload);
  return counted;
}

/** Counts what came, and lets go of the upload. */
async function stop(deps: CatalogDeps, taken: Taken, { bytes }: Appended): Promise<UploadStanding> {
  const counted = await count(deps, taken, { bytes, isLast: true });
  if (counted) return counted;
  const { id } = taken.upload;
  const [now, mine] = [
    await deps.unitOfWork.read(({ resumableUploads }) => resumableUploads.find(id)),
    taken.upload.pieces.at(-1)?.storageKey,
  ];
  if (mine !== undefined && !now?.pieces.some(({ storageKey }) => storageKey === mine))
    await deps.storage.remove(mine);
  throw now ? refusals.uploadTakenOver() : refusals.uploadEnded(refusals.uploadSuperseded.code);
}

interface Count {
  /** Of the last piece, and safe. */
  readonly bytes: number;
  readonly isLast: boolean;
}

/** Counts what is safe by now; undefined when the upload is in other hands, or gone, and then nothing was changed. */
const count = (
  { unitOfWork, clock, policy }: CatalogDeps,
  { upload: { id }, writer }: Taken,
  { bytes, isLast }: Count,
): Promise<UploadStanding | undefined> =>
  unitOfWork.run(async ({ lock, assets, resumableUploads }) => {
    await lock(writeLock(id));
    const [asset, current] = [await assets.find(id), await resumableUploads.find(id)];
    if (asset?.status !== 'uploading' || current?.writer !== writer) return undefined;
    const more = grown(current, bytes);
    const upload = isLast ? letGo(more) : more;
    const arriving = arrivingBy(asset, upload, { now: clock.now(), policy });
    await assets.save(arriving);
    await resumableUploads.save(upload);
    return { asset: arriving, upload };
  });

function refusalOf(fault: Exclude<AppendFault, 'unsupported'>, { lengthBytes }: ResumableUpload): Error {
  switch (fault) {
    case 'too-large':
      return refusals.uploadTooLarge(lengthBytes);
    case 'storage-full':
      return refusals.storageFull();
    case 'damaged':
      return refusals.uploadDamaged();
    case 'taken-over':
      return refusals.uploadTakenOver();
  }
}
