import { keyOf, type Meter, type MeterKey } from '../../../../src/entitlements/meter.ts';
import type { MeterStore } from '../../../../src/entitlements/ports.ts';
import type { UsageEntry } from '../../../../src/entitlements/usage-log.ts';
import type { Instant } from '../../../../src/kernel/instant.ts';
import { LostRace } from '../../../../src/kernel/domain-error.ts';
import type { TableDefinition } from '../table.ts';
import type { MemoryTransaction } from '../unit-of-work.ts';

const METERS: TableDefinition<Meter> = { name: 'meters', key: keyOf };
const LOG: TableDefinition<UsageEntry> = {
  name: 'usage_entries',
  key: ({ meter }) => `${keyOf(meter)} ${meter.version}`,
};

/** When meters are to be tidied that were put off. */
interface Tidying extends MeterKey {
  readonly at: Instant;
}

const TIDYINGS: TableDefinition<Tidying> = { name: 'tidyings', key: keyOf };

const newestFirst = ({ meter: a }: UsageEntry, { meter: b }: UsageEntry): number =>
  b.movedAt - a.movedAt || b.version - a.version;

export function memoryMeters({ table }: MemoryTransaction): MeterStore {
  const [meters, log, tidyings] = [table(METERS), table(LOG), table(TIDYINGS)];
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
    untidy: async (now, limit) =>
      [...meters.all()]
        .map(({ accountId, feature }) => ({ accountId, feature }))
        .map((key) => ({ key, at: tidyings.get(keyOf(key))?.at ?? 0 }))
        .filter(({ at }) => at <= now)
        .sort((a, b) => a.at - b.at)
        .slice(0, limit)
        .map(({ key }) => key),
    tidyAt: async ({ accountId, feature }, at) => tidyings.put({ accountId, feature, at }),
    forget: async (key, border, limit) => {
      const [, ...followed] = linesOf(key).filter(({ meter }) => meter.movedAt <= border);
      const lines = remove(followed.reverse().slice(0, limit));
      return { lines, followedAt: linesOf(key).at(-2)?.meter.movedAt ?? null };
    },
    erase: async (account, limit) => {
      const lines = log
        .where(({ meter }) => meter.accountId === account)
        .sort(newestFirst)
        .reverse();
      const removed = remove(lines.slice(0, limit));
      const left = new Set(lines.slice(limit).map(({ meter }) => keyOf(meter)));
      const empty = listOf(account).filter((meter) => !left.has(keyOf(meter)));
      for (const rows of [meters, tidyings]) for (const meter of empty) rows.delete(keyOf(meter));
      return removed;
    },
  };
}
