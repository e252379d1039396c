import { z } from 'zod';
import { SERVICE_KEY_NAME_LENGTH, SERVICE_SCOPES } from '../../../src/identity/index.ts';
import { route } from '../route.ts';
import { IdParam, InstantText, ListOf, listOf, PageQuery, pageRequest } from '../schemas.ts';
import {
  NewServiceKeyView,
  newServiceKeyView,
  ServiceKeyView,
  serviceKeyView,
} from '../views/service-keys.ts';

const ServiceKeyBody = z.object({
  name: z
    .string()
    .trim()
    .min(1)
    .max(SERVICE_KEY_NAME_LENGTH)
    .meta({ description: 'Whose key it is, for those who look after them.' }),
  scopes: z.array(z.enum(SERVICE_SCOPES)).min(1).max(SERVICE_SCOPES.length),
  expires_at: InstantText.nullable().default(null).meta({
    description: "Null: until it is deleted. By the system's time, whatever the virtual clock says.",
  }),
});

/** The keys of other back ends. Who made and who ended one is in the audit log, in the same transaction. */
export const serviceKeyRoutes = [
  route({
    method: 'get',
    path: '/service-keys',
    tag: 'Service keys',
    summary: 'List the service keys that were not deleted, newest first',
    access: 'admin',
    query: PageQuery,
    reply: { status: 200, schema: ListOf(ServiceKeyView) },
    refuses: [],
    handle: async ({ identity }, { query }) => ({
      body: listOf(await identity.listServiceKeys(pageRequest(query)), serviceKeyView),
    }),
  }),

  route({
    method: 'get',
    path: '/service-keys/{id}',
    tag: 'Service keys',
    summary: 'Show one service key, also what is left of a deleted one',
    access: 'admin',
    params: IdParam,
    reply: { status: 200, schema: ServiceKeyView },
    refuses: ['request.not-found'],
    handle: async ({ identity }, { params }) => ({
      body: serviceKeyView(await identity.findServiceKey(params.id)),
    }),
  }),

  route({
    method: 'post',
    path: '/service-keys',
    tag: 'Service keys',
    summary: 'Make a service key: the answer shows it, once',
    access: 'admin',
    body: ServiceKeyBody,
    reply: { status: 201, schema: NewServiceKeyView },
    refuses: ['identity.too-many-service-keys'],
    handle: async ({ identity }, { actor, address, body: { name, scopes, expires_at: expiresAt } }) => ({
      body: newServiceKeyView(
        await identity.createServiceKey({ actor, address, draft: { name, scopes, expiresAt } }),
      ),
    }),
  }),

  route({
    method: 'delete',
    path: '/service-keys/{id}',
    tag: 'Service keys',
    summary: 'Revoke a service key: it opens nothing any more',
    access: 'admin',
    params: IdParam,
    reply: { status: 204 },
    refuses: ['request.not-found'],
    handle: async ({ identity }, { actor, address, params: { id } }) => {
      await identity.revokeServiceKey({ actor, address, id });
      return { body: undefined };
    },
  }),
];
