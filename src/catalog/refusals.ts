import { refusal } from '../kernel/domain-error.ts';
import { notFound } from '../kernel/not-found.ts';

const megabytes = (bytes: number): number => Math.floor(bytes / 1024 ** 2);

export const refusals = {
  notFound,
  titleNotReady: refusal(
    'conflict',
    'catalog.title-not-ready',
    'A title is published only with media that is ready: upload it first.',
  ),
  alreadyPublished: refusal(
    'conflict',
    'catalog.already-published',
    'The title is published: archive it before scheduling it anew.',
  ),
  notPublished: refusal(
    'conflict',
    'catalog.not-published',
    'A draft was never published, so it cannot be archived. It can be deleted.',
  ),
  creditsAfterEnd: refusal(
    'invalid',
    'catalog.credits-after-end',
    'The credits cannot start after the end of the title.',
  ),
  unknownGenre: refusal(
    'invalid',
    'catalog.unknown-genre',
    'At least one of the genres does not exist.',
    (ids: readonly string[]) => ({ unknown: ids }),
  ),
  titleCodeTaken: refusal('conflict', 'catalog.title-code-taken', 'Another title has this code.'),
  genreNameTaken: refusal('conflict', 'catalog.genre-name-taken', 'Another genre has this name.'),
  uploadTooLarge: refusal(
    'too-large',
    'catalog.upload-too-large',
    'The file is larger than what may be uploaded here.',
    (limitBytes: number) => ({ limit_bytes: limitBytes, limit_mb: megabytes(limitBytes) }),
  ),
  unsupportedMedia: refusal(
    'unsupported',
    'catalog.unsupported-media',
    'The file is not of a kind that can be used here, whatever its name or declared type.',
    (accepted: readonly string[]) => ({ accepted }),
  ),
  uploadTruncated: refusal(
    'invalid',
    'catalog.upload-truncated',
    'The upload ended before the whole file had arrived. Nothing was kept.',
  ),
  uploadSuperseded: refusal(
    'conflict',
    'catalog.upload-superseded',
    'A newer upload took the place of this one, or it took too long. Nothing was kept.',
  ),
  uploadOffset: refusal(
    'conflict',
    'catalog.upload-offset-mismatch',
    'Go on where the upload stands: everything before its offset is stored, and nothing behind it.',
    (offset: number) => ({ offset }),
  ),
  uploadTakenOver: refusal(
    'conflict',
    'catalog.upload-taken-over',
    'Another request goes on with this upload. Ask for its offset.',
  ),
  uploadDamaged: refusal(
    'damaged',
    'catalog.upload-damaged',
    'The bytes do not come to their checksum. None of them was kept.',
  ),
  uploadTorn: refusal('gone', 'catalog.upload-torn', 'The upload was broken off too often. Begin another.'),
  uploadEnded: refusal(
    'gone',
    'catalog.upload-ended',
    'The upload has ended, and nothing of it is kept. Begin another.',
    (failure: string) => ({ failure }),
  ),
  tooManyUploads: refusal(
    'conflict',
    'catalog.too-many-uploads',
    'As many resumable uploads are open as one account may have. Finish one, or give it up.',
    (limit: number) => ({ limit }),
  ),
  sourceLinkInvalid: refusal(
    'forbidden',
    'catalog.source-link-invalid',
    'This is not a link to an uploaded file.',
  ),
  sourceLinkExpired: refusal(
    'forbidden',
    'catalog.source-link-expired',
    'This link has run out. Ask for the asset again: its source_url is a new one.',
  ),
  storageFull: refusal(
    'unavailable',
    'catalog.storage-full',
    'There is no room for the file at the moment. Of a resumable upload, what came before is kept.',
    () => ({ retry_after_seconds: 60 }),
  ),
  providerUnavailable: refusal(
    'unavailable',
    'catalog.media-provider-unavailable',
    'The media provider does not take the file at the moment. Nothing was kept; try again.',
    () => ({ retry_after_seconds: 30 }),
  ),
  notTakenDirectly: refusal(
    'conflict',
    'catalog.no-direct-upload',
    'The media provider does not take titles of this kind: send the file here.',
  ),
  notResumable: refusal(
    'conflict',
    'catalog.no-resumable-upload',
    'The media provider takes files of this kind in one piece, or directly: see direct-upload.',
  ),
  webhookSignature: refusal(
    'invalid',
    'catalog.webhook-signature',
    'The webhook is not signed by its provider, or was signed more than five minutes ago.',
  ),
  webhookUnreadable: refusal(
    'invalid',
    'catalog.webhook-unreadable',
    'The webhook is signed, and tells of no media.',
  ),
};
