/** Makes identifiers: UUIDv7 in production (ordered by time, so new rows land together in an index). */
export interface Ids {
  next(): string;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether a text can be an id at all. One that cannot is answered like an id that does not exist. */
export const isId = (text: string): boolean => UUID.test(text);
