import type { ServerResponse } from 'node:http';
import { DomainError } from '../../../src/kernel/domain-error.ts';
import { playbackRefusals, type Playback } from '../../../src/playback/index.ts';
import type { RawRoute } from '../route.ts';
import { sendFile } from '../send-file.ts';

interface Watch {
  readonly playback: Playback;
  readonly token: string;
  readonly response: ServerResponse;
  readonly checkMilliseconds: number;
}

/**
 * The bytes of a stream as long as it lives. A player may ask for a whole film at once, so the check at the
 * beginning is not enough: when the stream ends meanwhile, the connection is cut in the middle.
 */
async function* whileAlive(
  bytes: AsyncIterable<Uint8Array>,
  { playback, token, response, checkMilliseconds }: Watch,
): AsyncGenerator<Uint8Array> {
  let checkedAt = performance.now();
  for await (const chunk of bytes) {
    if (performance.now() - checkedAt >= checkMilliseconds) {
      checkedAt = performance.now();
      if (!(await isAlive(playback, token))) {
        response.destroy();
        return;
      }
    }
    yield chunk;
  }
}

async function isAlive(playback: Playback, token: string): Promise<boolean> {
  try {
    await playback.openMedia(token);
    return true;
  } catch (error) {
    if (error instanceof DomainError) return false;
    throw error;
  }
}

/**
 * Media is reached through tickets only; each request asks whether its stream still lives, and a long answer
 * asks again every `checkMilliseconds`.
 */
export const ticketedMedia = (checkMilliseconds: number): readonly RawRoute[] => [
  {
    method: 'get',
    path: '/media/file/{token}',
    tag: 'Media',
    summary: 'The media of a running stream, whole or by ranges',
    refuses: [
      'media.ticket-invalid',
      'media.ticket-expired',
      'playback.terminated',
      'playback.session-expired',
      'playback.session-stopped',
      'request.range-not-satisfiable',
      'request.not-found',
    ],
    serve: async ({ playback, catalog }, request, response) => {
      const token = request.params['token'] ?? '';
      const media = await playback.openMedia(token);
      if (media.form !== 'file') throw playbackRefusals.ticketInvalid();
      const file = await catalog.openMedia(media.storageKey);
      if (!file) throw playbackRefusals.notFound();
      await sendFile(request, response, {
        bytes: file.bytes,
        contentType: media.contentType,
        // What lies under a key never changes, so the key is the strongest tag there is.
        etag: `"${media.storageKey}"`,
        modifiedAt: file.modifiedAt,
        // Kept copies are asked about each time, so that they too end with the stream.
        cacheControl: 'private, no-cache',
        open: (span) => whileAlive(file.open(span), { playback, token, response, checkMilliseconds }),
      });
    },
  },
];

export const ticketedMediaRoutes = ticketedMedia(5_000);
