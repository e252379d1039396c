import { z } from 'zod';
import { BIO_LENGTH, EMAIL_LENGTH, isPhone, NAME_LENGTH } from '../../../src/identity/index.ts';
import type { LoggedIn } from '../../../src/identity/index.ts';
import type { Faces } from '../faces.ts';
import { route, type LogInRequest, type RouteRequest } from '../route.ts';
import { AcceptedView, AccountView, accountView, LoggedInView, loggedInView } from '../views/identity.ts';

/** At most so many characters as people count them: an emoji is one. */
export const text = (maxLength: number) =>
  z
    .string()
    .max(maxLength * 2)
    .refine((value) => [...value].length <= maxLength, `must have at most ${maxLength} characters`);

const Email = z
  .string()
  .trim()
  .max(EMAIL_LENGTH)
  .pipe(z.email())
  .meta({ description: 'Compared without regard to case.' });

/** A password that is compared; what a new one must be like is the business of the use case. */
export const GivenPassword = z.string().min(1).max(1_024);

export const NewPassword = z
  .string()
  .max(1_024)
  .refine((value) => {
    const { length } = [...value.normalize('NFC')];
    return length >= 8 && length <= 128;
  }, 'must have 8 to 128 characters')
  .meta({ description: '8 to 128 characters, any Unicode, not a common one.', format: 'password' });

export const Code = z.string().trim().max(16).meta({ description: 'The six digits of the mail.' });
const Phone = z
  .string()
  .max(16)
  .refine(isPhone, 'must be a number in E.164, such as +14155550123')
  .meta({ description: 'E.164.' });

/** What profiles may say of a person; `null` clears it. */
export const ProfileBody = z.object({
  name: text(NAME_LENGTH).nullish(),
  bio: text(BIO_LENGTH).nullish(),
  phone: Phone.nullish(),
});

const LogInBody = z.object({
  email: z.string().trim().min(1).max(EMAIL_LENGTH),
  password: GivenPassword,
  device_id: z.string().max(200).nullish(),
  device_name: z.string().max(200).nullish(),
});

const RefreshBody = z.object({ refresh: z.string().min(1).max(512) });

/** As the client says it is; kept for the list of sessions. */
const userAgentOf = (headers: RouteRequest<'public', unknown, unknown, unknown>['headers']) =>
  headers['user-agent']?.slice(0, 300) ?? null;

const logIn = (
  { identity }: Faces,
  { body, address, headers }: LogInRequest<z.output<typeof LogInBody>>,
): Promise<LoggedIn> =>
  identity.logIn({
    email: body.email,
    password: body.password,
    device: { deviceId: body.device_id ?? null, deviceName: body.device_name ?? null },
    address,
    userAgent: userAgentOf(headers),
  });

const refresh = async (
  { identity }: Faces,
  {
    body,
    address,
    headers,
  }: Pick<
    RouteRequest<'public', unknown, unknown, z.output<typeof RefreshBody>>,
    'body' | 'address' | 'headers'
  >,
) => ({
  body: loggedInView(
    await identity.refreshSession({ refresh: body.refresh, address, userAgent: userAgentOf(headers) }),
  ),
});

const LOG_IN_REFUSALS = [
  'identity.wrong-credentials',
  'identity.email-not-verified',
  'identity.account-suspended',
  'service.busy',
];

const logInRoute = (path: '/accounts/login' | '/token', summary: string) =>
  route({
    method: 'post',
    path,
    tag: 'Accounts',
    summary,
    access: 'public',
    rate: 'login',
    body: LogInBody,
    reply: { status: 200, schema: LoggedInView },
    refuses: LOG_IN_REFUSALS,
    authenticates: logIn,
    handle: async (_usher, { signedIn }) => ({ body: loggedInView(signedIn) }),
  });

const refreshRoute = (path: '/accounts/token/refresh' | '/token/refresh', summary: string) =>
  route({
    method: 'post',
    path,
    tag: 'Accounts',
    summary,
    access: 'public',
    body: RefreshBody,
    reply: { status: 200, schema: LoggedInView },
    refuses: ['identity.refresh-invalid'],
    handle: refresh,
  });

const CHECK_MAIL = { detail: 'If this address can get a mail from us, it is on its way.' };

/** Getting in: registering, logging in, refreshing, proving an address, resetting a password. */
export const identityRoutes = [
  route({
    method: 'post',
    path: '/accounts/register',
    tag: 'Accounts',
    summary: 'Open an account',
    access: 'public',
    rate: 'register',
    body: z.object({ email: Email, password: NewPassword, name: text(NAME_LENGTH).nullish() }),
    reply: { status: 201, schema: z.union([AccountView, AcceptedView]), otherStatuses: [202] },
    refuses: ['identity.email-taken', 'identity.weak-password', 'service.busy'],
    handle: async ({ identity }, { body, address }) => {
      const { email, password, name = null } = body;
      const account = await identity.register({ email, password, name, address });
      return account ? { body: accountView(account) } : { status: 202, body: CHECK_MAIL };
    },
  }),

  logInRoute('/accounts/login', 'Log in'),
  logInRoute('/token', 'Log in (short form)'),
  refreshRoute('/accounts/token/refresh', 'Trade a refresh token for new tokens'),
  refreshRoute('/token/refresh', 'Trade a refresh token for new tokens (short form)'),

  route({
    method: 'post',
    path: '/accounts/verify-email',
    tag: 'Accounts',
    summary: 'Prove an address by the mailed code',
    access: 'public',
    body: z.object({ email: Email, code: Code }),
    reply: { status: 204 },
    refuses: ['identity.code-invalid'],
    handle: async ({ identity }, { body: { email, code }, address }) => {
      await identity.verifyEmail({ email, code, address });
      return { body: undefined };
    },
  }),

  route({
    method: 'post',
    path: '/accounts/verify-email/resend',
    tag: 'Accounts',
    summary: 'Have a new verification code mailed',
    access: 'public',
    body: z.object({ email: Email }),
    reply: { status: 202, schema: AcceptedView },
    refuses: [],
    handle: async ({ identity }, { body: { email } }) => {
      await identity.resendVerification({ email });
      return { body: CHECK_MAIL };
    },
  }),

  route({
    method: 'post',
    path: '/accounts/forgot-password',
    tag: 'Accounts',
    summary: 'Have a code mailed to reset the password with',
    access: 'public',
    body: z.object({ email: Email }),
    reply: { status: 202, schema: AcceptedView },
    refuses: [],
    handle: async ({ identity }, { body: { email } }) => {
      await identity.forgotPassword({ email });
      return { body: CHECK_MAIL };
    },
  }),

  route({
    method: 'post',
    path: '/accounts/reset-password',
    tag: 'Accounts',
    summary: 'Set a new password by the mailed code; ends all sessions',
    access: 'public',
    body: z.object({ email: Email, code: Code, new_password: NewPassword }),
    reply: { status: 204 },
    refuses: ['identity.code-invalid', 'identity.weak-password', 'service.busy'],
    handle: async ({ identity }, { body, address }) => {
      const { email, code, new_password: newPassword } = body;
      await identity.resetPassword({ email, code, newPassword, address });
      return { body: undefined };
    },
  }),
];
