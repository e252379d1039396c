import { refusal } from './domain-error.ts';

/** What is asked of a list: at most `limit` items (1–100) behind `cursor`, the place where the last page ended. */
export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** A place in an ordered list: the sort value and the id that breaks ties. Stable while rows are added. */
export interface Place {
  readonly value: string | number;
  readonly id: string;
}

export const badCursor = refusal('invalid', 'request.invalid', 'The cursor is not one of this list.');

export const encodeCursor = ({ value, id }: Place): string =>
  `${typeof value === 'number' ? 'n' : 's'}.${id}.${encodeURIComponent(String(value))}`;

/** Reads a cursor back; `kind` is what the list is ordered by, so that a cursor of another list is refused. */
export function decodeCursor(cursor: string, kind: 'number' | 'string'): Place {
  const match = /^([ns])\.([0-9A-Za-z_-]{1,64})\.(.{0,900})$/.exec(cursor);
  if (!match || match[1] !== kind[0]) throw badCursor();
  const text = decoded(match[3] ?? '');
  const value = kind === 'number' ? Number(text) : text;
  // What no cursor of ours can hold would be an error of the database: fractions, 2^53 and above, NUL.
  if (typeof value === 'number' && (text === '' || !Number.isSafeInteger(value))) throw badCursor();
  if (text.includes('\0')) throw badCursor();
  return { value, id: match[2] ?? '' };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw error instanceof URIError ? badCursor() : error;
  }
}

/**
 * Cuts a page out of rows of which one more than `limit` was asked for: the surplus row tells that there
 * is a next page, without a count.
 */
export function pageOf<T>(rows: readonly T[], limit: number, place: (row: T) => Place): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items, nextCursor: more ? encodeCursor(place(last)) : null };
}
