import { STATUS_CODES } from 'node:http';
import { isMetered, METERED_REFUSALS } from './metered-calls.ts';
import { statusOfCode } from './refusal-catalogue.ts';
import type { Json } from './openapi-schemas.ts';
import type { Route } from './route.ts';

/** Without `access` nobody is asked who they are. */
type Refusing = Pick<Route, 'refuses' | 'path'> &
  Partial<
    Pick<
      Route,
      | 'access'
      | 'scope'
      | 'rate'
      | 'query'
      | 'head'
      | 'body'
      | 'upload'
      | 'protocol'
      | 'idempotent'
      | 'authenticates'
    >
  >;

/** Every way in which a route may say no: what all routes of its form share, and what its use case refuses. */
export function refusalsOf(route: Refusing): Record<string, Json> {
  const byStatus = new Map<number | 'default', string[]>();
  for (const code of new Set([...sharedCodes(route), ...route.refuses])) {
    const status = statusOfCode(code) ?? 'default';
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries([...byStatus].map(([status, codes]) => [status, problem(status, codes)]));
}

function sharedCodes(route: Refusing): readonly string[] {
  const codes = ['internal', 'service.busy', 'service.unavailable'];
  if (route.rate !== 'unlimited') codes.push('request.rate-limited');
  if (route.access) codes.push('request.unauthenticated');
  if (route.access && route.access !== 'public' && route.access !== 'account')
    codes.push('request.forbidden');
  if (route.scope) codes.push('request.insufficient-scope');
  if (route.path.includes('{')) codes.push('request.not-found');
  if (route.access && isMetered(route.path)) codes.push(...METERED_REFUSALS);
  if (route.protocol) codes.push('request.protocol-version');
  if (route.query || route.head || route.body || route.idempotent) codes.push('request.invalid');
  if (route.body || route.upload) codes.push('request.too-large', 'request.unsupported-media-type');
  if (route.body) codes.push('request.timeout');
  if (route.idempotent) codes.push('idempotency.other-request', 'idempotency.in-progress');
  return codes;
}

const HEADERS: Readonly<Record<string, Json>> = {
  401: { 'WWW-Authenticate': { schema: { type: 'string' } } },
  429: { 'Retry-After': { description: 'Seconds', schema: { type: 'integer' } } },
  503: { 'Retry-After': { description: 'Seconds', schema: { type: 'integer' } } },
};

const problem = (status: number | 'default', codes: readonly string[]): Json => ({
  description: `${STATUS_CODES[status] ?? 'Refused'}: ${codes.map((code) => `\`${code}\``).join(', ')}`,
  ...(HEADERS[status] ? { headers: HEADERS[status] } : {}),
  content: {
    'application/problem+json': {
      schema: { $ref: '#/components/schemas/Problem', properties: { code: { enum: codes } } },
    },
  },
});
