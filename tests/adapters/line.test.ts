import { expect } from 'chai';
import { createLine, type Line } from '../../adapters/jobs/line.ts';
import { eventually } from '../world/eventually.ts';

describe('a line of long work', () => {
  let waiting: number;
  let running: number;
  let most: number;
  let trouble: Error | undefined;
  let told: string[];
  let release: () => void;
  let line: Line;
  beforeEach(() => {
    waiting = running = most = 0;
    trouble = undefined;
    told = [];
    let gate = Promise.resolve();
    release = () => undefined;
    const work = async (limit: number) => {
      await gate;
      if (trouble) throw trouble;
      const done = Math.min(limit, waiting);
      waiting -= done;
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return { done };
    };
    line = createLine('packaging', work, { failed: (what, error) => told.push(`${what}: ${String(error)}`) });
    hold = () => {
      gate = new Promise((resolve) => (release = resolve));
    };
  });
  let hold: () => void;
  const done = (): Promise<void> => eventually('all is done', () => waiting === 0 && running === 0);

  it('does one piece after another until nothing waits, however often it is asked', async () => {
    waiting = 5;
    for (let times = 0; times < 3; times += 1) line.ask();
    await done();
    expect(most).to.equal(1);
    expect(await line.sweep(100)).to.deep.equal({ done: 5 });
    expect(await line.sweep(100)).to.deep.equal({ done: 0 });
  });

  it('does not keep a sweep waiting', async () => {
    hold();
    waiting = 1;
    expect(await line.sweep(100)).to.deep.equal({ done: 0 });
    expect(waiting).to.equal(1);
    release();
    await done();
  });

  it('tells what went wrong once, and begins anew when it is asked again', async () => {
    trouble = new Error('the disk is full');
    waiting = 1;
    line.ask();
    await eventually('it was told', () => told.length === 1);
    expect(told).to.deep.equal(['packaging: Error: the disk is full']);
    trouble = undefined;
    const failed: unknown = await line.sweep(100).catch((error: unknown) => error);
    expect(failed).to.have.property('message', 'the disk is full');
    await done();
    expect(await line.sweep(100)).to.deep.equal({ done: 1 });
  });

  it('takes on nothing more once it was stopped, and waits for what runs', async () => {
    hold();
    waiting = 5;
    line.ask();
    const stopped = line.stop();
    release();
    await stopped;
    expect(waiting).to.equal(4);
    line.ask();
    await new Promise((resolve) => setImmediate(resolve));
    expect(waiting).to.equal(4);
  });
});
