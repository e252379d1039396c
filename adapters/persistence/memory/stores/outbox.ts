import type { DomainEvent, Outbox } from '../../../../src/kernel/outbox.ts';
import type { TableDefinition } from '../table.ts';
import type { MemoryTransaction } from '../unit-of-work.ts';

export const EVENTS: TableDefinition<DomainEvent> = { name: 'events', key: (event) => event.id };

export function memoryOutbox({ table }: MemoryTransaction): Outbox {
  const rows = table(EVENTS);
  return {
    add: async (events) => {
      for (const event of events) rows.insert(event);
    },
  };
}
