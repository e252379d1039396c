import { z } from 'zod';
import { route } from '../route.ts';
import { IdParam, ListOf, listOf, PageQuery, pageRequest } from '../schemas.ts';
import { AdminAccountView, adminAccountView, AuditEntryView, auditEntryView } from '../views/admin.ts';

/** What operators do with accounts. Each change is in the audit log, in the transaction that makes it. */
export const adminRoutes = [
  route({
    method: 'get',
    path: '/admin/accounts',
    tag: 'Administration',
    summary: 'Find accounts, newest first',
    access: 'admin',
    query: PageQuery.extend({
      search: z
        .string()
        .trim()
        .max(254)
        .optional()
        .meta({ description: 'A part of the address or of the name, whatever the case.' }),
    }),
    reply: { status: 200, schema: ListOf(AdminAccountView) },
    refuses: [],
    handle: async ({ identity }, { query }) => {
      const search = query.search === '' ? null : (query.search ?? null);
      return { body: listOf(await identity.listAccounts(pageRequest(query), { search }), adminAccountView) };
    },
  }),

  route({
    method: 'get',
    path: '/admin/accounts/{id}',
    tag: 'Administration',
    summary: 'Show one account, also what is left of a deleted one',
    access: 'admin',
    params: IdParam,
    reply: { status: 200, schema: AdminAccountView },
    refuses: ['request.not-found'],
    handle: async ({ identity }, { params }) => ({
      body: adminAccountView(await identity.findAccount(params.id)),
    }),
  }),

  route({
    method: 'patch',
    path: '/admin/accounts/{id}',
    tag: 'Administration',
    summary: 'Suspend or reinstate an account, or make it an admin',
    access: 'admin',
    params: IdParam,
    body: z.object({
      suspended: z.boolean().optional().meta({ description: '`true` ends sessions and streams at once.' }),
      is_admin: z
        .literal(true)
        .optional()
        .meta({ description: 'Granted here; taken away by suspending the account.' }),
    }),
    reply: { status: 200, schema: AdminAccountView },
    refuses: ['request.not-found', 'identity.self-suspension'],
    handle: async ({ identity }, { actor, params, body, address }) => {
      const on = { actor, accountId: params.id, address };
      if (body.suspended === true) await identity.suspendAccount(on);
      if (body.suspended === false) await identity.reinstateAccount(on);
      if (body.is_admin === true) await identity.grantAdmin(on);
      return { body: adminAccountView(await identity.findAccount(params.id)) };
    },
  }),

  route({
    method: 'get',
    path: '/admin/audit-log',
    tag: 'Administration',
    summary: 'Read the audit log, newest first',
    access: 'admin',
    query: PageQuery.extend({
      account_id: z
        .string()
        .max(64)
        .optional()
        .meta({ description: 'Only what concerns this account, deleted or not.' }),
    }),
    reply: { status: 200, schema: ListOf(AuditEntryView) },
    refuses: [],
    handle: async ({ identity }, { query }) => {
      const accountId = query.account_id ?? null;
      return { body: listOf(await identity.listAudit(pageRequest(query), { accountId }), auditEntryView) };
    },
  }),
];
