/**
 * Readers of Stripe's JSON that believe nothing: events come in the version of the account's endpoint, which
 * may be older or newer than the SDK's types.
 */
export type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What stands at a path; undefined when a step of it is missing. */
export function fieldAt(value: unknown, ...path: readonly (string | number)[]): unknown {
  let found = value;
  for (const step of path) {
    if (typeof step === 'number') found = Array.isArray(found) ? found[step] : undefined;
    else found = isFields(found) ? found[step] : undefined;
  }
  return found;
}

export function textAt(value: unknown, ...path: readonly (string | number)[]): string | null {
  const found = fieldAt(value, ...path);
  return typeof found === 'string' && isKeepable(found) ? found : null;
}

/** Ids and words, never prose; and nothing that a database cannot keep. */
const isKeepable = (text: string): boolean =>
  text !== '' && text.length <= 500 && !text.includes('\0') && text.isWellFormed();

/** An id, whether it was expanded to its object or not. */
export const idAt = (value: unknown, ...path: readonly (string | number)[]): string | null =>
  textAt(value, ...path) ?? textAt(value, ...path, 'id');

export function integerAt(value: unknown, ...path: readonly (string | number)[]): number | null {
  const found = fieldAt(value, ...path);
  return typeof found === 'number' && Number.isSafeInteger(found) ? found : null;
}

export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = fieldAt(value, ...path);
  return Array.isArray(found) ? found : [];
}
