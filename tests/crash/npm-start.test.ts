import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { eventually } from '../world/eventually.ts';

describe('npm start', function () {
  this.timeout(60_000);
  let dataDir: string;
  let child: ChildProcess | undefined;
  let said = '';
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'usher-npm-'));
    said = '';
  });
  afterEach(async () => {
    child?.kill('SIGKILL');
    await rm(dataDir, { recursive: true, force: true });
  });

  /** As npm does it: a shell that waits for the server, and tells it nothing. */
  function start(port: number): ChildProcess {
    child = spawn('sh', ['-c', '"$0" adapters/start.js serve; exit $?', process.execPath], {
      env: {
        ...{ PATH: process.env['PATH'], DATA_DIR: dataDir, PORT: String(port) },
        ...{ SEED: 'none', PACKAGING: 'off', LOG_LEVEL: 'silent', npm_lifecycle_event: 'start' },
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    return child;
  }
  const answers = (url: string): Promise<boolean> =>
    fetch(`${url}/healthz`).then(
      () => true,
      () => false,
    );

  it('ends when npm is asked to end, though npm tells its shell alone', async () => {
    const shell = start(0);
    await eventually('it is ready', () => said.includes('is ready at'));
    const url = /http:\/\/[\d.:]+/.exec(said)?.[0] ?? '';
    expect(await answers(url)).to.equal(true);
    shell.kill('SIGTERM');
    await eventually('it is gone', async () => !(await answers(url)));
  });

  it('says in a sentence that its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const [code] = (await once(start(port), 'exit')) as [number];
    other.close();
    expect(code).to.equal(1);
    expect(said).to.include(`Port ${port} is taken`);
  });
});
