import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import express from 'express';
import { answerRefusals } from '../../../adapters/http/answer-refusals.ts';
import { metered, type MeteredOptions } from '../../../adapters/http/metered.ts';
import { createGuard } from '../../../src/entitlements/index.ts';
import { DomainError } from '../../../src/kernel/domain-error.ts';
import { handMeter, type HandMeter } from '../../world/hand-meter.ts';

/** Routes of another team, which know who calls by a header of theirs. */
const accountOf: MeteredOptions['accountOf'] = (request) => request.get('x-account');

describe('routes of other teams behind metered()', () => {
  let meter: HandMeter;
  let server: Server;
  let runs: number;
  beforeEach(async () => {
    runs = 0;
    meter = handMeter(3);
    const app = express();
    const file = express.Router();
    file.post('/file', (_request, response) => void response.json({ run: (runs += 1) }));
    app.use('/one', metered(meter, 'downloads', { accountOf }), file);
    const amount = (request: express.Request): number => Number(request.query['units']);
    app.use('/many', metered(meter, 'downloads', { accountOf, amount }), file);
    app.use('/paid', metered(meter, 'downloads', { accountOf, paysFor: ({ path }) => `kept ${path}` }), file);
    app.use('/none', metered(meter, 'uploads', { accountOf }), file);
    app.post('/guarded', async (_request, response) => {
      const asked = { accountId: 'ada', feature: 'downloads', amount: 9, reserve: true } as const;
      await createGuard(meter)(asked, async () => void response.json({}));
    });
    app.use(answerRefusals);
    app.use(((_error, _request, response, _next) => {
      response.status(502).json({ by: 'the host' });
    }) satisfies express.ErrorRequestHandler);
    server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => void server.close());

  const post = async (path: string, headers: Readonly<Record<string, string>> = {}) => {
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      headers: { 'x-account': 'ada', ...headers },
    });
    const body = (await response.json()) as Record<string, unknown>;
    return { status: response.status, headers: response.headers, body };
  };

  it('run while there are units, and use them up', async () => {
    for (const run of [1, 2, 3]) expect((await post('/one/file')).body).to.deep.equal({ run });
    const over = await post('/one/file', { 'x-request-id': 'mine' });
    expect(over.status).to.equal(403);
    expect(over.headers.get('content-type')).to.equal('application/problem+json');
    expect(over.body).to.include({
      type: 'urn:usher:problem:entitlements.limit-reached',
      code: 'entitlements.limit-reached',
      reason: 'limit_reached',
      limit: 3,
      request_id: 'mine',
    });
    expect(runs).to.equal(3);
  });

  it('use as many as the request says, and never fewer than one', async () => {
    await post('/many/file?units=2');
    expect(meter.used).to.equal(2);
    for (const units of ['-5', '0', 'many', '']) {
      const answer = await post(`/many/file?units=${units}`);
      expect([answer.status, answer.body], units).to.deep.equal([502, { by: 'the host' }]);
    }
    expect([meter.used, runs]).to.deep.equal([2, 1]);
  });

  it('are not for somebody who lacks the feature, or is nobody', async () => {
    const lacking = await post('/none/file');
    expect([lacking.status, lacking.body['code']]).to.deep.equal([403, 'entitlements.not-in-plan']);
    const nobody = await post('/one/file', { 'x-account': '' });
    expect([nobody.status, nobody.body['code']]).to.deep.equal([401, 'request.unauthenticated']);
    expect(nobody.headers.get('www-authenticate')).to.equal('Bearer');
    expect(runs).to.equal(0);
  });

  it('use for every request, whatever key its caller chose: the route runs again too', async () => {
    const again = { 'idempotency-key': 'one and the same' };
    for (const run of [1, 2]) expect((await post('/one/file', again)).body).to.deep.equal({ run });
    expect(meter.used).to.equal(2);
  });

  it('use once for what the host says was paid for', async () => {
    for (const run of [1, 2]) expect((await post('/paid/file')).body).to.deep.equal({ run });
    expect(meter.used).to.equal(1);
  });

  it('wait out a rate', async () => {
    meter.fails(
      new DomainError('limited', 'entitlements.rate-exceeded', 'Slower.', { retry_after_seconds: 7 }),
    );
    const answer = await post('/one/file');
    expect([answer.status, answer.headers.get('retry-after')]).to.deep.equal([429, '7']);
  });

  it('are closed while nobody can count, and the host says so', async () => {
    meter.fails(new Error('no database'));
    expect((await post('/one/file')).body).to.deep.equal({ by: 'the host' });
    expect(runs).to.equal(0);
  });

  it('answer what a guard inside them refuses in the same words', async () => {
    const answer = await post('/guarded');
    expect([answer.status, answer.body['code']]).to.deep.equal([403, 'entitlements.limit-reached']);
  });
});
