import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { isId } from '../../src/kernel/ids.ts';
import { escapePointer } from './body.ts';
import { edgeRefusals, type InputFault } from './edge-refusals.ts';
import type { Route } from './route.ts';

/** Where a request goes, as far as it is input. */
export interface Addressed {
  readonly params: Readonly<Record<string, string>>;
  /** What follows the question mark. */
  readonly search: string;
}

/** What was sent, as it came. */
export interface Sent {
  /** The body, parsed. */
  readonly raw: unknown;
  readonly headers: IncomingMessage['headers'];
}

export interface Input {
  readonly params: unknown;
  readonly query: unknown;
  readonly head: unknown;
  readonly body: unknown;
}

/**
 * The validated input of a route. All that is wrong with query, headers and body is said at once; only then is an
 * id that cannot be one answered, exactly like one that does not exist.
 */
export function validated(route: Route, { params, search }: Addressed, { raw, headers }: Sent): Input {
  const faults: InputFault[] = [];
  const query = route.query && parsedBy(route.query, queryOf(search, faults), '/query', faults);
  const head = route.head && parsedBy(route.head, headers, '/headers', faults);
  const body = route.body && parsedBy(route.body, raw === undefined ? {} : raw, '', faults);
  if (faults.length > 0) throw edgeRefusals.invalid(faults);
  return { params: paramsOf(route, params), query, head, body };
}

/** A parameter called `id` or `…_id` is an id; the rest is the schema's to judge. */
function paramsOf(route: Route, params: Readonly<Record<string, string>>): unknown {
  for (const name in params) {
    const value = params[name] ?? '';
    const mustBeId = name === 'id' || name.endsWith('_id');
    if (mustBeId ? !isId(value) : value.includes('\0')) throw edgeRefusals.notFound();
  }
  if (!route.params) return {};
  const result = route.params.safeParse(params);
  if (!result.success) throw edgeRefusals.notFound();
  return result.data;
}

function queryOf(search: string, faults: InputFault[]): Readonly<Record<string, string>> {
  const query = Object.create(null) as Record<string, string>;
  if (search === '') return query;
  for (const [name, value] of new URLSearchParams(search)) {
    const pointer = `/query/${escapePointer(name)}`;
    if (name in query) faults.push({ pointer, detail: 'must be given once' });
    else if (value.includes('\0')) faults.push({ pointer, detail: 'must not contain NUL' });
    query[name] = value;
  }
  return query;
}

function parsedBy(schema: z.ZodType, value: unknown, base: string, faults: InputFault[]): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    const path = issue.path.map((key) => `/${escapePointer(String(key))}`).join('');
    faults.push({ pointer: `${base}${path}`, detail: issue.message });
  }
  return undefined;
}
