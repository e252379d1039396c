import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { PACKAGER } from '../../adapters/composition/keys.ts';
import { parseConfig } from '../../adapters/composition/parse-config.ts';
import { composeUsher } from '../../adapters/composition/usher.ts';
import { startProcess } from '../crash/usher-process.ts';

describe('who packages', () => {
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'usher-packaging-'));
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  /** Whether there is a packager with these variables. */
  const packages = async (variables: Readonly<Record<string, string>>): Promise<boolean> => {
    const usher = await composeUsher(
      parseConfig({ DATA_DIR: dataDir, LOG_LEVEL: 'silent', SEED: 'none', ...variables }),
    );
    try {
      return usher.get(PACKAGER) !== null;
    } finally {
      await usher.close();
    }
  };

  it('is an ffmpeg, unless there is no disk or nobody wants it', async () => {
    expect(await packages({})).to.equal(true);
    expect(await packages({ PACKAGING: 'off' })).to.equal(false);
    expect(await packages({ PROFILE: 'memory' })).to.equal(false);
  });

  it('must be where it was said to be', async () => {
    const fault: unknown = await packages({ FFMPEG_PATH: join(dataDir, 'ffmpeg') }).catch(
      (error: unknown) => error,
    );
    expect(fault)
      .to.have.property('message')
      .that.matches(/^FFMPEG_PATH: .* cannot be run$/);
  });

  it('is told once, at the start, when there is nobody', async () => {
    const env = { PATH: process.env['PATH'], DATA_DIR: dataDir, PORT: '0', SEED: 'none', LOG_LEVEL: 'warn' };
    const usher = await startProcess('serve', { ...env, PACKAGING: 'off' });
    await usher.terminate();
    const lines = usher
      .said()
      .split('\n')
      .filter((line) => line.includes('"packaging":"none"'));
    expect(lines).to.have.length(1);
    expect(lines[0]).to.include('media is served as it was uploaded');
  }).timeout(60_000);
});
