import { LostRace } from '../../../../src/kernel/domain-error.ts';
import type { IdempotencyRecord, IdempotencyStore } from '../../../../src/kernel/once.ts';
import type { Locks } from '../../../../src/kernel/unit-of-work.ts';
import type { TableDefinition } from '../table.ts';
import type { MemoryTransaction } from '../unit-of-work.ts';

const IDEMPOTENCY: TableDefinition<IdempotencyRecord> = { name: 'idempotency', key: (record) => record.key };

export function memoryIdempotency({ table }: MemoryTransaction): IdempotencyStore {
  const records = table(IDEMPOTENCY);
  const take = (record: IdempotencyRecord): void => {
    const held = records.get(record.key);
    if (held && held.expiresAt > record.claimedAt) throw new LostRace(`idempotency key ${record.key}`);
    records.put(record);
  };
  return {
    find: async (key) => records.get(key),
    findAll: async (keys) => [...new Set(keys)].flatMap((key) => records.get(key) ?? []),
    claim: async (record) => take(record),
    keepAll: async (kept) => kept.forEach(take),
    answer: async (key, answer) => {
      const record = records.get(key);
      if (record) records.put({ ...record, answer });
    },
    release: async (key) => {
      if (records.get(key)?.answer === null) records.delete(key);
    },
    purge: async (now, limit) => {
      const expired = records.where((record) => record.expiresAt <= now).slice(0, limit);
      for (const { key } of expired) records.delete(key);
      return expired.length;
    },
  };
}

/** In memory units of work run one after another, so every lock is held already. */
export const memoryLocks: Locks = { lock: async () => undefined };
