import { keyOf, type Meter, type MeterKey } from '../../../../src/entitlements/meter.ts';
import type { MeterStore } from '../../../../src/entitlements/ports.ts';
import type { UsageEntry } from '../../../../src/entitlements/usage-log.ts';
import { LostRace } from '../../../../src/kernel/domain-error.ts';
import type { TableDefinition } from '../table.ts';
import type { MemoryTransaction } from '../unit-of-work.ts';

const METERS: TableDefinition<Meter> = { name: 'meters', key: keyOf };
const LOG: TableDefinition<UsageEntry> = {
  name: 'usage_entries',
  key: ({ meter }) => `${keyOf(meter)} ${meter.version}`,
};

const newestFirst = ({ meter: a }: UsageEntry, { meter: b }: UsageEntry): number =>
  b.movedAt - a.movedAt || b.version - a.version;

export function memoryMeters({ table }: MemoryTransaction): MeterStore {
  const [meters, log] = [table(METERS), table(LOG)];
  const find = async (keys: readonly MeterKey[]): Promise<readonly Meter[]> =>
    [...new Set(keys.map(keyOf))].flatMap((key) => meters.get(key) ?? []);
  const linesOf = (key: MeterKey): UsageEntry[] =>
    log.where(({ meter }) => keyOf(meter) === keyOf(key)).sort(newestFirst);
  const remove = (entries: readonly UsageEntry[]): number => {
    for (const entry of entries) log.delete(LOG.key(entry));
    return entries.length;
  };
  const listOf = (account: string): Meter[] =>
    meters.where(({ accountId }) => accountId === account).sort((a, b) => (a.feature < b.feature ? -1 : 1));
  return {
    find,
    hold: find,
    listOf: async (accountId) => listOf(accountId),
    save: async (entries) => {
      for (const entry of entries) {
        const { meter } = entry;
        const stored = meters.get(keyOf(meter));
        if ((stored?.version ?? 0) !== meter.version - 1)
          throw new LostRace(`the meter ${keyOf(meter)} moved on`);
        meters.put(meter);
        log.insert(entry);
      }
    },
    settle: async (entries) => {
      const settled = new Set<string>();
      for (const { meter: next, units } of entries) {
        const stored = meters.get(keyOf(next));
        if (stored?.version !== next.version - 1) continue;
        const { used, rateSince, rateUsed, movedAt, version } = next;
        const meter = { ...stored, used, rateSince, rateUsed, movedAt, version };
        meters.put(meter);
        log.insert({ kind: 'consumed', units, meter, grants: {} });
        settled.add(keyOf(meter));
      }
      return settled;
    },
    entryAt: async (key, at) => linesOf(key).find(({ meter }) => meter.movedAt <= at),
    forget: async (key, before, limit) => {
      const [, ...older] = linesOf(key);
      return remove(
        older
          .filter(({ meter }) => meter.movedAt < before)
          .reverse()
          .slice(0, limit),
      );
    },
    erase: async (account, limit) => {
      const lines = log
        .where(({ meter }) => meter.accountId === account)
        .sort(newestFirst)
        .reverse();
      const removed = remove(lines.slice(0, limit));
      const left = new Set(lines.slice(limit).map(({ meter }) => keyOf(meter)));
      for (const meter of listOf(account)) if (!left.has(keyOf(meter))) meters.delete(keyOf(meter));
      return removed;
    },
  };
}
