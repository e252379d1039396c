import type { Delivery } from '../../../../src/operations/delivery.ts';
import type { DeliveryStore } from '../../../../src/operations/ports.ts';
import type { TableDefinition } from '../table.ts';
import type { MemoryTransaction } from '../unit-of-work.ts';

export const DELIVERIES: TableDefinition<Delivery> = { name: 'deliveries', key: (delivery) => delivery.id };

const byDueTime = (a: Delivery, b: Delivery): number => a.dueAt - b.dueAt || (a.id < b.id ? -1 : 1);
const newestDead = (a: Delivery, b: Delivery): number =>
  (b.diedAt ?? 0) - (a.diedAt ?? 0) || (a.id < b.id ? -1 : 1);

export function memoryDeliveries({ table }: MemoryTransaction): DeliveryStore {
  const rows = table(DELIVERIES);
  const isDue =
    (now: number) =>
    ({ diedAt, dueAt }: Delivery): boolean =>
      diedAt === null && dueAt <= now;
  return {
    anyDue: async (now) => rows.where(isDue(now)).length > 0,
    claim: async ({ now, until, limit }) => {
      const due = rows.where(isDue(now)).sort(byDueTime).slice(0, limit);
      const claimed = due.map((row) => ({ ...row, dueAt: until, attempts: row.attempts + 1 }));
      for (const row of claimed) rows.put(row);
      return claimed;
    },
    done: async (id) => rows.delete(id),
    settle: async (delivery) => {
      const stored = rows.get(delivery.id);
      const newest =
        delivery.attempts === 0 ? stored?.diedAt !== null : stored?.attempts === delivery.attempts;
      if (stored && newest) rows.put(delivery);
    },
    find: async (id) => rows.get(id),
    backlog: async (limit) => ({
      waiting: rows.where(({ diedAt }) => diedAt === null).length,
      dead: rows
        .where(({ diedAt }) => diedAt !== null)
        .sort(newestDead)
        .slice(0, limit),
    }),
  };
}
