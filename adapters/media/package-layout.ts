import { z } from 'zod';
import type { PackagePart, Rendition } from '../../src/catalog/index.ts';

/** The file at the top of a package that says what is in it: it outlives the asset's row. */
export const DESCRIPTION = 'renditions.json';

/** Every name that a part may have. What came with a request becomes a path only through these. */
const RENDITION = /^(?:[1-9]\d{0,4}p|audio)$/;
const PART = /^(?:index\.m3u8|init\.mp4|seg-\d{5}\.m4s)$/;

/** The place of a part below its package; throws for what is no part's name. */
export function partPath({ rendition, name }: Omit<PackagePart, 'packageKey'>): string {
  if (!RENDITION.test(rendition) || !PART.test(name)) throw new RangeError('not a part of a package');
  return `${rendition}/${name}`;
}

const Renditions = z.array(
  z.object({
    name: z.string(),
    lines: z.number(),
    width: z.number().nullable(),
    height: z.number().nullable(),
    frameRate: z.number().nullable(),
    codecs: z.string(),
    bandwidth: z.number(),
    averageBandwidth: z.number(),
  }),
);

export const descriptionOf = (renditions: readonly Rendition[]): string => JSON.stringify(renditions);
export const renditionsIn = (text: string): readonly Rendition[] => Renditions.parse(JSON.parse(text));
