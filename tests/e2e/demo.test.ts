import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { serve } from '../bench/processes.ts';

interface Told {
  readonly told: string;
  readonly code: number | null;
}

async function demoWith(env: NodeJS.ProcessEnv): Promise<Told> {
  const demo = spawn(process.execPath, ['tests/e2e/demo.ts'], { env });
  let told = '';
  for (const stream of [demo.stdout, demo.stderr])
    stream.on('data', (chunk: Buffer) => (told += chunk.toString()));
  await once(demo, 'close');
  return { told, code: demo.exitCode };
}

/** What `npm run demo` tells beside a server with these variables; it must not fail. */
async function toldBeside(variables: NodeJS.ProcessEnv): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'usher-demo-'));
  const env = { PATH: process.env['PATH'], DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'warn', ...variables };
  const usher = await serve('adapters/main.ts', ['serve'], env);
  try {
    const { told, code } = await demoWith({ ...env, USHER_URL: usher.base });
    expect(code, told).to.equal(0);
    return told;
  } finally {
    await usher.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

describe('npm start, then npm run demo', function () {
  this.timeout(60_000);
  let digest: string;
  before(async () => {
    const clip = await readFile('adapters/media/samples/test-pattern.mp4');
    digest = createHash('sha256').update(clip).digest('hex');
  });

  /** However the clip is streamed. */
  const expectTheRest = (told: string): void => {
    expect(told).to.match(/refused: 403 playback\.tier-too-low \(no_subscription\)/);
    expect(told).to.match(/409 playback\.stream-limit-reached, limit 2/);
    expect(told).to.match(/ {2}- Living room: Test pattern.*\n {2}- Phone: Test pattern/);
    expect(told).to.match(/"Tablet" plays/);
    expect(told).to.match(/worth nothing any more: 410 playback\.session-stopped\./);
    expect(told).to.match(new RegExp(`\\nSHA-256 uploaded: {3}${digest}\\nSHA-256 downloaded: ${digest}\\n`));
    expect(told).to.match(
      /\nSee for yourself: http:\S+\/watch\/[0-9a-f-]{36}\nSign in as viewer-\S+ with the password "[^"]+"\.\n$/,
    );
  };

  it('packages a clip, plays it, refuses one device, admits another, cuts what was stopped, and gives the clip back', async () => {
    const told = await toldBeside({});
    expect(told).to.match(/published a clip of \d+ bytes \(HLS in 360p\)/);
    expect(told).to.match(/through a signed URL: HLS, 1 segment of 360p, \d{6} bytes/);
    expectTheRest(told);
  });

  it('says in a sentence that there is no server', async () => {
    const told = await demoWith({ PATH: process.env['PATH'], USHER_URL: 'http://127.0.0.1:1' });
    expect(told.code).to.equal(1);
    expect(told.told).to.match(/^There is no Usher at http:\/\/127\.0\.0\.1:1: start it first.*\n$/);
  });

  it('does so with a clip that serves as it was uploaded', async () => {
    const told = await toldBeside({ PACKAGING: 'off', SEED: 'none' });
    expect(told).to.match(/published a clip of \d+ bytes \(as it is\)/);
    expect(told).to.match(/through a signed URL: as it was uploaded, \d{6} bytes/);
    expectTheRest(told);
  });
});
