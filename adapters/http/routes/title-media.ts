import { isId } from '../../../src/kernel/ids.ts';
import { ASSET_KINDS, catalogRefusals, type AssetKind } from '../../../src/catalog/index.ts';
import { bytesOf } from '../body.ts';
import { edgeRefusals } from '../edge-refusals.ts';
import { route, type RawRoute, type Route } from '../route.ts';
import { IdParam } from '../schemas.ts';
import { sendFile } from '../send-file.ts';
import { AcceptedView, acceptedView, AssetSlotView, assetSlotView } from '../views/catalog.ts';
import { KIND_PATHS } from './titles.ts';

const {
  notFound,
  uploadTooLarge,
  unsupportedMedia,
  uploadTruncated,
  uploadSuperseded,
  storageFull,
  providerUnavailable,
} = catalogRefusals;

/** What may be declared; what the file is, its first bytes tell. */
const DECLARED: Readonly<Record<AssetKind, readonly string[]>> = {
  media: ['video/*', 'audio/*', 'application/octet-stream'],
  trailer: ['video/*', 'audio/*', 'application/octet-stream'],
  poster: ['image/*', 'application/octet-stream'],
};

const uploadRoutes = ({ kind, path }: (typeof KIND_PATHS)[number]): readonly Route[] =>
  ASSET_KINDS.map((assetKind) =>
    route({
      method: 'put',
      path: `${path}/{id}/${assetKind}`,
      tag: 'Media',
      summary: `Upload the ${assetKind} of a ${kind} title; the old one serves until it is ready`,
      access: 'admin',
      params: IdParam,
      upload: { types: DECLARED[assetKind] },
      object: 'title',
      reply: { status: 202, schema: AcceptedView },
      refuses: [
        notFound,
        uploadTooLarge,
        unsupportedMedia,
        uploadTruncated,
        uploadSuperseded,
        storageFull,
        ...(assetKind === 'media' ? [providerUnavailable] : []),
      ].map(({ code }) => code),
      handle: async ({ catalog }, { params, upload }) => {
        // Without a body the edge has refused already.
        if (!upload) throw uploadTruncated();
        const asset = await catalog.upload({
          title: { id: params.id, kind },
          kind: assetKind,
          stream: bytesOf(upload.stream),
          contentLength: upload.contentLength,
        });
        return { body: acceptedView(asset) };
      },
    }),
  );

const statusRoutes = ({ kind, path }: (typeof KIND_PATHS)[number]): readonly Route[] =>
  ASSET_KINDS.map((assetKind) =>
    route({
      method: 'get',
      path: `${path}/{id}/${assetKind}`,
      tag: 'Media',
      summary: `Show how the ${assetKind} of a ${kind} title is doing`,
      access: 'admin',
      params: IdParam,
      object: 'title',
      reply: { status: 200, schema: AssetSlotView },
      refuses: [notFound.code],
      handle: async ({ catalog }, { params }) => ({
        body: assetSlotView(await catalog.assetOf({ id: params.id, kind }, assetKind)),
      }),
    }),
  );

export const titleMediaRoutes: readonly Route[] = KIND_PATHS.flatMap((each) => [
  ...statusRoutes(each),
  ...uploadRoutes(each),
]);

export const publicMediaRoutes: readonly RawRoute[] = [
  {
    method: 'get',
    path: '/media/public/{asset_id}',
    tag: 'Media',
    summary: 'Read a poster or a trailer, whole or in part',
    refuses: [notFound.code, 'request.range-not-satisfiable'],
    serve: async ({ catalog }, request, response) => {
      const assetId = request.params['asset_id'] ?? '';
      if (!isId(assetId)) throw edgeRefusals.notFound();
      const file = await catalog.publicFile(assetId);
      const media = await catalog.openMedia(file.storageKey);
      if (!media) throw edgeRefusals.notFound();
      // Posters are shown by pages of any origin.
      response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
      response.setHeader('Access-Control-Allow-Origin', '*');
      await sendFile(request, response, {
        bytes: media.bytes,
        contentType: file.contentType,
        etag: `"${file.sha256}"`,
        modifiedAt: media.modifiedAt,
        cacheControl: 'public, max-age=86400',
        open: media.open,
      });
    },
  },
];
