import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { ArchiveFiles, ArchivePlace } from '../../src/playback/index.ts';
import { archivedViewings, archiveText } from './archive-text.ts';

const compressed = promisify(gzip);
const expanded = promisify(gunzip);

/** Ids and months are made by us; anything else never becomes a path. */
const NAME = /^[0-9A-Za-z][0-9A-Za-z-]{0,63}$/;

function named(part: string): string {
  if (!NAME.test(part)) throw new RangeError(`not a name of the archive: ${part}`);
  return part;
}

/**
 * Old history as files: `<folder>/<account>/<month>.<archive>.jsonl.gz`, a folder for each account, so that it is
 * erased in one go. `zcat` reads them.
 */
export function fileArchive(folder: string): ArchiveFiles {
  const folderOf = (accountId: string): string => join(folder, named(accountId));
  const pathOf = ({ id, accountId, month }: ArchivePlace): string =>
    join(folderOf(accountId), `${named(month)}.${named(id)}.jsonl.gz`);

  return {
    put: async (place, viewings) => {
      const path = pathOf(place);
      const bytes = await compressed(archiveText(place, viewings), { level: 9 });
      const made = await mkdir(dirname(path), { recursive: true });
      await written(partOf(path), bytes);
      await rename(partOf(path), path);
      // The file is safe against a power cut when the folder that names it is, and so on upwards.
      await synced(dirname(path));
      if (made !== undefined) await synced(dirname(made));
    },
    get: async (place) => {
      const bytes = await readFile(pathOf(place)).catch(absent);
      return bytes && archivedViewings(place, (await expanded(bytes)).toString('utf8'));
    },
    remove: async (place) => {
      const path = pathOf(place);
      for (const each of [partOf(path), path]) await rm(each, { force: true });
    },
    erase: async (accountId) => rm(folderOf(accountId), { recursive: true, force: true }),
  };
}

/** An archive is written by one attempt, so its unfinished file needs no name of its own. */
const partOf = (path: string): string => `${path}.part`;

async function written(path: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(path, 'w');
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function synced(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function absent(error: unknown): undefined {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
}
