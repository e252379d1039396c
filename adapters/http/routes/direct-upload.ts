import { z } from 'zod';
import { catalogRefusals } from '../../../src/catalog/index.ts';
import { route, type Route } from '../route.ts';
import { IdParam } from '../schemas.ts';
import { DirectUploadView, directUploadView } from '../views/direct-upload.ts';
import { KIND_PATHS } from './titles.ts';

const { notFound, uploadTooLarge, uploadSuperseded, notTakenDirectly, providerUnavailable } = catalogRefusals;

/** Files that need not pass through here: they are sent to the media provider by whoever asked for a place there. */
export const directUploadRoutes: readonly Route[] = KIND_PATHS.map(({ kind, path }) =>
  route({
    method: 'post',
    path: `${path}/{id}/media/direct-upload`,
    tag: 'Media',
    summary: `Ask for a place at the media provider to send the media of a ${kind} title to; the old one serves until it is ready`,
    access: 'admin',
    provider: ['mux', 'cloudflare'],
    params: IdParam,
    body: z.object({
      bytes: z
        .number()
        .int()
        .min(1)
        .max(Number.MAX_SAFE_INTEGER)
        .optional()
        .meta({ description: 'Of the file. A provider may want large files to be sent in another way.' }),
    }),
    object: 'title',
    reply: { status: 201, schema: DirectUploadView },
    refuses: [
      ...[notFound, uploadTooLarge, uploadSuperseded, providerUnavailable],
      // There is no provider that does not take videos.
      ...(kind === 'music' ? [notTakenDirectly] : []),
    ].map(({ code }) => code),
    handle: async ({ catalog }, { params, body }) => ({
      body: directUploadView(
        await catalog.beginDirectUpload({ title: { id: params.id, kind }, bytes: body.bytes ?? null }),
      ),
    }),
  }),
);
