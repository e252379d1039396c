import { boxesIn, childOf } from './boxes.ts';

/** A track of a segment's head, as far as a playlist tells of it. */
export interface Track {
  readonly id: number;
  /** As RFC 6381 names it. */
  readonly codec: string;
  /** In pixels; null for sound. */
  readonly picture: { readonly width: number; readonly height: number } | null;
}

/** The tracks that a `moov` box describes. */
export const tracksIn = (moov: Buffer): readonly Track[] =>
  [...boxesIn(moov)].filter(({ type }) => type === 'trak').map(({ content }) => trackOf(content));

/** Where the tables of boxes begin that have a version and flags in front. */
const FULL = 4;

function trackOf(trak: Buffer): Track {
  const header = needed(childOf(trak, 'tkhd'), 'tkhd');
  const id = header.readUInt32BE(header.readUInt8(0) === 1 ? 20 : 12);
  const table = needed(childOf(trak, 'mdia', 'minf', 'stbl', 'stsd'), 'stsd');
  const [entry] = [...boxesIn(table.subarray(FULL + 4))];
  if (entry?.type === 'avc1') return { id, ...avcOf(entry.content) };
  if (entry?.type === 'mp4a') return { id, codec: aacOf(entry.content), picture: null };
  throw new RangeError(`a track of ${entry?.type ?? 'nothing'}`);
}

/** `avc1.PPCCLL`: profile, constraints and level, as the decoder is told them. */
function avcOf(entry: Buffer): Omit<Track, 'id'> {
  const configuration = needed(childOf(entry.subarray(78), 'avcC'), 'avcC');
  return {
    codec: `avc1.${configuration.toString('hex', 1, 4)}`,
    picture: { width: entry.readUInt16BE(24), height: entry.readUInt16BE(26) },
  };
}

const DECODER_CONFIGURATION = 0x04;
const DECODER_SPECIFIC = 0x05;

/** `mp4a.40.O`: MPEG-4 audio, and which kind of it. */
function aacOf(entry: Buffer): string {
  const descriptor = needed(childOf(entry.subarray(28), 'esds'), 'esds').subarray(FULL);
  const configuration = descriptorIn(descriptor.subarray(headOf(descriptor) + 3), DECODER_CONFIGURATION);
  const specific = descriptorIn(configuration.subarray(13), DECODER_SPECIFIC);
  const objectType = specific.readUInt8(0) >> 3;
  return `mp4a.${configuration.toString('hex', 0, 1)}.${objectType}`;
}

/** A descriptor has a tag, and a length in one to four bytes of seven bits each. */
function headOf(descriptor: Buffer): number {
  let at = 1;
  while (at < 5 && (descriptor.readUInt8(at) & 0x80) !== 0) at += 1;
  return at + 1;
}

function descriptorIn(bytes: Buffer, tag: number): Buffer {
  if (bytes.readUInt8(0) !== tag) throw new RangeError(`descriptor ${bytes.readUInt8(0)} instead of ${tag}`);
  return bytes.subarray(headOf(bytes));
}

/** How many samples of a track the `moof` box of a segment announces. */
export function samplesOf(track: Track, moof: Buffer): number {
  let samples = 0;
  for (const { type, content } of boxesIn(moof)) {
    if (type !== 'traf') continue;
    const header = needed(childOf(content, 'tfhd'), 'tfhd');
    if (header.readUInt32BE(FULL) !== track.id) continue;
    for (const run of boxesIn(content)) if (run.type === 'trun') samples += run.content.readUInt32BE(FULL);
  }
  return samples;
}

function needed(box: Buffer | undefined, type: string): Buffer {
  if (!box) throw new RangeError(`no box ${type}`);
  return box;
}
