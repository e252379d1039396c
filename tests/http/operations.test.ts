import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { VirtualClock } from '../../adapters/clock/virtual-clock.ts';
import type { Faces } from '../../adapters/http/faces.ts';
import { operationsRoutes } from '../../adapters/http/routes/operations.ts';
import type { AllStores } from '../../adapters/persistence/all-stores.ts';
import { after, DAY, instant, type Instant } from '../../src/kernel/instant.ts';
import type { DomainEvent } from '../../src/kernel/outbox.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import { createOperations, createTableQueue, deliveryPolicy } from '../../src/operations/index.ts';
import { openers, type OpenStores } from '../world/stores.ts';
import { ask, bearer, json, startEdge, stopAll, token, type Answer } from './edge/planted.ts';

const START = instant(Date.UTC(2026, 0, 31, 12));
const base = { now: () => START };
const failures = { failed: () => undefined };

const event = (id: string, at: Instant): DomainEvent => ({
  id,
  type: 'billing.payment-failed',
  at,
  accountId: 'account',
  subjectId: 'subject',
  data: {},
});

/** Operations over stores of their own: one alarm that rings tomorrow, one delivery that never succeeds. */
function operationsOver(unitOfWork: UnitOfWork<AllStores>, virtual: boolean) {
  const clock = new VirtualClock({ unitOfWork, base, onError: () => undefined });
  const due = [after(START, DAY)];
  return createOperations({
    unitOfWork,
    systemClock: base,
    movableClock: virtual ? clock : null,
    failures,
    dueWork: [{ nextDueAt: async (until) => due.find((at) => at <= until) }],
    queue: createTableQueue({
      unitOfWork,
      systemClock: base,
      failures,
      policy: { ...deliveryPolicy, maxAttempts: 1 },
      react: async () => {
        throw new Error('no mail today');
      },
    }),
    jobs: [
      {
        name: 'tests.alarm',
        everyMinutes: 1,
        idempotentBecause: 'the alarm rings once',
        sweep: async () => {
          const rings = due.filter((at) => at <= clock.now());
          due.splice(0, rings.length);
          await unitOfWork.run(({ outbox }) => outbox.add(rings.map((at) => event('alarm', at))));
          return { done: rings.length };
        },
      },
    ],
  });
}

describe('operating Usher over HTTP', () => {
  let stores: OpenStores;
  let call: (path: string, init?: RequestInit) => Promise<Answer>;
  let headers: Record<string, string>;
  let logged: string[];
  const start = async ({ virtual = true, admin = true } = {}): Promise<void> => {
    const operations = operationsOver(stores.unitOfWork, virtual);
    logged = [];
    const identity: Pick<Faces['identity'], 'recordAudit'> = {
      recordAudit: async ({ action, object }) => void logged.push(`${action} ${object}`),
    };
    // These routes ask nothing more of the other faces.
    const faces = { operations, identity } as unknown as Faces;
    const edge = await startEdge({ deps: { faces, routes: operationsRoutes } });
    const account = randomUUID();
    if (admin) edge.sessions.admins.add(account);
    headers = bearer(token({ claims: { sub: account } }));
    call = (path, init = {}) =>
      ask(`${edge.url}/api/v1${path}`, { ...init, headers: { ...headers, ...init.headers } });
  };
  const post = (path: string, body: unknown = {}): Promise<Answer> => call(path, json(body, headers));

  beforeEach(async () => {
    stores = await openers.memory();
  });
  afterEach(async () => {
    await stopAll();
    await stores.close();
  });

  it('moves the virtual clock and tells what happened', async () => {
    await start();
    const { status, body } = await post('/admin/clock/advance', { by: 'P40D' });
    expect(status).to.equal(200);
    expect(body).to.deep.equal({
      now: '2026-03-12T12:00:00.000Z',
      happened: [
        {
          at: '2026-02-01T12:00:00.000Z',
          type: 'billing.payment-failed',
          subject_id: 'subject',
          account_id: 'account',
        },
      ],
      truncated: false,
    });
  });

  for (const by of ['-P1D', 'P11Y', 'P', 'tomorrow', '', 40, null, 'P1D'.repeat(100)]) {
    it(`refuses to move it by ${JSON.stringify(by)?.slice(0, 20)}`, async () => {
      await start();
      const { status, body } = await post('/admin/clock/advance', { by });
      expect([status, body['code']]).to.deep.equal([400, 'request.invalid']);
    });
  }

  it('has no clock to move on the system’s time', async () => {
    await start({ virtual: false });
    const { status, body } = await post('/admin/clock/advance', { by: 'P1D' });
    expect([status, body['code']]).to.deep.equal([404, 'request.not-found']);
  });

  it('is for admins', async () => {
    await start({ admin: false });
    const answers = [
      await call('/admin/jobs'),
      await post('/admin/jobs/tests.alarm/run'),
      await post('/admin/jobs/deliveries/x/retry'),
      await post('/admin/clock/advance', { by: 'P1D' }),
    ];
    expect(answers.map(({ status }) => status)).to.deep.equal([403, 403, 403, 403]);
    expect(logged).to.deep.equal([]);
  });

  it('shows a job before and after it ran', async () => {
    await start();
    const before = (await call('/admin/jobs')).body['items'] as Record<string, unknown>[];
    expect(before[0]).to.include({
      name: 'tests.alarm',
      every_minutes: 1,
      last_run_at: null,
      last_error: null,
    });
    const ran = await post('/admin/jobs/tests.alarm/run');
    expect(ran.status).to.equal(200);
    expect(ran.body).to.include({ last_success_at: '2026-01-31T12:00:00.000Z', last_done: 0 });
    expect((await call('/admin/jobs')).body['items']).to.deep.equal([ran.body]);
    expect((await post('/admin/jobs/tests.unknown/run')).body['code']).to.equal('request.not-found');
    // Written down before it is done, so also when nothing came of it.
    expect(logged).to.deep.equal(['job.run job:tests.alarm', 'job.run job:tests.unknown']);
  });

  it('shows a dead delivery, and tries it anew', async () => {
    await start();
    await post('/admin/clock/advance', { by: 'P2D' });
    const deliveries = async () =>
      (await call('/admin/jobs')).body['deliveries'] as { waiting: number; dead: Record<string, unknown>[] };
    const shown = await deliveries();
    expect(shown.waiting).to.equal(0);
    expect(shown.dead[0]).to.include({
      event_id: 'alarm',
      event_type: 'billing.payment-failed',
      reaction: 'notifications.deliver',
      attempts: 1,
      last_error: 'Error: no mail today',
    });
    const id = String(shown.dead[0]?.['id']);
    expect((await post(`/admin/jobs/deliveries/${id}/retry`)).status).to.equal(204);
    expect(await deliveries()).to.deep.equal({ waiting: 1, dead: [] });
    expect((await post(`/admin/jobs/deliveries/${id}/retry`)).status).to.equal(404);
  });
});
