import type { DomainEvent, Outbox } from '../../../../src/kernel/outbox.ts';
import { owed } from '../../../../src/operations/delivery.ts';
import { reactionsTo as allReactionsTo } from '../../../../src/reactions.ts';
import type { TableDefinition } from '../table.ts';
import type { MemoryTransaction } from '../unit-of-work.ts';
import { DELIVERIES } from './deliveries.ts';

export const EVENTS: TableDefinition<DomainEvent> = { name: 'events', key: (event) => event.id };

export function memoryOutbox(
  { table }: MemoryTransaction,
  reactionsTo: (type: string) => readonly string[] = allReactionsTo,
): Outbox {
  const rows = table(EVENTS);
  const deliveries = table(DELIVERIES);
  return {
    add: async (events) => {
      for (const event of events) {
        rows.insert(event);
        for (const reaction of reactionsTo(event.type)) deliveries.insert(owed(event.id, reaction));
      }
    },
  };
}
