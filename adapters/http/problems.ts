import { STATUS_CODES } from 'node:http';
import { DomainError, type RefusalKind } from '../../src/kernel/domain-error.ts';

/** The one place where the domain's vocabulary becomes HTTP's. */
export const STATUS_OF: Readonly<Record<RefusalKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  'payment-required': 402,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  gone: 410,
  'too-large': 413,
  unsupported: 415,
  mismatch: 422,
  limited: 429,
  // Not of HTTP: the checksum mismatch of tus 1.0.
  damaged: 460,
  unavailable: 503,
};

type Headers = Readonly<Record<string, string>>;
type Members = Readonly<Record<string, unknown>>;

/** A refusal that only HTTP knows, such as a method that the path does not have. */
export class HttpRefusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly members: Members;
  readonly headers: Headers;

  constructor(
    status: number,
    code: string,
    message: string,
    extra: { readonly members?: Members; readonly headers?: Headers } = {},
  ) {
    super(message);
    this.name = 'HttpRefusal';
    this.status = status;
    this.code = code;
    this.members = extra.members ?? {};
    this.headers = extra.headers ?? {};
  }
}

/** RFC 9457, before it is written. */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  /** Extension members; they never hide a standard one. */
  readonly members: Members;
  readonly headers: Headers;
}

/** What the caller is told about an error. One that nobody planned says nothing about itself. */
export function problemOf(error: unknown): Problem {
  if (error instanceof DomainError) return domainProblem(error);
  if (error instanceof HttpRefusal) {
    const { status, code, message: detail, members, headers } = error;
    return { status, code, detail, members, headers };
  }
  return {
    status: 500,
    code: 'internal',
    detail: 'Something went wrong on our side. The request id helps us to find it.',
    members: {},
    headers: {},
  };
}

function domainProblem(error: DomainError): Problem {
  const status = STATUS_OF[error.kind];
  const headers: Record<string, string> = {};
  const wait = error.details['retry_after_seconds'] ?? (status === 503 ? 1 : undefined);
  if (typeof wait === 'number') headers['Retry-After'] = String(Math.max(0, Math.ceil(wait)));
  if (status === 401) headers['WWW-Authenticate'] = 'Bearer';
  if ('replayed' in error && error.replayed === true) headers['Idempotency-Replayed'] = 'true';
  return { status, code: error.code, detail: error.message, members: error.details, headers };
}

/** A name, not an address: it is the same wherever Usher runs, and nothing has to answer there. */
const problemType = (code: string): string => `urn:usher:problem:${code}`;

export const problemBody = (problem: Problem, requestId: string): string =>
  JSON.stringify({
    ...problem.members,
    type: problemType(problem.code),
    title: STATUS_CODES[problem.status] ?? 'Error',
    status: problem.status,
    detail: problem.detail,
    code: problem.code,
    request_id: requestId,
  });
