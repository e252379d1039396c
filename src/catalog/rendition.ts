/** The steps of the ladder, in lines: the plans' resolutions. */
const LADDER = [480, 720, 1080, 2160] as const;

export interface PictureSize {
  /** In pixels, as shown: turned and stretched as the file asks for. */
  readonly width: number;
  readonly height: number;
}

/** One encoding of a title: a picture of one size with its sound, or the sound alone. Measured, not planned. */
export interface Rendition {
  /** `720p`; `audio` for sound alone. */
  readonly name: string;
  /** The step that it stands on, which a plan's resolution is compared with; 0 for sound alone. */
  readonly lines: number;
  /** In pixels; null for sound alone, and so are `height` and `frameRate`. */
  readonly width: number | null;
  readonly height: number | null;
  readonly frameRate: number | null;
  /** As RFC 6381 names them, separated by commas. */
  readonly codecs: string;
  /** The greatest rate of a stretch of segments, in bits per second, and the average of all. */
  readonly bandwidth: number;
  readonly averageBandwidth: number;
}

export interface PlannedPicture extends PictureSize {
  readonly lines: number;
}

/**
 * The pictures to encode, lowest first. A step's picture fits into a 16:9 frame of so many lines, turned for
 * a portrait, so that a wide film of 1920 × 800 stands on the step that its viewers would name. Nothing is
 * enlarged; what is smaller than the lowest step is encoded once, as it is.
 */
export function ladderOf(source: PictureSize): readonly PlannedPicture[] {
  const steps = LADDER.flatMap((lines) => {
    const scale = scaleInto(lines, source);
    return scale > 1 ? [] : [{ lines, ...scaled(source, scale) }];
  });
  return steps.length > 0 ? steps : [{ lines: ownLines(source), ...scaled(source, 1) }];
}

function scaleInto(lines: number, { width, height }: PictureSize): number {
  const [long, short] = [Math.max(width, height), Math.min(width, height)];
  return Math.min(Math.ceil((lines * 16) / 9) / long, lines / short);
}

/** The lines of the 16:9 frame that a picture fills. */
const ownLines = ({ width, height }: PictureSize): number =>
  Math.max(Math.min(width, height), Math.ceil((Math.max(width, height) * 9) / 16));

const scaled = ({ width, height }: PictureSize, scale: number): PictureSize => ({
  width: even(width * scale, width),
  height: even(height * scale, height),
});

/** H.264 halves its colours, so that a picture has an even number of columns and lines; at most so many. */
function even(pixels: number, most: number): number {
  const nearest = 2 * Math.round(pixels / 2);
  return Math.max(2, nearest > most ? nearest - 2 : nearest);
}
