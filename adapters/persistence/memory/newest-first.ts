import { decodeCursor, pageOf, type Page, type PageRequest } from '../../../src/kernel/page.ts';
import type { Span } from '../../../src/playback/month.ts';

/** One page of rows, newest first by `at`, then by id. */
export function newestFirst<T extends { readonly id: string }>(
  rows: readonly T[],
  { limit, cursor }: PageRequest,
  at: (row: T) => number,
): Page<T> {
  const from = cursor === undefined ? undefined : decodeCursor(cursor, 'number');
  const beyond = (row: T): boolean =>
    !from || at(row) < Number(from.value) || (at(row) === from.value && row.id < from.id);
  const sorted = [...rows].sort((a, b) => at(b) - at(a) || (a.id < b.id ? 1 : -1)).filter(beyond);
  return pageOf(sorted, limit, (row) => ({ value: at(row), id: row.id }));
}

export const isWithin = (at: number, span: Span | undefined): boolean =>
  !span || (at >= span.from && at < span.to);
