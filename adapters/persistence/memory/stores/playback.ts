import { LostRace } from '../../../../src/kernel/domain-error.ts';
import { carried, type Progress } from '../../../../src/playback/progress.ts';
import type { Beginning } from '../../../../src/playback/history-ports.ts';
import type { PairKey, ProgressStore, SettledReport, StreamStore } from '../../../../src/playback/ports.ts';
import { byAge, type Stream } from '../../../../src/playback/stream.ts';
import { isWithin, newestFirst } from '../newest-first.ts';
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

const isEndedAndNamed = ({ endedAt, accountId, deviceId }: Stream): boolean =>
  endedAt !== null && accountId !== null && deviceId !== '';
const beginningOf = ({ accountId, startedAt }: Stream): Beginning | undefined =>
  accountId === null ? undefined : { accountId, startedAt };

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
            accountId === account && seq >= 0 && isWithin(startedAt, request.within),
        ),
        request,
        ({ startedAt }) => startedAt,
      ),
    oldestEnded: async (border) => {
      const [oldest] = streams
        .where((stream) => isEndedAndNamed(stream) && stream.startedAt < border)
        .sort(byAge);
      return oldest && beginningOf(oldest);
    },
    endedOf: async (account, within, limit) =>
      streams
        .where(
          (stream) =>
            stream.accountId === account && isEndedAndNamed(stream) && isWithin(stream.startedAt, within),
        )
        .sort(byAge)
        .slice(0, limit),
    removeAll: async (removed) => {
      for (const { id, version } of removed) {
        if (streams.get(id)?.version !== version) throw new LostRace(`streams ${id} moved on`);
        streams.delete(id);
      }
    },
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
