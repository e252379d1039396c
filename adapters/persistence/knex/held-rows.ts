import type { Database } from './unit-of-work.ts';

/** SQLite has one writer at a time; Postgres holds the rows, always in one order, so that nobody waits in a circle. */
export const heldRows = ({ dialect }: Database, order: string): string =>
  dialect === 'postgres' ? `order by ${order} for update` : '';
