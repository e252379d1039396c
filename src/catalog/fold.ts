/**
 * Text as it is compared whole and ordered: one Unicode form, lower case, white space collapsed. Done here and
 * stored, because SQLite lowers ASCII only and Postgres by its locale.
 */
export const fold = (text: string): string =>
  text.toWellFormed().normalize('NFC').toLowerCase().replace(/\s+/gu, ' ').trim();

/** Enough to order by, and short enough for a cursor whatever the script. */
const SORT_CODE_POINTS = 64;

export const sortKeyOf = (text: string): string => [...fold(text)].slice(0, SORT_CODE_POINTS).join('');
