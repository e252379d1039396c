import { pictureTypeOf } from './picture.ts';

export interface PixelSize {
  /** In pixels. */
  readonly width: number;
  readonly height: number;
}

/** A page that shows more than this has to unpack it first: 50 megapixels are 200 MB. */
const MAX_SIDE = 10_000;
const MAX_PIXELS = 50_000_000;

export const isOversized = ({ width, height }: PixelSize): boolean =>
  Math.max(width, height) > MAX_SIDE || width * height > MAX_PIXELS;

/**
 * The size that a picture's first bytes tell; `more`: these are too few of them; `unknown`: they are not those of
 * a picture after all.
 */
export function pixelSizeOf(bytes: Uint8Array): PixelSize | 'more' | 'unknown' {
  switch (pictureTypeOf(bytes)) {
    case 'image/png':
      return bytes.length < 24 ? 'more' : { width: number(bytes, 16, 4), height: number(bytes, 20, 4) };
    case 'image/webp':
      return bytes.length < 30 ? 'more' : webpSize(bytes);
    case 'image/jpeg':
      return jpegSize(bytes);
    case undefined:
      return 'unknown';
  }
}

/** A big-endian number of so many bytes. */
function number(bytes: Uint8Array, offset: number, length: number): number {
  let value = 0;
  for (const byte of bytes.subarray(offset, offset + length)) value = value * 256 + byte;
  return value;
}

/** WebP counts the other way round. */
const littleEndian = (bytes: Uint8Array, offset: number, length: number): number =>
  number(bytes.slice(offset, offset + length).reverse(), 0, length);

const FOURTEEN_BITS = 0x3fff;
/** The last letter of the chunk that follows: `VP8 ` is lossy, `VP8L` lossless, `VP8X` says it in front. */
const LOSSY = 0x20;
const LOSSLESS = 0x4c;

function webpSize(bytes: Uint8Array): PixelSize {
  if (bytes[15] === LOSSY) {
    const side = (offset: number): number => littleEndian(bytes, offset, 2) & FOURTEEN_BITS;
    return { width: side(26), height: side(28) };
  }
  if (bytes[15] === LOSSLESS) {
    const packed = littleEndian(bytes, 21, 4);
    return { width: (packed & FOURTEEN_BITS) + 1, height: ((packed >>> 14) & FOURTEEN_BITS) + 1 };
  }
  return { width: littleEndian(bytes, 24, 3) + 1, height: littleEndian(bytes, 27, 3) + 1 };
}

/** Markers that stand alone, without a length. */
const isAlone = (marker: number): boolean => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
/** Start of frame, of whatever process; the three in between are tables. */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
const SCAN = 0xda;
const END = 0xd9;

/** Walks from segment to segment up to the frame, which may lie behind a colour profile of many kilobytes. */
function jpegSize(bytes: Uint8Array): PixelSize | 'more' | 'unknown' {
  for (let at = 2; at + 9 <= bytes.length;) {
    if (bytes[at] !== 0xff) return 'unknown';
    const marker = bytes[at + 1] ?? 0;
    // Fill bytes may stand in front of any marker.
    if (marker === 0xff) at += 1;
    else if (isAlone(marker)) at += 2;
    else if (marker === SCAN || marker === END) return 'unknown';
    else if (isFrame(marker)) return { width: number(bytes, at + 7, 2), height: number(bytes, at + 5, 2) };
    else at += 2 + number(bytes, at + 2, 2);
  }
  return 'more';
}
