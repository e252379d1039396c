import { refusal } from '../kernel/domain-error.ts';
import { notFound } from '../kernel/not-found.ts';
import type { PasswordFault } from './password-rules.ts';

export const refusals = {
  notFound,
  invalid: refusal(
    'invalid',
    'request.invalid',
    'The request is not valid.',
    (pointer: string, detail: string) => ({ errors: [{ pointer, detail }] }),
  ),
  emailTaken: refusal('conflict', 'identity.email-taken', 'An account with this e-mail address exists.'),
  weakPassword: refusal(
    'invalid',
    'identity.weak-password',
    'Choose another password: this one is too easy to guess, too short or too long.',
    (fault: PasswordFault) => ({ reason: fault }),
  ),
  wrongCredentials: refusal(
    'unauthenticated',
    'identity.wrong-credentials',
    'The e-mail address or the password is wrong.',
  ),
  emailNotVerified: refusal(
    'forbidden',
    'identity.email-not-verified',
    'Verify your e-mail address first: the code is in the mail we sent.',
  ),
  accountSuspended: refusal('forbidden', 'identity.account-suspended', 'This account is suspended.'),
  selfSuspension: refusal(
    'forbidden',
    'identity.self-suspension',
    'Nobody suspends themselves: ask another admin.',
  ),
  wrongPassword: refusal('forbidden', 'identity.wrong-password', 'The password is wrong.'),
  refreshInvalid: refusal(
    'unauthenticated',
    'identity.refresh-invalid',
    'This refresh token is unknown, used, expired or revoked. Log in again.',
  ),
  codeInvalid: refusal(
    'invalid',
    'identity.code-invalid',
    'The code is wrong, expired or used. Ask for a new one.',
  ),
  pictureUnsupported: refusal(
    'unsupported',
    'identity.picture-unsupported',
    'A picture is a PNG, a JPEG or a WebP.',
  ),
  pictureTooLarge: refusal(
    'too-large',
    'identity.picture-too-large',
    'The picture is too large.',
    (limitBytes: number) => ({ limit_bytes: limitBytes }),
  ),
  tooManyServiceKeys: refusal(
    'conflict',
    'identity.too-many-service-keys',
    'There are as many service keys as there may be. Delete one that is not needed any more.',
    (limit: number) => ({ limit }),
  ),
};
