import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Arrival, MediaStorage, Receipt, ReceiveFault } from '../../src/catalog/index.ts';
import { HOUR, instant } from '../../src/kernel/instant.ts';
import { inspected, ReceiveEnded } from './inspect-stream.ts';

/** An unfinished file that nobody has written to for so long belongs to a process that died. */
const ORPHAN_AGE = HOUR;

/** Keys are ids made by us; anything else never becomes a path. */
const KEY = /^[0-9A-Za-z][0-9A-Za-z-]{0,63}$/;

/**
 * Media files in a folder: `incoming/` while they arrive, `files/` once they are whole. Both lie in one file
 * system, so that moving a file into place is atomic. Clears away what dead processes left in `incoming/`.
 */
export async function openLocalStorage(folder: string): Promise<MediaStorage> {
  const incoming = join(folder, 'incoming');
  const files = join(folder, 'files');
  for (const each of [incoming, files]) await mkdir(each, { recursive: true });
  await removeOrphans(incoming);

  const pathOf = (storageKey: string): string => {
    if (!KEY.test(storageKey)) throw new RangeError(`not a storage key: ${storageKey}`);
    return join(files, storageKey);
  };

  return {
    receive: async (arrival) => {
      const target = pathOf(arrival.storageKey);
      const temporary = join(incoming, `${arrival.storageKey}.${randomUUID()}.part`);
      try {
        const file = await write(arrival, temporary);
        await rename(temporary, target);
        await synced(files);
        return { file, fault: null };
      } catch (error) {
        await rm(temporary, { force: true });
        const fault = faultOf(error);
        if (fault === undefined) throw error;
        return { file: null, fault };
      }
    },
    stat: async (storageKey) => {
      const found = await stat(pathOf(storageKey)).catch(absent);
      return found && { bytes: found.size, modifiedAt: instant(Math.floor(found.mtimeMs)) };
    },
    // A stream's `end` is inclusive, a range's is not.
    open: (storageKey, { start, end }) => createReadStream(pathOf(storageKey), { start, end: end - 1 }),
    remove: (storageKey) => rm(pathOf(storageKey), { force: true }),
  };
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

/** A rename is safe against a power cut only when the folder is, too. */
async function synced(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function faultOf(error: unknown): ReceiveFault | undefined {
  if (error instanceof ReceiveEnded) return error.fault;
  return hasCode(error, 'ENOSPC') || hasCode(error, 'EDQUOT') ? 'storage-full' : undefined;
}

async function removeOrphans(incoming: string): Promise<void> {
  for (const name of await readdir(incoming)) {
    const path = join(incoming, name);
    const found = await stat(path).catch(absent);
    if (found && Date.now() - found.mtimeMs > ORPHAN_AGE) await rm(path, { force: true });
  }
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

function absent(error: unknown): undefined {
  if (!hasCode(error, 'ENOENT')) throw error;
}
