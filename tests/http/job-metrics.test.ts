import { expect } from 'chai';
import { MAILER } from '../../adapters/composition/keys.ts';
import { instead } from '../../adapters/composition/override.ts';
import { startUsher, type RunningUsher } from '../world/usher.ts';

const metricsOf = async ({ base }: RunningUsher): Promise<readonly string[]> =>
  (await (await fetch(`${base}/metrics`)).text()).split('\n');

describe('the figures of the background work', () => {
  let world: RunningUsher;
  afterEach(() => world.stop());

  it('tell when each job last succeeded, and what is owed', async () => {
    world = await startUsher('memory');
    const admin = await world.admin();
    await world.settle();
    const { body } = await admin.post('/admin/jobs/billing.refund/run');
    const lines = await metricsOf(world);
    const seconds = Date.parse(String(body['last_success_at'])) / 1_000;
    expect(lines).to.include(`usher_job_last_success_timestamp_seconds{job="billing.refund"} ${seconds}`);
    expect(lines).to.include('usher_job_failing{job="billing.refund"} 0');
    expect(lines).to.include('usher_job_stuck{job="billing.refund"} 0');
    expect(lines).to.include('usher_deliveries{state="waiting"} 0');
    expect(lines).to.include('usher_jobs_readable 1');
  });

  it('count a mail that waits for its server', async () => {
    world = await startUsher('memory', {
      override: instead(MAILER, { send: () => Promise.reject(new Error('no mail today')) }),
    });
    await world.person();
    await world.settle();
    expect(await metricsOf(world)).to.include('usher_deliveries{state="waiting"} 1');
  });
});
