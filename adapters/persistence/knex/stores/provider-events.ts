import type { ProviderEventStore, StoredEvent } from '../../../../src/billing/index.ts';
import { RecordTable, type Row } from '../columns.ts';
import type { Database } from '../unit-of-work.ts';

const EVENTS = new RecordTable<StoredEvent>('provider_events', {
  provider: 'text',
  id: 'text',
  type: 'text',
  objectKey: 'text',
  body: 'json',
  createdAt: 'number',
  receivedAt: 'number',
  processedAt: 'number',
  error: 'text',
  attempts: 'number',
});

export const knexProviderEvents = (database: Database): ProviderEventStore => ({
  add: async (event) => {
    // Whoever comes second waits here for the first to commit, and then finds that it has nothing to do.
    const added: unknown = await database
      .knex('provider_events')
      .insert(EVENTS.toRow(event))
      .onConflict(['provider', 'id'])
      .ignore()
      .returning('id');
    return Array.isArray(added) && added.length === 1;
  },
  find: ({ provider, id }) => EVENTS.find(database, { provider, id }),
  ofObject: async ({ provider, objectKey }) => {
    const rows = (await database
      .knex('provider_events')
      .where({ provider, object_key: objectKey })
      .orderBy(['created_at', 'id'])) as Row[];
    return rows.map((row) => EVENTS.fromRow(row));
  },
  save: (event) => EVENTS.update(database, { provider: event.provider, id: event.id }, event),
});
