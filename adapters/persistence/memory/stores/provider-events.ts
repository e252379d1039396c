import type { ProviderEventStore, StoredEvent } from '../../../../src/billing/index.ts';
import type { TableDefinition } from '../table.ts';
import type { MemoryTransaction } from '../unit-of-work.ts';

const keyOf = ({ provider, id }: { readonly provider: string; readonly id: string }): string =>
  `${provider} ${id}`;

const EVENTS: TableDefinition<StoredEvent> = { name: 'provider_events', key: keyOf };

const byTime = (a: StoredEvent, b: StoredEvent): number =>
  a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1);

export function memoryProviderEvents({ table }: MemoryTransaction): ProviderEventStore {
  const events = table(EVENTS);
  return {
    add: async (event) => {
      if (events.get(keyOf(event))) return false;
      events.insert(event);
      return true;
    },
    find: async (of) => events.get(keyOf(of)),
    ofObject: async ({ provider, objectKey }) =>
      events.where((it) => it.provider === provider && it.objectKey === objectKey).sort(byTime),
    save: async (event) => events.update(event),
  };
}
