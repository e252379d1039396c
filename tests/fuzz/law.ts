import { expect } from 'chai';
import { openApi } from '../../adapters/http/openapi.ts';
import { statusOfCode } from '../../adapters/http/refusal-catalogue.ts';
import { rawRoutes, routes } from '../../adapters/http/routes/all.ts';
import type { Received } from './wire.ts';

/** What the documents promise of every route. */
interface Operation {
  readonly responses: Readonly<
    Record<
      string,
      {
        readonly content?: Readonly<
          Record<
            string,
            { readonly schema?: { readonly properties?: { readonly code?: { enum: string[] } } } }
          >
        >;
      }
    >
  >;
}

const info = { title: 'Usher', version: '0', description: '' };
const paths = openApi({ routes, rawRoutes, info })['paths'] as Readonly<
  Record<string, Readonly<Record<string, Operation>>>
>;

const PROBLEM = 'application/problem+json';

/** Codes that the route's document names, by all its refusals. */
function codesOf({ responses }: Operation): readonly string[] {
  return Object.values(responses).flatMap(
    ({ content }) => content?.[PROBLEM]?.schema?.properties?.code?.enum ?? [],
  );
}

/** What an answer never shows: where it was made, by what, and how its data lie. */
const LEAK =
  /\bat (async )?[\w.<>]+ \(|node:internal|node_modules|\.ts:\d|\/work\/|\/dev\/shm|SQLITE_|SqliteError|knex|syntax error at or near|relation "|violates|invalid byte sequence|Cannot read prop|is not a function/i;

const SHAPE = ['type', 'title', 'status', 'detail', 'code', 'request_id'];

/** Refusals of HTTP itself, before there is a route. */
const BEFORE_ROUTES = ['request.headers-too-large'];

/** The law of all answers: no 5xx, and no refusal but a declared problem that tells nothing about its making. */
export function obeysTheLaw(route: { method: string; path: string }, answer: Received): void {
  const operation = paths[route.path.replace('*}', '}')]?.[route.method];
  if (!operation) throw new Error(`no document for ${route.method} ${route.path}`);
  const shown = `${answer.status} ${answer.text.slice(0, 600)}`;
  expect(answer.status, shown).to.be.below(500);
  if (answer.status < 400) return acceptable(operation, answer, shown);
  expect(answer.headers['content-type'], shown).to.equal(PROBLEM);
  // HEAD has the same headers and no body.
  if (answer.method === 'HEAD') return;
  const problem = JSON.parse(answer.text) as Readonly<Record<string, unknown>>;
  expect(problem, shown).to.include.keys(SHAPE);
  expect(problem['status'], shown).to.equal(answer.status);
  expect(problem['request_id'], shown).to.equal(answer.headers['x-request-id']);
  const code = String(problem['code']);
  expect(statusOfCode(code), `${code} in the catalogue`).to.equal(answer.status);
  expect([...codesOf(operation), ...BEFORE_ROUTES], shown).to.include(code);
  expect(answer.text).not.to.match(LEAK);
  if (answer.status === 401) expect(answer.headers['www-authenticate'], shown).to.match(/^Bearer/);
}

function acceptable(operation: Operation, answer: Received, shown: string): void {
  // A part of a file, or a file that the caller has already, is HTTP's and not the route's own.
  if (answer.status === 206 || answer.status === 304) return;
  expect(Object.keys(operation.responses), shown).to.include(String(answer.status));
}
