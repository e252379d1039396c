import { z } from 'zod';
import { SERVICE_SCOPES, type MadeServiceKey, type ServiceKey } from '../../../src/identity/index.ts';
import { toRfc3339 } from '../../../src/kernel/instant.ts';
import { Time, timeOf } from '../schemas.ts';

export const ServiceKeyView = z
  .object({
    id: z.string(),
    name: z.string(),
    scopes: z.array(z.enum(SERVICE_SCOPES)),
    prefix: z.string().meta({ description: 'How the key begins, to recognise it by.' }),
    created_by: z.string().meta({ description: 'The account of an admin.' }),
    created_at: Time,
    last_used_at: Time.nullable().meta({ description: 'To the minute.' }),
    expires_at: Time.nullable(),
    revoked_at: Time.nullable(),
  })
  .meta({ id: 'ServiceKey' });

export const serviceKeyView = (key: ServiceKey): z.input<typeof ServiceKeyView> => ({
  id: key.id,
  name: key.name,
  scopes: [...key.scopes],
  prefix: key.prefix,
  created_by: key.createdBy,
  created_at: toRfc3339(key.createdAt),
  last_used_at: timeOf(key.lastUsedAt),
  expires_at: timeOf(key.expiresAt),
  revoked_at: timeOf(key.revokedAt),
});

export const NewServiceKeyView = ServiceKeyView.extend({
  key: z.string().meta({ description: 'For `Authorization: Bearer usk_…`. Shown here, and never again.' }),
}).meta({ id: 'NewServiceKey' });

export const newServiceKeyView = ({
  serviceKey,
  key,
}: MadeServiceKey): z.input<typeof NewServiceKeyView> => ({ ...serviceKeyView(serviceKey), key });
