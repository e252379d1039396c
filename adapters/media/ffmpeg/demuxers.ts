/**
 * The reader of each content, by name: FFmpeg would otherwise guess, and a file that begins like a film and goes
 * on like a playlist must not choose who reads it.
 */
const DEMUXERS: Readonly<Record<string, string>> = {
  'video/mp4': 'mov',
  'video/quicktime': 'mov',
  'video/webm': 'matroska',
  'video/x-matroska': 'matroska',
  'audio/mpeg': 'mp3',
  'audio/mp4': 'mov',
  'audio/flac': 'flac',
  'audio/ogg': 'ogg',
};

/** Whether a content is made of the boxes of the ISO base media format. */
export const isIsoMedia = (contentType: string): boolean => DEMUXERS[contentType] === 'mov';

/** How a stored file is read: as what its first bytes told, from the disk alone. */
export function inputOf(contentType: string, path: string): readonly string[] {
  const demuxer = DEMUXERS[contentType];
  if (demuxer === undefined) throw new RangeError(`nothing reads ${contentType}`);
  return ['-protocol_whitelist', 'file', '-f', demuxer, '-i', `file:${path}`];
}
