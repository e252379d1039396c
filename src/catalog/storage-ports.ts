import type { Instant } from '../kernel/instant.ts';
import type { ReceivedFile } from './asset.ts';
import type { Rendition } from './rendition.ts';
import type { Digest, FilePiece } from './resumable-upload.ts';

export type Bytes = AsyncIterable<Uint8Array>;

/** Bytes from `start` up to, not including, `end`. */
export interface ByteSpan {
  readonly start: number;
  readonly end: number;
  /**
   * Where pieces may be read into, each in the place of the one before it: for readers that are done with a piece when
   * they ask for the next. Left out, each has a place of its own.
   */
  readonly into?: Uint8Array;
}

export interface Arrival {
  readonly storageKey: string;
  readonly stream: Bytes;
  readonly limitBytes: number;
  /** Content types to accept, told by the first bytes. */
  readonly accept: readonly string[];
  /** How many bytes the sender promised; null when unknown. */
  readonly expectedBytes: number | null;
}

export type ReceiveFault = 'too-large' | 'unsupported' | 'truncated' | 'storage-full';
export type Receipt =
  | { readonly file: ReceivedFile; readonly fault: null }
  | { readonly file: null; readonly fault: ReceiveFault };

export interface StoredFile {
  readonly bytes: number;
  readonly modifiedAt: Instant;
}

/** A file of a package: the playlist, the head or a segment of one of its renditions. */
export interface PackagePart {
  readonly packageKey: string;
  readonly rendition: string;
  readonly name: string;
}

/** More of a file that comes piece by piece. */
export interface Continuation {
  /** What has come before. The bytes go behind those of the last piece, and whatever lay there uncounted goes. */
  readonly pieces: readonly FilePiece[];
  readonly stream: Bytes;
  /** Of the whole file. */
  readonly lengthBytes: number;
  /** Content types to accept, told by the first bytes as soon as there are enough of them. */
  readonly accept: readonly string[];
  /** What the bytes must come to. They then count all or not at all, and nothing is reported on the way. */
  readonly digest: Digest | null;
  /**
   * Told every few megabytes, or seconds, how many bytes of the last piece are safe on disk. False: somebody else
   * goes on with the file by now; stop.
   */
  readonly report: (bytes: number) => Promise<boolean>;
}

export type AppendFault = 'too-large' | 'unsupported' | 'storage-full' | 'damaged' | 'taken-over';
export interface Appended {
  /** How many bytes of the last piece are safe on disk. A sender that breaks off is no fault: what came counts. */
  readonly bytes: number;
  readonly fault: AppendFault | null;
}

/** A file that has come piece by piece, and is to be one. */
export interface Assembly extends Omit<Arrival, 'stream' | 'expectedBytes'> {
  readonly pieces: readonly FilePiece[];
  readonly lengthBytes: number;
}

/**
 * Where media lies: files, and packages, which are made of parts. A key is an id; what is stored under it never
 * changes.
 */
export interface MediaStorage {
  /**
   * Takes a file in: counted, sniffed and hashed as it streams, safe on disk and in its place before the
   * answer. Any fault, or a stream that fails, leaves nothing behind.
   */
  receive(arrival: Arrival): Promise<Receipt>;
  /** Takes in more of a file; its last piece is there from then on, even when nothing came. */
  append(continuation: Continuation): Promise<Appended>;
  /**
   * Makes one file of all pieces: counted, sniffed and hashed as it lies there, and moved into its place; a single
   * piece is not copied for that. Told again, or twice at once, it says the same. A fault changes nothing.
   */
  assemble(assembly: Assembly): Promise<Receipt>;
  stat(storageKey: string): Promise<StoredFile | undefined>;
  /** Fails when there is no such file. */
  open(storageKey: string, span: ByteSpan): Bytes;
  /** What a package holds; undefined when there is none, or when it is not whole. */
  renditionsOf(packageKey: string): Promise<readonly Rendition[] | undefined>;
  statPart(part: PackagePart): Promise<StoredFile | undefined>;
  openPart(part: PackagePart, span: ByteSpan): Bytes;
  /** Removes a file, a piece of one, or a package with all of its parts, whole or not; what is gone already is fine. */
  remove(storageKey: string): Promise<void>;
}
