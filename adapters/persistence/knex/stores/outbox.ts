import type { DomainEvent, Outbox } from '../../../../src/kernel/outbox.ts';
import { owed, type Delivery } from '../../../../src/operations/delivery.ts';
import { reactionsTo } from '../../../../src/reactions.ts';
import { RecordTable, type Row } from '../columns.ts';
import type { Database } from '../unit-of-work.ts';
import { DELIVERIES } from './deliveries.ts';

export const EVENTS = new RecordTable<DomainEvent>('events', {
  id: 'text',
  type: 'text',
  at: 'number',
  accountId: 'text',
  subjectId: 'text',
  data: 'json',
});

/** One reaction that is owed to one event. */
export interface Owed {
  readonly event: DomainEvent;
  readonly reaction: string;
}

/** Hands over what is owed, inside the transaction that records the events. */
export type Dispatch = (database: Database, owed: readonly Owed[]) => Promise<void>;

export interface OutboxOptions {
  /** Which reactions a type of event calls for. */
  readonly reactionsTo: (type: string) => readonly string[];
  readonly dispatch: Dispatch;
}

/** The queue of our own: rows beside the events. */
const dispatchToTable: Dispatch = (database, all) => {
  const rows: Delivery[] = all.map(({ event, reaction }) => owed(event.id, reaction));
  return DELIVERIES.insert(database, rows);
};

const tableOutbox: OutboxOptions = { reactionsTo, dispatch: dispatchToTable };

export const knexOutbox = (database: Database, options: OutboxOptions = tableOutbox): Outbox => ({
  add: async (events) => {
    await EVENTS.insert(database, events);
    const all = events.flatMap((event) =>
      options.reactionsTo(event.type).map((reaction) => ({ event, reaction })),
    );
    if (all.length > 0) await options.dispatch(database, all);
  },
});

export const eventOf = (row: Row): DomainEvent => EVENTS.fromRow(row);
