/**
 * The renditions of a title that a viewer of so many lines may have. Where all are larger the smallest is kept:
 * a plan promises its titles, whatever they were made in.
 */
export function withinHeight<R extends { readonly lines: number }>(
  renditions: readonly R[],
  maxHeight: number,
): readonly R[] {
  const least = Math.min(...renditions.map(({ lines }) => lines));
  return renditions.filter(({ lines }) => lines <= Math.max(maxHeight, least));
}
