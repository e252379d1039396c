import { gunzipSync, gzipSync } from 'node:zlib';
import type { ArchiveFiles } from '../../src/playback/index.ts';
import { archivedViewings, archiveText } from './archive-text.ts';

/** Old history in memory, compressed as the files are. */
export function memoryArchive(): ArchiveFiles {
  const accounts = new Map<string, Map<string, Buffer>>();
  return {
    put: async (place, viewings) => {
      const own = accounts.get(place.accountId) ?? new Map<string, Buffer>();
      own.set(place.id, gzipSync(archiveText(place, viewings)));
      accounts.set(place.accountId, own);
    },
    get: async (place) => {
      const bytes = accounts.get(place.accountId)?.get(place.id);
      return bytes && archivedViewings(place, gunzipSync(bytes).toString('utf8'));
    },
    remove: async ({ accountId, id }) => void accounts.get(accountId)?.delete(id),
    erase: async (accountId) => void accounts.delete(accountId),
  };
}
