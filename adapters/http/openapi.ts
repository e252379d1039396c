import { STATUS_CODES } from 'node:http';
import type { z } from 'zod';
import { SERVICE_SCOPES } from '../../src/identity/index.ts';
import { Components, type Json } from './openapi-schemas.ts';
import { refusalsOf } from './openapi-refusals.ts';
import { tagsOf } from './openapi-tags.ts';
import type { RawRoute, Route } from './route.ts';

export interface OpenApiInfo {
  readonly title: string;
  readonly version: string;
  readonly description: string;
}

export interface OpenApiInput {
  readonly routes: readonly Route[];
  readonly rawRoutes: readonly RawRoute[];
  readonly info: OpenApiInfo;
  /** The path below which the server stands. */
  readonly base?: string;
}

const PROBLEM: Json = {
  type: 'object',
  description: 'RFC 9457. Clients branch on `code`; some codes carry members of their own.',
  required: ['type', 'title', 'status', 'detail', 'code', 'request_id'],
  properties: {
    type: { type: 'string', format: 'uri', examples: ['urn:usher:problem:request.invalid'] },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string' },
    request_id: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['pointer', 'detail'],
        properties: { pointer: { type: 'string' }, detail: { type: 'string' } },
      },
    },
  },
};

/** The OpenAPI 3.1 document of the routes: there is no second description of the API anywhere. */
export function openApi({ routes, rawRoutes, info, base = '' }: OpenApiInput): Json {
  const components = new Components({ Problem: PROBLEM });
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    (paths[route.path] ??= {})[route.method] = operation(route, components);
  }
  for (const raw of rawRoutes) {
    const path = raw.path.replace('*}', '}');
    (paths[path] ??= { servers: [{ url: `${base}/` }] })[raw.method] = rawOperation(raw);
  }
  return {
    openapi: '3.1.0',
    info: { ...info, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: `${base}/api/v1` }],
    tags: tagsOf([...routes, ...rawRoutes]),
    paths,
    components: {
      schemas: components.all,
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'The `access` of a log-in.',
        },
        serviceKey: {
          type: 'http',
          scheme: 'bearer',
          description: `A service key, \`usk_…\`, with the scope that the operation names: ${SCOPES}.`,
        },
      },
    },
  };
}

function operation(route: Route, components: Components): Json {
  const parameters = [
    ...pathParameters(route, components),
    ...queryParameters(route, components),
    ...headerParameters(route, components),
  ];
  if (route.idempotent) parameters.push(IDEMPOTENCY_KEY);
  return {
    operationId: operationId(route.method, route.path),
    summary: route.summary,
    tags: [route.tag],
    ...(route.scope ? { description: `A service key needs the scope \`${route.scope}\`.` } : {}),
    security: securityOf(route),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...requestBody(route, components),
    responses: { ...replies(route, components), ...refusalsOf(route) },
  };
}

const SCOPES = SERVICE_SCOPES.map((scope) => `\`${scope}\``).join(', ');

/** What a scheme's list holds is what it must be allowed (OpenAPI 3.1, Security Requirement Object). */
function securityOf({ access, scope }: Route): readonly Json[] {
  const bearer = { bearer: [] };
  switch (access) {
    case 'public':
      return [{}, bearer];
    case 'account':
    case 'admin':
      return [bearer];
    case 'service':
    case 'account-or-service':
      return [{ serviceKey: scope ? [scope] : [] }, bearer];
  }
}

const IDEMPOTENCY_KEY: Json = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'Makes the request happen once: the same key and body give the same answer for 24 hours.',
  schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x20-\\x7e]+$' },
};

const namesIn = (path: string): readonly string[] =>
  [...path.matchAll(/\{(\w+)\*?\}/g)].map((match) => match[1] ?? '');

function pathParameters(route: Route, components: Components): Json[] {
  const { properties } = propertiesOf(route.params, components);
  return namesIn(route.path).map((name) => ({
    name,
    in: 'path',
    required: true,
    schema: properties[name] ?? { type: 'string' },
  }));
}

function queryParameters(route: Route, components: Components): Json[] {
  const { properties, required } = propertiesOf(route.query, components);
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    ...(required.includes(name) ? { required: true } : {}),
    schema,
  }));
}

function headerParameters(route: Route, components: Components): Json[] {
  const { properties, required } = propertiesOf(route.head, components);
  const own = Object.entries(properties).map(([name, schema]) => ({
    name: name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase()),
    in: 'header',
    ...(required.includes(name) ? { required: true } : {}),
    schema,
  }));
  if (!route.protocol) return own;
  const { versionHeader: name, version } = route.protocol;
  return [{ name, in: 'header', required: true, schema: { const: version } }, ...own];
}

function propertiesOf(
  schema: z.ZodType | undefined,
  components: Components,
): { properties: Readonly<Record<string, unknown>>; required: readonly unknown[] } {
  const { properties, required } = schema ? components.schemaOf(schema, 'input') : {};
  return {
    properties: typeof properties === 'object' && properties !== null ? { ...properties } : {},
    required: Array.isArray(required) ? required : [],
  };
}

function requestBody(route: Route, components: Components): Json {
  if (route.upload) {
    const content = Object.fromEntries(
      route.upload.types.map((type) => [type, { schema: { type: 'string', contentMediaType: type } }]),
    );
    return { requestBody: { required: route.upload.isOptional !== true, content } };
  }
  if (!route.body) return {};
  const schema = components.schemaOf(route.body, 'input');
  const required = Array.isArray(schema['required']) && schema['required'].length > 0;
  return { requestBody: { required, content: { 'application/json': { schema } } } };
}

function replies(route: Route, components: Components): Record<string, Json> {
  const { status, schema, document, otherStatuses = [], headers = {} } = route.reply;
  const named = Object.entries(headers).map(([name, description]): [string, Json] => [
    name,
    { description, schema: { type: 'string' } },
  ]);
  const told = named.length > 0 ? { headers: Object.fromEntries(named) } : {};
  const answers: Record<string, Json> = {};
  for (const each of [status, ...otherStatuses]) {
    const content = schema && each !== 204 ? { content: contentOf(schema, document, components) } : {};
    answers[each] = { description: STATUS_CODES[each] ?? 'Answer', ...told, ...content };
  }
  return answers;
}

const contentOf = (schema: z.ZodType, document: string | undefined, components: Components): Json =>
  document === undefined
    ? { 'application/json': { schema: components.schemaOf(schema, 'output') } }
    : { [document]: { schema: { type: 'string', contentMediaType: document } } };

function rawOperation(raw: RawRoute): Json {
  return {
    operationId: operationId(raw.method, raw.path),
    summary: raw.summary,
    tags: [raw.tag],
    security: [{}],
    parameters: namesIn(raw.path).map((name) => ({
      name,
      in: 'path',
      required: true,
      schema: { type: 'string' },
    })),
    responses: {
      200: { description: 'The bytes', content: { '*/*': { schema: {} } } },
      ...refusalsOf({ refuses: raw.refuses, rate: 'unlimited', path: raw.path }),
    },
  };
}

/** `get /videos/{id}/media` → `getVideosIdMedia`: unique, since method and path are. */
const operationId = (method: string, path: string): string =>
  method +
  path
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
