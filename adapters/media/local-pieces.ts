import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  Appended,
  Assembly,
  Continuation,
  FilePiece,
  MediaStorage,
  Receipt,
} from '../../src/catalog/index.ts';
import { checksumOf, continued, headOf, offsetBehind, SAFE_BYTES } from './continued-stream.ts';
import { absent, synced } from './disk.ts';
import { faultOf, inspected, ReceiveEnded, type Inspected } from './inspect-stream.ts';

/** And after so long, where bytes come slowly. */
const SAFE_MS = 2_000;

const READ_BYTES = 256 * 1024;

interface Folders {
  /** Where the pieces lie, until the rows that name them let go of them. */
  readonly pieces: string;
  readonly incoming: string;
  readonly files: string;
}

export interface LocalPieces extends Pick<MediaStorage, 'append' | 'assemble'> {
  remove(storageKey: string): Promise<void>;
}

/** Files that come piece by piece. All folders lie in one file system, so that moving something into place is atomic. */
export async function localPieces(folders: Folders, checked: (key: string) => string): Promise<LocalPieces> {
  await mkdir(folders.pieces, { recursive: true });
  const pathOf = (storageKey: string): string => join(folders.pieces, checked(storageKey));
  const targetOf = (storageKey: string): string => join(folders.files, checked(storageKey));

  async function* read(piece: FilePiece): AsyncGenerator<Uint8Array> {
    yield* bytesOf(await open(pathOf(piece.storageKey), 'r'), piece.bytes);
  }

  const place = async (assembly: Assembly): Promise<NonNullable<Receipt['file']>> => {
    const target = targetOf(assembly.storageKey);
    const [only, second] = assembly.pieces;
    if (!only || second) return concatenated(assembly, { read, target, incoming: folders.incoming });
    const path = pathOf(only.storageKey);
    const file = await looked(assembly, bytesOf(await open(path, 'r'), only.bytes));
    await rename(path, target);
    return file;
  };

  return {
    append: async (continuation) => {
      const { pieces } = continuation;
      const piece = lastOf(pieces);
      const before = { offset: offsetBehind(pieces), head: await headOf(pieces, read) };
      const handle = await open(pathOf(piece.storageKey), 'a');
      try {
        // What lies behind the bytes that count is what somebody wrote who could not say so any more.
        await handle.truncate(piece.bytes);
        if (piece.bytes === 0) await synced(folders.pieces);
        return await written(handle, piece, { ...continuation, stream: continued(continuation, before) });
      } finally {
        await handle.close();
      }
    },
    assemble: async (assembly) => {
      const target = targetOf(assembly.storageKey);
      try {
        const file =
          (await inPlace(assembly, target)) ?? (await placed(() => place(assembly), assembly, target));
        // A rename is safe against a power cut only when the folder is, too.
        await synced(folders.files);
        return { file, fault: null };
      } catch (error) {
        const fault = faultOf(error);
        if (fault === undefined) throw error;
        return { file: null, fault };
      }
    },
    remove: (storageKey) => rm(pathOf(storageKey), { force: true }),
  };
}

function lastOf(pieces: readonly FilePiece[]): FilePiece {
  const piece = pieces.at(-1);
  if (!piece) throw new RangeError('there is no piece to write to');
  return piece;
}

/** Writes what comes behind what counts, and says every now and then how much is on the disk. */
async function written(
  handle: FileHandle,
  piece: FilePiece,
  { stream, digest, report }: Continuation,
): Promise<Appended> {
  const checksum = checksumOf(digest);
  let [safe, bytes, since] = [piece.bytes, piece.bytes, performance.now()];
  try {
    for await (const chunk of stream) {
      checksum.update(chunk);
      await handle.writeFile(chunk);
      bytes += chunk.byteLength;
      const isDue = bytes - safe >= SAFE_BYTES || performance.now() - since >= SAFE_MS;
      if (digest || !isDue) continue;
      await handle.datasync();
      [safe, since] = [bytes, performance.now()];
      if (!(await report(safe))) return { bytes: safe, fault: 'taken-over' };
    }
    if (!checksum.isRight()) return { bytes: piece.bytes, fault: 'damaged' };
    await handle.datasync();
    return { bytes, fault: null };
  } catch (error) {
    const fault = faultOf(error);
    if (fault === undefined || fault === 'truncated') throw error;
    return { bytes: safe, fault };
  }
}

/** The file, when it lies in its place already: whoever put it there could not say so any more. */
async function inPlace(
  assembly: Assembly,
  target: string,
): Promise<NonNullable<Receipt['file']> | undefined> {
  const found = await stat(target).catch(absent);
  return found && looked(assembly, bytesOf(await open(target, 'r'), found.size));
}

/** Another process may be at the same, and be first: then the pieces are gone, and the file is there. */
async function placed(
  place: () => Promise<NonNullable<Receipt['file']>>,
  assembly: Assembly,
  target: string,
): Promise<NonNullable<Receipt['file']>> {
  const file = (await place().catch(absent)) ?? (await inPlace(assembly, target));
  if (!file) throw new Error(`neither the pieces nor the file of ${assembly.storageKey} are there`);
  return file;
}

interface Places {
  readonly read: (piece: FilePiece) => AsyncIterable<Uint8Array>;
  readonly incoming: string;
  readonly target: string;
}

async function concatenated(
  assembly: Assembly,
  { read, incoming, target }: Places,
): Promise<NonNullable<Receipt['file']>> {
  const temporary = join(incoming, `${assembly.storageKey}.${randomUUID()}.part`);
  const handle = await open(temporary, 'wx');
  try {
    const file = await looked(assembly, all(assembly.pieces, read), (chunk) => handle.writeFile(chunk));
    await handle.sync();
    await rename(temporary, target);
    return file;
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

async function* all(pieces: readonly FilePiece[], read: Places['read']): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield* read(piece);
}

/** Counts, sniffs and hashes what is stored. A disk that cannot be read is no fault of the file. */
async function looked(
  { lengthBytes, limitBytes, accept }: Assembly,
  stream: AsyncIterable<Uint8Array>,
  write: (chunk: Uint8Array) => Promise<void> = async () => undefined,
): Promise<ReturnType<Inspected['result']>> {
  const looking = inspected({ stream, limitBytes, accept, expectedBytes: lengthBytes });
  try {
    for await (const chunk of looking.bytes) await write(chunk);
  } catch (error) {
    if (error instanceof ReceiveEnded && error.cause instanceof Error) throw error.cause;
    throw error;
  }
  return looking.result();
}

/** The first bytes of a file, and its end: the handle is closed. */
async function* bytesOf(handle: FileHandle, count: number): AsyncGenerator<Uint8Array> {
  try {
    if (count > 0)
      yield* handle.createReadStream({
        start: 0,
        end: count - 1,
        highWaterMark: READ_BYTES,
        autoClose: false,
      });
  } finally {
    await handle.close();
  }
}
