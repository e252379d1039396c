import { expect } from 'chai';
import { statusOfCode } from '../../adapters/http/refusal-catalogue.ts';
import { faultOf } from '../http/witness.ts';
import type { Received } from './wire.ts';

/** What an answer never shows: where it was made, by what, and how its data lie. */
const LEAK =
  /\bat (async )?[\w.<>]+ \(|node:internal|node_modules|\.ts:\d|\/work\/|\/dev\/shm|SQLITE_|SqliteError|knex|syntax error at or near|relation "|violates|invalid byte sequence|Cannot read prop|is not a function/i;

/** Refusals of HTTP itself, before there is a route. */
const BEFORE_ROUTES = ['request.headers-too-large'];

/** The law of all answers: no 5xx, what the document says, and nothing told about how it is made. */
export function obeysTheLaw(route: { method: string; path: string }, answer: Received): void {
  const { status, text, headers } = answer;
  const shown = `${status} ${text.slice(0, 600)}`;
  expect(status, shown).to.be.below(500);
  // HEAD has the same headers and no body; a part of a file, or one that did not change, is HTTP's matter.
  if (answer.method === 'HEAD' || status === 206 || status === 304) return;
  const contentType = String(headers['content-type'] ?? '');
  const body: unknown = contentType.includes('json') ? JSON.parse(text) : text;
  if (status >= 400) expectProblem(answer, body, shown);
  if (typeof body === 'object' && body !== null && BEFORE_ROUTES.includes(String(Reflect.get(body, 'code'))))
    return;
  expect(faultOf({ ...route, status, contentType, body }), shown).to.equal(null);
}

function expectProblem({ status, headers, text }: Received, body: unknown, shown: string): void {
  expect(headers['content-type'], shown).to.equal('application/problem+json');
  expect(body, shown).to.include.keys('type', 'title', 'status', 'detail', 'code', 'request_id');
  const problem = body as Readonly<Record<string, unknown>>;
  expect(problem['status'], shown).to.equal(status);
  expect(problem['request_id'], shown).to.equal(headers['x-request-id']);
  expect(statusOfCode(String(problem['code'])), `${shown}, by the catalogue`).to.equal(status);
  expect(text).not.to.match(LEAK);
  if (status === 401) expect(headers['www-authenticate'], shown).to.match(/^Bearer/);
}
