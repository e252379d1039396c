import type { Instant } from '../kernel/instant.ts';
import type { Asset } from './asset.ts';
import type { RemoteRef } from './remote-ref.ts';
import type { ResumableUpload } from './resumable-upload.ts';

export interface AssetStore {
  find(id: string): Promise<Asset | undefined>;
  findMany(ids: readonly string[]): Promise<readonly Asset[]>;
  /** All of a title, newest first. */
  listOf(titleId: string): Promise<readonly Asset[]>;
  add(asset: Asset): Promise<void>;
  save(asset: Asset): Promise<void>;
  remove(id: string): Promise<void>;
  /** The upload that a provider calls so. */
  findByReference(ref: Pick<RemoteRef, 'provider' | 'reference'>): Promise<Asset | undefined>;
  /** Uploads whose time has run out, earliest first; not those of a media provider. */
  listDue(now: Instant, limit: number): Promise<readonly Asset[]>;
  /** Those that a media provider is to be asked about at `now`, longest waiting first. */
  listUnheard(now: Instant, limit: number): Promise<readonly Asset[]>;
  /** Of both. */
  nextDueAt(until: Instant): Promise<Instant | undefined>;
  /** Those that may be packaged at `now`, longest waiting first; held, and passed over by who comes meanwhile. */
  holdToPackage(now: Instant, limit: number): Promise<readonly Asset[]>;
}

export interface ResumableUploadStore {
  find(id: string): Promise<ResumableUpload | undefined>;
  /** How many of an account have neither become a file nor ended. */
  countOpen(accountId: string): Promise<number>;
  add(upload: ResumableUpload): Promise<void>;
  /** Stores an upload whose `version` is one above the stored one; any other is a lost race. */
  save(upload: ResumableUpload): Promise<void>;
  remove(id: string): Promise<void>;
}

/** A file, or a package, that nothing needs from `dueAt` on. The row is the promise that it will go. */
export interface FileRemoval {
  readonly storageKey: string;
  /** Where a media provider keeps it; null for ours. */
  readonly remote: RemoteRef | null;
  readonly dueAt: Instant;
}

export interface FileRemovalStore {
  /** Keeps the promise; of a file that is promised already the earlier time, and what is told of where it is. */
  add(removal: FileRemoval): Promise<void>;
  listDue(now: Instant, limit: number): Promise<readonly FileRemoval[]>;
  done(storageKey: string): Promise<void>;
  /** Puts a promise off; one that was kept meanwhile stays kept. */
  putOff(storageKey: string, dueAt: Instant): Promise<void>;
  nextDueAt(until: Instant): Promise<Instant | undefined>;
}
