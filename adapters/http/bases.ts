/** Where the API lies; the second is an alias of its newest version. */
export const BASES = ['/api/v1', '/api'] as const;

/** A path of the API without its base and without a trailing slash: the same for every name of a thing. */
export function belowBase(path: string): string {
  const base = BASES.find((candidate) => path.startsWith(`${candidate}/`)) ?? '';
  return path.slice(base.length, path.endsWith('/') ? -1 : undefined);
}
