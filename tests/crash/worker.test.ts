import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { Client } from '../world/client.ts';
import { eventually } from '../world/eventually.ts';
import { openGround, type Ground } from './ground.ts';
import { stage } from './staging.ts';

const SECRET = { SERVER_SECRET: 'kM4vQ7zT1xW9bN3cR6yP8sL2dF5gH0jA' };

const mailsIn = async (folder: string): Promise<readonly string[]> => {
  try {
    return await readdir(join(folder, 'mail'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
};

describe('a worker beside a web process that runs no jobs, on Postgres', function () {
  this.timeout(60_000);
  let ground: Ground;
  let folder: string;
  beforeEach(async () => {
    ground = await openGround('Postgres');
    folder = await mkdtemp(join(tmpdir(), 'usher-worker-'));
  });
  afterEach(async () => {
    await ground.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('sends the mails, and both end with 0 on SIGTERM', async () => {
    const { dayPlanId } = await stage(ground);
    const web = await ground.serve({ ...SECRET, RUN_JOBS: 'false' });
    const viewer = await Client.register(web.base, {
      email: 'viewer@example.com',
      password: 'the word of the viewer',
    });
    const bought = await viewer.post('/payments', { plan_id: dayPlanId });
    expect(bought.status, JSON.stringify(bought.body)).to.equal(201);
    await pause(500);
    expect(await mailsIn(ground.dataDir), 'nobody sends').to.deep.equal([]);

    const worker = await ground.work({ ...SECRET, DATA_DIR: folder });

    const receipts = async (): Promise<number> =>
      (await mailsIn(folder)).filter((name) => /^receipt\..+\.eml$/.test(name)).length;
    await eventually('the receipt is sent', async () => (await receipts()) === 1, 20_000);
    expect(await mailsIn(ground.dataDir), 'the web process sent nothing').to.deep.equal([]);
    expect(await Promise.all([worker.terminate(), web.terminate()])).to.deep.equal([0, 0]);
  });
});
