import { z } from 'zod';
import { identityRefusals } from '../../../src/identity/index.ts';
import { busy } from '../../../src/kernel/unit-of-work.ts';
import { ListOf, listOf, IdParam, PageQuery, pageRequest } from '../schemas.ts';
import { route, type RawRoute, type Upload } from '../route.ts';
import { sendFile } from '../send-file.ts';
import { bodyTimedOut, edgeRefusals } from '../edge-refusals.ts';
import {
  AccountExportView,
  accountExportView,
  AccountSessionView,
  accountSessionView,
  AccountView,
  accountView,
} from '../views/identity.ts';
import { GivenPassword, NewPassword, ProfileBody } from './identity.ts';

/** A picture lies in memory while it arrives, so it may not take its time. */
const PICTURE_MS = 30_000;

/** Whose picture is arriving: one at a time, or one account could have us hold thousands half-sent. */
const arriving = new Set<string>();

async function pictureOf(accountId: string, upload: Upload, limitBytes: number): Promise<Buffer> {
  if ((upload.contentLength ?? 0) > limitBytes) throw identityRefusals.pictureTooLarge(limitBytes);
  if (arriving.has(accountId)) throw busy();
  arriving.add(accountId);
  const late = setTimeout(() => upload.stream.destroy(bodyTimedOut()), PICTURE_MS);
  try {
    return await bytesOf(upload, limitBytes);
  } finally {
    clearTimeout(late);
    arriving.delete(accountId);
  }
}

/** Reads an upload into memory, up to the limit: a picture is looked at as a whole. */
async function bytesOf({ stream }: Upload, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Left open when reading stops early, so that the refusal can still be answered.
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    const bytes: Buffer = chunk;
    size += bytes.length;
    if (size > limitBytes) throw identityRefusals.pictureTooLarge(limitBytes);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** What somebody signed in does with their own account. */
export const meRoutes = [
  route({
    method: 'get',
    path: '/accounts/me',
    tag: 'Accounts',
    summary: 'Show your profile',
    access: 'account',
    reply: { status: 200, schema: AccountView },
    refuses: [],
    handle: async ({ identity }, { actor }) => ({ body: accountView(await identity.showProfile(actor)) }),
  }),

  route({
    method: 'patch',
    path: '/accounts/me',
    tag: 'Accounts',
    summary: 'Edit your profile',
    access: 'account',
    body: ProfileBody,
    reply: { status: 200, schema: AccountView },
    refuses: [],
    handle: async ({ identity }, { actor, body: changes }) => ({
      body: accountView(await identity.editProfile({ actor, changes })),
    }),
  }),

  route({
    method: 'delete',
    path: '/accounts/me',
    tag: 'Accounts',
    summary: 'Delete your account, for good',
    access: 'account',
    body: z.object({ password: GivenPassword }),
    reply: { status: 204 },
    refuses: ['identity.wrong-password', 'service.busy'],
    handle: async ({ identity }, { actor, body: { password }, address }) => {
      await identity.deleteAccount({ actor, password, address });
      return { body: undefined };
    },
  }),

  route({
    method: 'put',
    path: '/accounts/me/picture',
    tag: 'Accounts',
    summary: 'Set your picture',
    access: 'account',
    upload: { types: ['image/*', 'application/octet-stream'] },
    reply: { status: 200, schema: AccountView },
    refuses: ['identity.picture-unsupported', 'identity.picture-too-large', 'service.busy'],
    handle: async ({ identity }, { actor, upload }) => {
      if (!upload) throw edgeRefusals.invalid([{ pointer: '', detail: 'must be a picture' }]);
      const bytes = await pictureOf(actor.accountId, upload, identity.pictureMaxBytes);
      return { body: accountView(await identity.changePicture({ actor, bytes })) };
    },
  }),

  route({
    method: 'get',
    path: '/accounts/me/export',
    tag: 'Accounts',
    summary: 'Everything held about you',
    access: 'account',
    reply: {
      status: 200,
      schema: AccountExportView,
      headers: { 'Content-Disposition': 'The name that a browser keeps it by.' },
    },
    refuses: [],
    handle: async ({ identity }, { actor }) => ({
      body: accountExportView(await identity.exportAccount(actor), actor.sessionId),
      headers: { 'Content-Disposition': 'attachment; filename="account.json"' },
    }),
  }),

  route({
    method: 'post',
    path: '/accounts/change-password',
    tag: 'Accounts',
    summary: 'Change your password; ends your other sessions',
    access: 'account',
    body: z.object({ old_password: GivenPassword, new_password: NewPassword }),
    reply: { status: 204 },
    refuses: ['identity.wrong-password', 'identity.weak-password', 'service.busy'],
    handle: async ({ identity }, { actor, body, address }) => {
      const { old_password: oldPassword, new_password: newPassword } = body;
      await identity.changePassword({ actor, oldPassword, newPassword, address });
      return { body: undefined };
    },
  }),

  route({
    method: 'post',
    path: '/accounts/logout',
    tag: 'Accounts',
    summary: 'End this session',
    access: 'account',
    body: z.object({ refresh: z.string().max(512).nullish() }).optional(),
    reply: { status: 204 },
    refuses: [],
    handle: async ({ identity }, { actor, body, address }) => {
      await identity.logOut({ actor, refresh: body?.refresh ?? null, address });
      return { body: undefined };
    },
  }),

  route({
    method: 'get',
    path: '/accounts/me/sessions',
    tag: 'Accounts',
    summary: 'List your signed-in devices, newest first',
    access: 'account',
    query: PageQuery,
    reply: { status: 200, schema: ListOf(AccountSessionView) },
    refuses: [],
    handle: async ({ identity }, { actor, query }) => ({
      body: listOf(await identity.listSessions(actor, pageRequest(query)), (session) =>
        accountSessionView(session, actor.sessionId),
      ),
    }),
  }),

  route({
    method: 'get',
    path: '/accounts/me/sessions/{id}',
    tag: 'Accounts',
    summary: 'Show one signed-in device',
    access: 'account',
    params: IdParam,
    object: 'account-session',
    reply: { status: 200, schema: AccountSessionView },
    refuses: ['request.not-found'],
    handle: async ({ identity }, { actor, params }) => ({
      body: accountSessionView(await identity.findSession(actor, params.id), actor.sessionId),
    }),
  }),

  route({
    method: 'delete',
    path: '/accounts/me/sessions/{id}',
    tag: 'Accounts',
    summary: 'Sign a device out',
    access: 'account',
    params: IdParam,
    object: 'account-session',
    reply: { status: 204 },
    refuses: ['request.not-found'],
    handle: async ({ identity }, { actor, params, address }) => {
      await identity.endSession({ actor, id: params.id, address });
      return { body: undefined };
    },
  }),
];

/** Pictures, at addresses that cannot be guessed and never change what they name. */
export const pictureRoutes: readonly RawRoute[] = [
  {
    method: 'get',
    path: '/media/pictures/{name}',
    tag: 'Media',
    summary: 'A profile picture',
    refuses: ['request.not-found', 'request.range-not-satisfiable'],
    serve: async ({ identity }, request, response) => {
      const name = request.params['name'] ?? '';
      const picture = await identity.readPicture(name);
      if (!picture) throw edgeRefusals.notFound();
      const { bytes, type } = picture;
      await sendFile(request, response, {
        bytes: bytes.length,
        contentType: type,
        etag: `"${name}"`,
        modifiedAt: 0,
        cacheControl: 'public, max-age=31536000, immutable',
        open: async function* ({ start, end }) {
          yield bytes.subarray(start, end);
        },
      });
    },
  },
];
