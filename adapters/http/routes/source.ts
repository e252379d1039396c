import { catalogRefusals } from '../../../src/catalog/index.ts';
import type { RawRoute } from '../route.ts';
import { sendFile } from '../send-file.ts';

const { notFound, sourceLinkInvalid, sourceLinkExpired } = catalogRefusals;

/** What a file is called by its type, as the first bytes told it. */
const ENDINGS: Readonly<Record<string, string>> = {
  'video/mp4': 'mp4',
  'video/quicktime': 'mov',
  'video/webm': 'webm',
  'video/x-matroska': 'mkv',
  'audio/mpeg': 'mp3',
  'audio/mp4': 'm4a',
  'audio/flac': 'flac',
  'audio/ogg': 'ogg',
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/webp': 'webp',
};

/** Made of our own key alone: nothing that a title is called ends up in a header, or on somebody's disk. */
const nameOf = (storageKey: string, contentType: string): string =>
  `source-${storageKey}.${ENDINGS[contentType] ?? 'bin'}`;

/** An asset as it was uploaded: no stream, no lease, and no size left out. Who has the link has the right. */
export const sourceRoutes: readonly RawRoute[] = [
  {
    method: 'get',
    path: '/media/source/{token}',
    tag: 'Media',
    summary:
      'An asset as it was uploaded, whole or by ranges, by the `source_url` that its managers are shown',
    refuses: [sourceLinkInvalid.code, sourceLinkExpired.code, notFound.code, 'request.range-not-satisfiable'],
    serve: async ({ catalog }, request, response) => {
      const { storageKey, contentType, ...file } = await catalog.openSource(request.params['token'] ?? '');
      await sendFile(request, response, {
        bytes: file.bytes,
        contentType,
        // What lies under a key never changes, so the key is the strongest tag there is.
        etag: `"${storageKey}"`,
        modifiedAt: file.modifiedAt,
        cacheControl: 'private, no-store',
        savedAs: nameOf(storageKey, contentType),
        open: file.open,
      });
    },
  },
];
