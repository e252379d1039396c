/** How big tests of chance and of races are: everything with `npm run prove` (PROVE=1), a taste in `npm test`. */
export const proving = process.env['PROVE'] === '1';

export const sized = (full: number, small: number): number => (proving ? full : small);

/** Seeds of the runs that must hold: each is named in its test, so that a failure can be run again. */
export const seeds = (small = 1): readonly number[] =>
  Array.from({ length: sized(20, small) }, (_, index) => index + 1);

/** mulberry32: chance that comes out the same for the same seed. */
export function chanceOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
