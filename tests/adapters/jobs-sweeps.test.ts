import { expect } from 'chai';
import { openPostgres } from '../../adapters/persistence/knex/connection.ts';
import { deliveryPolicy as policy, type Job } from '../../src/operations/index.ts';
import { openPgBossQueue, queueOpeners, type OpenQueue } from '../world/delivery-queues.ts';
import { eventually } from '../world/eventually.ts';
import { postgres } from '../world/postgres.ts';

class OnPurpose extends Error {}

for (const name of ['memory', 'SQLite', 'a Postgres table'] as const) {
  describe(`sweeping on time on ${name}`, () => {
    const job = (sweep: Job['sweep']): Job => ({
      name: 'tests.sweep',
      everyMinutes: 1,
      idempotentBecause: 'it does nothing',
      sweep,
    });

    it('runs each job at the start, and records how it went', async () => {
      const batches = [100, 100, 7];
      const jobs = [job(async () => ({ done: batches.shift() ?? 0 }))];
      const open = await queueOpeners[name]({ react: async () => undefined, policy, jobs });
      try {
        await open.runner.start();
        const reports = async () => open.operations.jobReports();
        await eventually('it has run', async () => (await reports())[0]?.lastRunAt !== null);
        const [report] = await reports();
        expect(report).to.include({ name: 'tests.sweep', lastDone: 207, lastError: null });
        expect(report?.nextRunAt).to.be.greaterThan(report?.lastRunAt ?? Infinity);
      } finally {
        await open.runner.stop();
        await open.close();
      }
    });

    it('shows a failure until a success hides nothing of it', async () => {
      let broken = true;
      const jobs = [
        job(async () => {
          if (broken) throw new OnPurpose('the sweep broke');
          return { done: 1 };
        }),
      ];
      const open = await queueOpeners[name]({ react: async () => undefined, policy, jobs });
      try {
        expect(await open.operations.runJob('tests.sweep')).to.include({
          lastError: 'Error: the sweep broke',
        });
        broken = false;
        const report = await open.operations.runJob('tests.sweep');
        expect(report.lastSuccessAt).to.be.at.least(report.lastErrorAt ?? Infinity);
        expect(report).to.include({ lastDone: 1, lastError: 'Error: the sweep broke' });
      } finally {
        await open.close();
      }
    });
  });
}

describe('sweeping on time by pg-boss', () => {
  const job = (name: string, sweep: Job['sweep'] = async () => ({ done: 0 })): Job => ({
    name,
    everyMinutes: 1,
    idempotentBecause: 'it only counts',
    sweep,
  });
  const runFor = async (
    url: string,
    jobs: readonly Job[],
    work: (open: OpenQueue) => Promise<void>,
  ): Promise<void> => {
    const open = await openPgBossQueue(url, { react: async () => undefined, policy, jobs });
    try {
      await open.runner.start();
      await work(open);
    } finally {
      await open.runner.stop();
      await open.close();
    }
  };
  const scheduledIn = async (url: string): Promise<unknown> => {
    const { writer, close } = openPostgres(url);
    try {
      return await writer('pgboss.schedule').orderBy('key').select('name', 'key', 'cron');
    } finally {
      await close();
    }
  };

  it('schedules each job once, however many start, and forgets those that are gone', async () => {
    const { url, drop } = await (await postgres()).createDatabase();
    const line = (key: string) => ({ name: 'sweeps', key, cron: '*/1 * * * *' });
    await runFor(url, [job('tests.one'), job('tests.two')], () =>
      runFor(url, [job('tests.one'), job('tests.two')], async () => {
        expect(await scheduledIn(url)).to.deep.equal([line('tests.one'), line('tests.two')]);
      }),
    );
    await runFor(url, [job('tests.two')], async () => {
      expect(await scheduledIn(url)).to.deep.equal([line('tests.two')]);
    });
    await drop();
  });

  it('runs a job once for two schedulers that speak at nearly one time', async () => {
    const { url, drop } = await (await postgres()).createDatabase();
    let runs = 0;
    const counting = job('tests.one', async () => {
      runs += 1;
      return { done: 0 };
    });
    await runFor(url, [counting], async ({ operations }) => {
      await Promise.all([operations.runScheduledJob('tests.one'), operations.runScheduledJob('tests.one')]);
      expect(runs).to.equal(1);
    });
    await drop();
  });
});
