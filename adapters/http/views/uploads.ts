import { z } from 'zod';
import { ASSET_KINDS, ASSET_STATUSES, type UploadStanding } from '../../../src/catalog/index.ts';
import { Time, timeOf } from '../schemas.ts';

export const UploadView = z
  .object({
    id: z.string().meta({ description: 'Of the upload, and of the asset whose file it is.' }),
    title_id: z.string(),
    kind: z.enum(ASSET_KINDS),
    status: z.enum(ASSET_STATUSES).meta({ description: 'Of the asset.' }),
    length: z.number().int().meta({ description: 'Bytes.' }),
    offset: z.number().int().meta({ description: 'Bytes that are safely stored.' }),
    expires_at: Time.nullable().meta({ description: 'Kept until then, when nothing more comes.' }),
  })
  .meta({ id: 'Upload' });

export const uploadView = ({ upload, asset }: UploadStanding): z.input<typeof UploadView> => ({
  id: upload.id,
  title_id: asset.titleId,
  kind: asset.kind,
  status: asset.status,
  length: upload.lengthBytes,
  offset: upload.offsetBytes,
  expires_at: timeOf(asset.dueAt),
});
