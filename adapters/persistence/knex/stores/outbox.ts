import type { DomainEvent, Outbox } from '../../../../src/kernel/outbox.ts';
import { RecordTable } from '../columns.ts';
import type { Database } from '../unit-of-work.ts';

export const EVENTS = new RecordTable<DomainEvent>('events', {
  id: 'text',
  type: 'text',
  at: 'number',
  accountId: 'text',
  subjectId: 'text',
  data: 'json',
});

export const knexOutbox = (database: Database): Outbox => ({
  add: (events) => EVENTS.insert(database, events),
});
