import { DomainError } from '../../../src/kernel/domain-error.ts';
import { isId } from '../../../src/kernel/ids.ts';
import {
  catalogRefusals,
  type Catalog,
  type Digest,
  type UploadRef,
  type UploadStanding,
} from '../../../src/catalog/index.ts';
import { bytesOf } from '../body.ts';
import { edgeRefusals } from '../edge-refusals.ts';
import { route, type Route, type Upload } from '../route.ts';
import { IdParam } from '../schemas.ts';
import {
  ANNOUNCED_HEADERS,
  announcedHeaders,
  CreationHead,
  PatchHead,
  STANDING_HEADERS,
  standingHeaders,
  TUS,
  TUS_TYPE,
} from '../tus.ts';
import { UploadView, uploadView } from '../views/uploads.ts';

const {
  notFound,
  uploadTooLarge,
  uploadTruncated,
  unsupportedMedia,
  storageFull,
  uploadOffset,
  uploadTakenOver,
  uploadDamaged,
  uploadTorn,
  uploadEnded,
  tooManyUploads,
  notResumable,
} = catalogRefusals;

/** What a file is refused for, whoever has it taken in. */
const FILE_REFUSALS = [unsupportedMedia.code, uploadTruncated.code, storageFull.code];

interface Sending {
  readonly ref: UploadRef;
  readonly offset: number;
  readonly upload: Upload | undefined;
  readonly digest: Digest | undefined;
}

/** The body of a request goes behind what came before; without one, what is whole is finished. */
const resume = (catalog: Catalog, { ref, offset, upload, digest }: Sending): Promise<UploadStanding> =>
  catalog.resumeUpload({
    ref,
    offset,
    stream: upload ? bytesOf(upload.stream) : nothing(),
    contentLength: upload ? upload.contentLength : 0,
    digest: digest ?? null,
  });

async function* nothing(): AsyncGenerator<Uint8Array> {
  // There is no body.
}

const isOver = (error: unknown): boolean =>
  error instanceof DomainError && (error.kind === 'gone' || error.kind === 'not-found');

/** With the first bytes. Nobody could go on with one that they were never told of, so a refusal leaves none. */
async function begun(catalog: Catalog, sending: Sending): Promise<UploadStanding> {
  try {
    return await resume(catalog, sending);
  } catch (error) {
    if (!isOver(error)) await catalog.abandonUpload(sending.ref);
    throw error;
  }
}

export const uploadRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/uploads',
    tag: 'Media',
    summary: 'Begin a resumable upload (tus 1.0) of a title’s media, trailer or poster',
    access: 'admin',
    protocol: TUS,
    head: CreationHead,
    upload: { types: [TUS_TYPE], isOptional: true },
    reply: {
      status: 201,
      schema: UploadView,
      headers: { Location: 'Where the upload goes on.', ...STANDING_HEADERS },
    },
    refuses: [notFound, notResumable, tooManyUploads, uploadTooLarge, uploadDamaged, uploadEnded]
      .map(({ code }) => code)
      .concat(FILE_REFUSALS),
    handle: async ({ catalog }, { actor: { accountId }, head, headers, upload }) => {
      const { 'upload-length': lengthBytes, 'upload-metadata': about, 'upload-checksum': digest } = head;
      if (!isId(about.title_id)) throw edgeRefusals.notFound();
      const metadata = String(headers['upload-metadata']);
      const wanted = { titleId: about.title_id, kind: about.kind, accountId, lengthBytes, metadata };
      const created = await catalog.beginResumableUpload(wanted);
      const { id } = created.upload;
      const sending = { ref: { id, accountId }, offset: 0, upload, digest };
      const standing = upload ? await begun(catalog, sending) : created;
      return {
        body: uploadView(standing),
        headers: { Location: `/api/v1/uploads/${id}`, ...standingHeaders(standing) },
      };
    },
  }),
  route({
    method: 'get',
    path: '/uploads/{id}',
    tag: 'Media',
    summary: 'Show how far an upload has come (tus asks this with HEAD); one that is whole is finished first',
    access: 'admin',
    protocol: TUS,
    params: IdParam,
    object: 'upload',
    reply: { status: 200, schema: UploadView, headers: { ...STANDING_HEADERS, ...ANNOUNCED_HEADERS } },
    refuses: [notFound.code, uploadEnded.code, ...FILE_REFUSALS],
    handle: async ({ catalog }, { actor: { accountId }, params: { id } }) => {
      const standing = await catalog.resumableUpload({ id, accountId });
      return {
        body: uploadView(standing),
        headers: { ...standingHeaders(standing), ...announcedHeaders(standing) },
      };
    },
  }),
  route({
    method: 'patch',
    path: '/uploads/{id}',
    tag: 'Media',
    summary: 'Send what comes next of an upload; with its last byte the file is taken in, or refused',
    access: 'admin',
    protocol: TUS,
    params: IdParam,
    head: PatchHead,
    upload: { types: [TUS_TYPE] },
    object: 'upload',
    reply: { status: 204, headers: STANDING_HEADERS },
    refuses: [notFound, uploadOffset, uploadTakenOver, uploadTooLarge, uploadDamaged, uploadTorn, uploadEnded]
      .map(({ code }) => code)
      .concat(FILE_REFUSALS),
    handle: async ({ catalog }, { actor: { accountId }, params: { id }, head, upload }) => {
      const { 'upload-offset': offset, 'upload-checksum': digest } = head;
      const standing = await resume(catalog, { ref: { id, accountId }, offset, upload, digest });
      return { body: undefined, headers: standingHeaders(standing) };
    },
  }),
  route({
    method: 'delete',
    path: '/uploads/{id}',
    tag: 'Media',
    summary: 'Give an upload up; the file of one that was finished stays with its title',
    access: 'admin',
    protocol: TUS,
    params: IdParam,
    object: 'upload',
    reply: { status: 204 },
    refuses: [notFound.code],
    handle: async ({ catalog }, { actor: { accountId }, params: { id } }) => {
      await catalog.abandonUpload({ id, accountId });
      return { body: undefined };
    },
  }),
];
