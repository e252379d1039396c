import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { serve } from '../bench/processes.ts';

describe('npm start, then npm run demo', () => {
  it('packages a clip, plays it, refuses one device, admits another, and cuts what was stopped', async () => {
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
      expect(told).to.match(/published a clip of \d+ bytes \(HLS in 360p\)/);
      expect(told).to.match(/through a signed URL: HLS, 1 segment of 360p, \d{6} bytes/);
      expect(told).to.match(/worth nothing any more: 410 playback\.session-stopped\.\s*$/);
    } finally {
      await usher.stop();
      await rm(dataDir, { recursive: true, force: true });
    }
  }).timeout(60_000);
});
