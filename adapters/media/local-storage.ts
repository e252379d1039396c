import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Arrival, MediaStorage, PackagePart, Receipt, StoredFile } from '../../src/catalog/index.ts';
import { HOUR, instant } from '../../src/kernel/instant.ts';
import { absent, synced } from './disk.ts';
import { faultOf, inspected } from './inspect-stream.ts';
import { localPieces } from './local-pieces.ts';
import { packageFolders, type PackageFolders } from './package-folders.ts';
import { partPath } from './package-layout.ts';
import { readPieces } from './read-pieces.ts';

/** An unfinished file that nobody has written to for so long belongs to a process that died. */
const ORPHAN_AGE = HOUR;

/** Keys are ids made by us; anything else never becomes a path. */
const KEY = /^[0-9A-Za-z][0-9A-Za-z-]{0,63}$/;

export interface LocalStorage extends MediaStorage, PackageFolders {
  /** Where a stored file lies, for programs that read it themselves. */
  pathOf(storageKey: string): string;
}

/**
 * Media in a folder: `incoming/` while a file arrives, `pieces/` while it comes piece by piece, `files/` once it is
 * whole; `packaging/` and `packages/` alike. All lie in one file system, so that moving something into place is atomic. Clears away what dead
 * processes left in `incoming/`; what they left in `packaging/` and `pieces/` is promised away with the rows that name it.
 */
export async function openLocalStorage(folder: string): Promise<LocalStorage> {
  const incoming = join(folder, 'incoming');
  const files = join(folder, 'files');
  for (const each of [incoming, files]) await mkdir(each, { recursive: true });
  await removeOrphans(incoming);

  const packages = await packageFolders(folder, checkedKey);
  const pieces = await localPieces({ pieces: join(folder, 'pieces'), incoming, files }, checkedKey);
  const pathOf = (storageKey: string): string => join(files, checkedKey(storageKey));
  const pathOfPart = (part: PackagePart): string => join(packages.pathOf(part.packageKey), partPath(part));

  return {
    pathOf,
    begin: packages.begin,
    place: packages.place,
    receive: async (arrival) => {
      const target = pathOf(arrival.storageKey);
      const temporary = join(incoming, `${arrival.storageKey}.${randomUUID()}.part`);
      try {
        const file = await write(arrival, temporary);
        await rename(temporary, target);
        // A rename is safe against a power cut only when the folder is, too.
        await synced(files);
        return { file, fault: null };
      } catch (error) {
        await rm(temporary, { force: true });
        const fault = faultOf(error);
        if (fault === undefined) throw error;
        return { file: null, fault };
      }
    },
    append: pieces.append,
    assemble: pieces.assemble,
    stat: async (storageKey) => statOf(pathOf(storageKey)),
    open: (storageKey, span) => readPieces(pathOf(storageKey), span),
    renditionsOf: packages.renditionsOf,
    statPart: async (part) => statOf(pathOfPart(part)),
    openPart: (part, span) => readPieces(pathOfPart(part), span),
    remove: async (storageKey) => {
      await rm(pathOf(storageKey), { force: true });
      await pieces.remove(storageKey);
      await packages.remove(storageKey);
    },
  };
}

function checkedKey(key: string): string {
  if (!KEY.test(key)) throw new RangeError(`not a storage key: ${key}`);
  return key;
}

async function statOf(path: string): Promise<StoredFile | undefined> {
  const found = await stat(path).catch(absent);
  return found?.isFile() ? { bytes: found.size, modifiedAt: instant(Math.floor(found.mtimeMs)) } : undefined;
}

/** Writes an upload and has it on the disk, not only in the system's cache, before it says so. */
async function write(arrival: Arrival, path: string): Promise<NonNullable<Receipt['file']>> {
  const arriving = inspected(arrival);
  const handle = await open(path, 'wx');
  try {
    for await (const chunk of arriving.bytes) await handle.writeFile(chunk);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return arriving.result();
}

async function removeOrphans(incoming: string): Promise<void> {
  for (const name of await readdir(incoming)) {
    const path = join(incoming, name);
    const found = await stat(path).catch(absent);
    if (found && Date.now() - found.mtimeMs > ORPHAN_AGE) await rm(path, { force: true });
  }
}
