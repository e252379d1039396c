import { LostRace } from '../../../../src/kernel/domain-error.ts';
import type { Archive } from '../../../../src/playback/archive.ts';
import type { ArchiveStore, WatchLogStore } from '../../../../src/playback/history-ports.ts';
import type { WatchLogEntry } from '../../../../src/playback/watch-log.ts';
import { isWithin, newestFirst } from '../newest-first.ts';
import type { TableDefinition } from '../table.ts';
import type { MemoryTransaction } from '../unit-of-work.ts';

const WATCH_LOG: TableDefinition<WatchLogEntry> = { name: 'watch_log', key: (entry) => entry.id };

export function memoryWatchLog({ table }: MemoryTransaction): WatchLogStore {
  const log = table(WATCH_LOG);
  return {
    add: async (entry) => log.insert(entry),
    of: async (account, request) =>
      newestFirst(
        log.where(({ accountId, startedAt }) => accountId === account && isWithin(startedAt, request.within)),
        request,
        ({ startedAt }) => startedAt,
      ),
    oldest: async (border) => {
      const [oldest] = log
        .where(({ startedAt }) => startedAt < border)
        .sort((a, b) => a.startedAt - b.startedAt);
      return oldest && { accountId: oldest.accountId, startedAt: oldest.startedAt };
    },
    hold: async (ids) => log.where(({ id }) => ids.includes(id)),
    remove: async (ids) => {
      for (const id of new Set(ids)) {
        if (!log.get(id)) throw new LostRace(`watch_log ${id} moved on`);
        log.delete(id);
      }
    },
    erase: async (account, limit) => {
      const own = log.where(({ accountId }) => accountId === account).slice(0, limit);
      for (const { id } of own) log.delete(id);
      return own.length;
    },
  };
}

const ARCHIVES: TableDefinition<Archive> = { name: 'archives', key: (archive) => archive.id };

export function memoryArchives({ table }: MemoryTransaction): ArchiveStore {
  const archives = table(ARCHIVES);
  const keptOf = (account: string): Archive[] =>
    archives.where(({ accountId, status }) => accountId === account && status === 'kept');
  return {
    add: async (archive) => archives.insert(archive),
    save: async (archive) => archives.update(archive, ({ version }) => version === archive.version - 1),
    find: async (id) => archives.get(id),
    keptOf: async (account, { from, until, ...request }) =>
      newestFirst(
        keptOf(account).filter(
          ({ newestAt, oldestAt }) =>
            (from === null || newestAt >= from) && (until === null || oldestAt <= until),
        ),
        request,
        ({ newestAt }) => newestAt,
      ),
    unfinished: async (begunBy, limit) =>
      archives
        .where(
          ({ status, begunAt }) => status === 'abandoned' || (status === 'writing' && begunAt <= begunBy),
        )
        .sort((a, b) => a.begunAt - b.begunAt)
        .slice(0, limit),
    forget: async (id) => {
      if (archives.get(id)?.status === 'abandoned') archives.delete(id);
    },
    erase: async (account, limit) => {
      const own = keptOf(account).slice(0, limit);
      for (const { id } of own) archives.delete(id);
      return own.length;
    },
  };
}
