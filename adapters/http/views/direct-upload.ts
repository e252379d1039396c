import { z } from 'zod';
import { UPLOAD_PROTOCOLS, type DirectUpload } from '../../../src/catalog/index.ts';
import { toRfc3339 } from '../../../src/kernel/instant.ts';
import { Time } from '../schemas.ts';
import { AcceptedView, acceptedView } from './catalog.ts';

const UploadPlaceView = z
  .object({
    url: z.string().meta({ description: 'Whoever has it may send one file there: keep it.' }),
    protocol: z.enum(UPLOAD_PROTOCOLS).meta({
      description:
        'How the file is sent: `put`, as the body; `form`, as the field `file` of a multipart form; `tus`, in pieces, by tus 1.0, to an upload that was made already.',
    }),
    method: z.enum(['PUT', 'POST', 'PATCH']),
    headers: z.record(z.string(), z.string()).meta({ description: 'To be sent with the file.' }),
    expires_at: Time,
  })
  .meta({ id: 'UploadPlace' });

export const DirectUploadView = AcceptedView.extend({ upload: UploadPlaceView });

export const directUploadView = ({ asset, place }: DirectUpload): z.input<typeof DirectUploadView> => ({
  ...acceptedView(asset),
  upload: {
    url: place.url,
    protocol: place.protocol,
    method: place.method,
    headers: { ...place.headers },
    expires_at: toRfc3339(place.expiresAt),
  },
});
