import type { Rendition } from '../../../src/catalog/index.ts';

/**
 * The multivariant playlist over renditions (RFC 8216, 4.3.4): lowest first, so that a player which takes the
 * first one begins at once everywhere. Its addresses are relative, and so inherit the ticket.
 */
export function multivariantPlaylist(renditions: readonly Rendition[]): string {
  const variants = [...renditions]
    .sort((a, b) => a.bandwidth - b.bandwidth)
    .flatMap((rendition) => [
      `#EXT-X-STREAM-INF:${attributesOf(rendition).join(',')}`,
      `${rendition.name}/index.m3u8`,
    ]);
  return ['#EXTM3U', '#EXT-X-VERSION:7', '#EXT-X-INDEPENDENT-SEGMENTS', ...variants, ''].join('\n');
}

const attributesOf = (rendition: Rendition): readonly string[] => [
  `BANDWIDTH=${rendition.bandwidth}`,
  `AVERAGE-BANDWIDTH=${rendition.averageBandwidth}`,
  `CODECS="${rendition.codecs}"`,
  ...(rendition.width === null ? [] : [`RESOLUTION=${rendition.width}x${rendition.height}`]),
  ...(rendition.frameRate === null ? [] : [`FRAME-RATE=${rendition.frameRate.toFixed(3)}`]),
];
