import { expect } from 'chai';
import { problemBody } from '../../adapters/http/problems.ts';
import { obeysTheLaw } from './law.ts';
import type { Received } from './wire.ts';

const ROUTE = { method: 'get', path: '/genres/{id}' };
const headers = { 'content-type': 'application/problem+json', 'x-request-id': 'r1' };

const refusal = (status: number, code: string, detail = 'There is none.'): Received => ({
  method: 'GET',
  status,
  headers,
  text: problemBody({ status, code, detail, members: {}, headers: {} }, 'r1'),
});
const success = (body: unknown): Received => ({
  method: 'GET',
  status: 200,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  text: JSON.stringify(body),
});

describe('the law of generated requests', () => {
  it('lets what the document says pass', () => {
    obeysTheLaw(ROUTE, refusal(404, 'request.not-found'));
    obeysTheLaw(ROUTE, success({ id: '1', name: 'Noir' }));
  });

  const broken: readonly (readonly [string, Received])[] = [
    ['a failure of ours', refusal(500, 'internal')],
    ['being busy', refusal(503, 'service.busy')],
    ['a code that the route does not declare', refusal(409, 'catalog.genre-name-taken')],
    ['a code that nobody declares', refusal(404, 'request.lost')],
    ['a code with the status of another', refusal(400, 'request.not-found')],
    ['a stack trace', refusal(404, 'request.not-found', 'Error\n    at Object.find (/work/x.ts:1:2)')],
    ['the words of a database', refusal(404, 'request.not-found', 'SQLITE_CONSTRAINT: failed')],
    [
      'another request’s id',
      { ...refusal(404, 'request.not-found'), headers: { ...headers, 'x-request-id': 'r2' } },
    ],
    [
      'another content type',
      { ...refusal(404, 'request.not-found'), headers: { ...headers, 'content-type': 'text/html' } },
    ],
    ['401 without a challenge', refusal(401, 'request.unauthenticated')],
    ['a reply without a promised field', success({ id: '1' })],
    ['a field of another type', success({ id: 1, name: 'Noir' })],
    ['a status that is not in the document', { ...success({ id: '1', name: 'Noir' }), status: 201 }],
  ];
  for (const [what, answer] of broken)
    it(`catches ${what}`, () => {
      expect(() => obeysTheLaw(ROUTE, answer)).to.throw();
    });
});
