import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect } from 'chai';
import { runBounded, type BoundedRun, type Ended } from '../../../adapters/media/ffmpeg/bounded-process.ts';
import { eventually } from '../../world/eventually.ts';

describe('running a program within bounds', () => {
  let lines: string[] = [];
  beforeEach(() => {
    lines = [];
  });
  const run = (script: string, changes: Partial<BoundedRun> = {}): Promise<Ended> =>
    runBounded({
      command: 'sh',
      args: ['-c', script],
      cwd: '/',
      memoryBytes: 2 * 1024 ** 3,
      timeoutMs: 10_000,
      silenceMs: 10_000,
      onLine: (line) => lines.push(line),
      signal: new AbortController().signal,
      ...changes,
    });
  /** Programs end within so much less than they would take. */
  const soon = async (ended: Promise<Ended>): Promise<Ended> => {
    const startedAt = performance.now();
    const end = await ended;
    expect(performance.now() - startedAt).to.be.lessThan(5_000);
    return end;
  };

  it('tells how it ended, what it said and what it complained about', async () => {
    const ended = await run('pwd; echo two; echo trouble >&2; exit 3');
    expect(ended).to.deep.equal({ code: 3, timedOut: false, said: 'trouble' });
    expect(lines).to.deep.equal(['/', 'two']);
  });

  it('gives it nothing of our environment but the path', async () => {
    process.env['SECRET_OF_THE_TEST'] = 'secret';
    try {
      await run('env');
    } finally {
      delete process.env['SECRET_OF_THE_TEST'];
    }
    expect(lines.join()).to.include('PATH=').and.not.include('secret');
  });

  it('ends it when its time is over, when it is silent, and when told to', async () => {
    expect(await soon(run('exec sleep 60', { timeoutMs: 50 }))).to.include({ timedOut: true });
    expect(await soon(run('echo one; exec sleep 60', { silenceMs: 50 }))).to.include({ timedOut: true });
    const told = AbortSignal.timeout(50);
    const ended = await soon(run('exec sleep 60', { signal: told }));
    expect(ended).to.include({ timedOut: false });
    expect(ended.code).to.not.equal(0);
    expect(await soon(run('exec sleep 60', { signal: AbortSignal.abort() }))).to.include({ timedOut: false });
  });

  it('lets it go on for as long as it says something', async () => {
    const ended = await run('for n in 1 2 3 4; do sleep 0.1; echo $n; done', { silenceMs: 2_000 });
    expect(ended).to.include({ code: 0, timedOut: false });
    expect(lines).to.have.length(4);
  });

  it('does not let it have more memory', async () => {
    const hungry = 'a=x; while :; do a=$a$a; done';
    const { code } = await soon(run(hungry, { memoryBytes: 64 * 1024 ** 2 }));
    expect(code).to.not.equal(0);
  });

  it('fails a program that is not there', async () => {
    expect((await run('', { command: '/no/such/program' })).code).to.equal(127);
  });

  it('takes it along when its own process is killed', async () => {
    const child = fork(join(import.meta.dirname, 'bounded-process.child.ts'));
    const [pid] = (await once(child, 'message')) as [string];
    expect(isRunning(Number(pid))).to.equal(true);
    child.kill('SIGKILL');
    await eventually('the program is gone', () => !isRunning(Number(pid)));
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
}
