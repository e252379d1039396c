import { readFileSync } from 'node:fs';

/** Small files of each kind that the product takes. */

const sample = (name: string): Buffer =>
  readFileSync(new URL(`../../adapters/media/samples/${name}`, import.meta.url));
export const CLIP = sample('test-pattern.mp4');
export const TONE = sample('tone.m4a');
export const POSTER = sample('poster.png');

/** Bytes in pieces, as a network brings them; `fails` breaks the connection after the last. */
export async function* inPieces(bytes: Uint8Array, { size = 65_536, fails = false } = {}) {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
  if (fails) throw new Error('aborted');
}
