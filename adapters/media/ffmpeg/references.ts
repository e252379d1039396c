import { open } from 'node:fs/promises';
import { boxesIn, childOf, topBoxes } from './boxes.ts';

/** The flag of a reference that means: in this very file. */
const SELF_CONTAINED = 1;
const FULL = 4;

/**
 * Whether a film in the ISO base media format says that its samples lie elsewhere, as QuickTime allows it. FFmpeg
 * would not follow, unless told to; who sends such a file means something else than a film. What cannot be read
 * is for others to judge.
 */
export async function pointsElsewhere(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const [moov] = await topBoxes(file, ['moov']);
    return moov !== undefined && tracksOf(moov.content).some(refersElsewhere);
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  } finally {
    await file.close();
  }
}

const tracksOf = (moov: Buffer): readonly Buffer[] =>
  [...boxesIn(moov)].filter(({ type }) => type === 'trak').map(({ content }) => content);

function refersElsewhere(trak: Buffer): boolean {
  const references = childOf(trak, 'mdia', 'minf', 'dinf', 'dref');
  if (!references) return false;
  return [...boxesIn(references.subarray(FULL + 4))].some(
    ({ content }) =>
      (content.readUInt32BE(0) & SELF_CONTAINED) === 0 && content.subarray(FULL).some((byte) => byte !== 0),
  );
}
