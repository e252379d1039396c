import { expect } from 'chai';
import { allCodes, statusOfCode } from '../../../adapters/http/refusal-catalogue.ts';
import { problemBody, problemOf } from '../../../adapters/http/problems.ts';
import { routes } from '../../../adapters/http/routes/all.ts';
import { DomainError } from '../../../src/kernel/domain-error.ts';

describe('the catalogue of refusals', () => {
  it('has every code that a route says it refuses with', () => {
    const unknown = routes.flatMap(({ method, path, refuses }) =>
      refuses.filter((code) => statusOfCode(code) === undefined).map((code) => `${method} ${path}: ${code}`),
    );
    expect(unknown).to.deep.equal([]);
    expect(routes.length).to.be.above(0);
  });

  it('names every code as context.kebab-reason, with a status of refusals', () => {
    for (const [code, status] of allCodes()) {
      if (code !== 'internal') expect(code).to.match(/^[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*$/);
      expect(status, code).to.be.within(400, 503);
    }
  });
});

describe('a problem', () => {
  it('shows a refusal’s details, which hide nothing of its own', () => {
    const error = new DomainError('conflict', 'a.b', 'Why.', { code: 'other', status: 200, limit: 2 });
    const body = JSON.parse(problemBody(problemOf(error), 'r1')) as unknown;
    expect(body).to.deep.equal({
      type: 'urn:usher:problem:a.b',
      title: 'Conflict',
      status: 409,
      detail: 'Why.',
      code: 'a.b',
      request_id: 'r1',
      limit: 2,
    });
  });

  it('says when to come back, always with 503', () => {
    const wait = (kind: 'conflict' | 'unavailable', details: object): string | undefined =>
      problemOf(new DomainError(kind, 'a.b', '', { ...details })).headers['Retry-After'];
    expect(wait('conflict', {})).to.equal(undefined);
    expect(wait('conflict', { retry_after_seconds: 1.2 })).to.equal('2');
    expect(wait('unavailable', {})).to.equal('1');
    expect(wait('unavailable', { retry_after_seconds: 7 })).to.equal('7');
  });

  it('says that a refusal is the kept one', () => {
    const error = Object.assign(new DomainError('payment-required', 'a.b', ''), { replayed: true });
    expect(problemOf(error)).to.deep.include({ status: 402, headers: { 'Idempotency-Replayed': 'true' } });
  });
});
