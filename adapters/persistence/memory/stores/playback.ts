import { decodeCursor, pageOf, type Page, type PageRequest } from '../../../../src/kernel/page.ts';
import { carried, type Progress } from '../../../../src/playback/progress.ts';
import type {
  HistoryRequest,
  PairKey,
  ProgressStore,
  SettledReport,
  StreamStore,
  WatchLogEntry,
  WatchLogStore,
} from '../../../../src/playback/ports.ts';
import { byAge, type Stream } from '../../../../src/playback/stream.ts';
import type { TableDefinition } from '../table.ts';
import type { MemoryTransaction } from '../unit-of-work.ts';

const STREAMS: TableDefinition<Stream> = {
  name: 'streams',
  key: (stream) => stream.id,
  unique: {
    streams_seat: ({ accountId, deviceId, endedAt }) =>
      accountId === null || endedAt !== null ? undefined : `${accountId} ${deviceId}`,
  },
};

const NO_DEVICE = { deviceId: '', deviceName: '', endedByDevice: null } as const;
const namesDevice = ({ deviceId, deviceName, endedByDevice }: Stream): boolean =>
  deviceId !== '' || deviceName !== '' || endedByDevice !== null;

/** Exactly these fields, whatever else the caller's record holds. */
const reportedIn = (report: SettledReport): SettledReport => ({
  id: report.id,
  status: report.status,
  seq: report.seq,
  positionSeconds: report.positionSeconds,
  watchedSeconds: report.watchedSeconds,
  lastSeenAt: report.lastSeenAt,
  aliveUntil: report.aliveUntil,
  pausedAt: report.pausedAt,
  version: report.version,
});

const pairKey = (accountId: string, titleId: string): string => `${accountId} ${titleId}`;

const PROGRESS: TableDefinition<Progress> = {
  name: 'progress',
  key: ({ accountId, titleId }) => pairKey(accountId, titleId),
};

const WATCH_LOG: TableDefinition<WatchLogEntry> = { name: 'watch_log', key: (entry) => entry.id };

/** One page of rows, newest first by `at`, then by id. */
function newestFirst<T extends { readonly id: string }>(
  rows: readonly T[],
  { limit, cursor }: PageRequest,
  at: (row: T) => number,
): Page<T> {
  const from = cursor === undefined ? undefined : decodeCursor(cursor, 'number');
  const beyond = (row: T): boolean =>
    !from || at(row) < Number(from.value) || (at(row) === from.value && row.id < from.id);
  const sorted = [...rows].sort((a, b) => at(b) - at(a) || (a.id < b.id ? 1 : -1)).filter(beyond);
  return pageOf(sorted, limit, (row) => ({ value: at(row), id: row.id }));
}

const isWithin = (at: number, { within }: HistoryRequest): boolean =>
  !within || (at >= within.from && at < within.to);

export function memoryStreams({ table }: MemoryTransaction): StreamStore {
  const streams = table(STREAMS);
  const silentAt = (now: number): Stream[] =>
    streams
      .where(({ endedAt, aliveUntil }) => endedAt === null && aliveUntil <= now)
      .sort((a, b) => a.aliveUntil - b.aliveUntil);
  return {
    find: async (id) => streams.get(id),
    hold: async ({ ids, accountIds }) =>
      streams.where(
        ({ id, accountId, endedAt }) =>
          ids.includes(id) || (endedAt === null && accountId !== null && accountIds.includes(accountId)),
      ),
    openOf: async (account) =>
      streams.where(({ accountId, endedAt }) => accountId === account && endedAt === null).sort(byAge),
    add: async (stream) => streams.insert(stream),
    saveAll: async (changed) => {
      for (const stream of changed) streams.update(stream, (stored) => stored.version === stream.version - 1);
    },
    settle: async (reports) => {
      const settled = new Set<string>();
      for (const report of reports) {
        const stored = streams.get(report.id);
        if (stored?.version !== report.version - 1) continue;
        streams.put({ ...stored, ...reportedIn(report) });
        settled.add(report.id);
      }
      return settled;
    },
    silent: async (now, limit) => silentAt(now).slice(0, limit),
    nextSilentAt: async (until) => silentAt(until)[0]?.aliveUntil,
    eraseDevices: async (account, limit) => {
      const named = streams
        .where((stream) => stream.accountId === account && stream.endedAt !== null && namesDevice(stream))
        .slice(0, limit);
      for (const stream of named) streams.put({ ...stream, ...NO_DEVICE, version: stream.version + 1 });
      return named.length;
    },
    reportedOf: async (account, request) =>
      newestFirst(
        streams.where(
          ({ accountId, seq, startedAt }) =>
            accountId === account && seq >= 0 && isWithin(startedAt, request),
        ),
        request,
        ({ startedAt }) => startedAt,
      ),
  };
}

export function memoryProgress({ table }: MemoryTransaction): ProgressStore {
  const rows = table(PROGRESS);
  const streams = table(STREAMS);
  const now = (row: Progress): Progress =>
    carried(row, row.streamId === null ? undefined : streams.get(row.streamId));
  const found = ({ accountId, titleId }: PairKey): Progress | undefined => {
    const row = rows.get(pairKey(accountId, titleId));
    return row && now(row);
  };
  return {
    find: async (pair) => found(pair),
    hold: async (pairs) => pairs.flatMap((pair) => found(pair) ?? []),
    saveAll: async (changed) => {
      for (const progress of changed) {
        if (progress.version === 1) rows.insert(progress);
        else rows.update(progress, (stored) => stored.version === progress.version - 1);
      }
    },
    unfinishedOf: async (account, request) =>
      newestFirst(
        rows
          .where(
            ({ accountId, startedAt, completedAt, dismissedAt }) =>
              accountId === account && startedAt !== null && completedAt === null && dismissedAt === null,
          )
          .map(now),
        request,
        ({ lastWatchedAt }) => lastWatchedAt,
      ),
    latestOf: async (account, limit) =>
      newestFirst(
        rows.where(({ accountId }) => accountId === account).map(now),
        { limit },
        ({ lastWatchedAt }) => lastWatchedAt,
      ).items,
    erase: async (account, limit) => {
      const own = rows.where(({ accountId }) => accountId === account).slice(0, limit);
      for (const { accountId, titleId } of own) rows.delete(pairKey(accountId, titleId));
      return own.length;
    },
  };
}

export function memoryWatchLog({ table }: MemoryTransaction): WatchLogStore {
  const log = table(WATCH_LOG);
  return {
    add: async (entry) => log.insert(entry),
    of: async (account, request) =>
      newestFirst(
        log.where(({ accountId, startedAt }) => accountId === account && isWithin(startedAt, request)),
        request,
        ({ startedAt }) => startedAt,
      ),
    erase: async (account, limit) => {
      const own = log.where(({ accountId }) => accountId === account).slice(0, limit);
      for (const { id } of own) log.delete(id);
      return own.length;
    },
  };
}
