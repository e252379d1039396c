import { refusal } from '../../src/kernel/domain-error.ts';
import { notFound } from '../../src/kernel/not-found.ts';
import { HttpRefusal } from './problems.ts';

/** One thing wrong with the input: a JSON pointer into the body, or `/query/…`, or `/headers/…`. */
export interface InputFault {
  readonly pointer: string;
  readonly detail: string;
}

/** Refusals that every route shares and that the domain would put in the same words. */
export const edgeRefusals = {
  notFound,
  forbidden: refusal('forbidden', 'request.forbidden', 'This is not for your role.'),
  rateLimited: refusal(
    'limited',
    'request.rate-limited',
    'Too many requests. Wait a little.',
    (seconds: number) => ({ retry_after_seconds: seconds }),
  ),
  invalid: refusal(
    'invalid',
    'request.invalid',
    'The request is not valid.',
    (errors: readonly InputFault[]) => ({ errors }),
  ),
};

export const unknownPath = (): HttpRefusal =>
  new HttpRefusal(404, 'request.unknown-path', 'There is nothing at this path.');

export const methodNotAllowed = (allow: string): HttpRefusal =>
  new HttpRefusal(405, 'request.method-not-allowed', `This path answers ${allow}.`, {
    headers: { Allow: allow },
  });

/** `tokenSent` tells a client whether to sign in or to refresh (RFC 6750, 3.1). */
export const unauthenticated = (tokenSent: boolean): HttpRefusal =>
  new HttpRefusal(
    401,
    'request.unauthenticated',
    tokenSent ? 'The access token or service key is not valid, or no longer.' : 'Sign in first.',
    { headers: { 'WWW-Authenticate': tokenSent ? 'Bearer error="invalid_token"' : 'Bearer' } },
  );

/** RFC 6750, 3.1. */
export const insufficientScope = (scope: string): HttpRefusal =>
  new HttpRefusal(403, 'request.insufficient-scope', `This service key lacks the scope ${scope}.`, {
    members: { scope },
    headers: { 'WWW-Authenticate': `Bearer error="insufficient_scope", scope="${scope}"` },
  });

export const bodyTimedOut = (): HttpRefusal =>
  new HttpRefusal(408, 'request.timeout', 'The body took too long to arrive.', {
    headers: { Connection: 'close' },
  });

export const bodyTooLarge = (limitBytes: number): HttpRefusal =>
  new HttpRefusal(413, 'request.too-large', `The body may have at most ${limitBytes} bytes.`, {
    members: { limit_bytes: limitBytes },
  });

export const unsupportedMediaType = (wanted: string): HttpRefusal =>
  new HttpRefusal(415, 'request.unsupported-media-type', `Send the body as ${wanted}, not encoded.`, {
    headers: { Accept: wanted },
  });

/** Codes that come from HTTP alone, with their status, for the documents. */
export const HTTP_CODES: Readonly<Record<string, number>> = {
  'request.unknown-path': 404,
  'request.method-not-allowed': 405,
  'request.unauthenticated': 401,
  'request.insufficient-scope': 403,
  'request.timeout': 408,
  'request.protocol-version': 412,
  'request.too-large': 413,
  'request.unsupported-media-type': 415,
  'request.range-not-satisfiable': 416,
  'request.headers-too-large': 431,
  'service.not-ready': 503,
  internal: 500,
};
