import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { serve } from '../bench/processes.ts';

describe('npm start, then npm run demo', () => {
  it('ends with equal checksums, a refused device and an admitted one', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'usher-demo-'));
    const env = { PATH: process.env['PATH'], DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'warn' };
    const usher = await serve('adapters/main.ts', ['serve'], env);
    try {
      const demo = spawn(process.execPath, ['tests/e2e/demo.ts'], { env: { ...env, USHER_URL: usher.base } });
      let told = '';
      for (const stream of [demo.stdout, demo.stderr])
        stream.on('data', (chunk: Buffer) => (told += chunk.toString()));
      await once(demo, 'exit');
      expect(demo.exitCode, told).to.equal(0);
      expect(told).to.match(/409 playback\.stream-limit-reached, limit 2/);
      expect(told).to.match(/ {2}- Living room: Test pattern/);
      expect(told).to.match(/"Tablet" plays/);
      expect(told).to.match(/They are equal\.\s*$/);
    } finally {
      await usher.stop();
      await rm(dataDir, { recursive: true, force: true });
    }
  }).timeout(60_000);
});
