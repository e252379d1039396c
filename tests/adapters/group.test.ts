import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { batchedRead, group } from '../../adapters/persistence/group.ts';
import { storeUnavailable, translated } from '../../adapters/persistence/knex/faults.ts';

/** A flush that ends when it is told to, and remembers its batches. */
function heldFlush(): {
  readonly batches: string[][];
  readonly flush: (items: readonly string[]) => Promise<readonly string[]>;
  end(): void;
} {
  const batches: string[][] = [];
  const waiting: (() => void)[] = [];
  return {
    batches,
    flush: (items) =>
      new Promise((resolve) => {
        batches.push([...items]);
        waiting.push(() => resolve(items.map((item) => `${item}!`)));
      }),
    end: () => waiting.shift()?.(),
  };
}

const echo = async (items: readonly string[]): Promise<readonly string[]> => items.map((item) => `${item}!`);

const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
  );

describe('grouping what arrives together', () => {
  it('flushes the items of one turn together, and answers each with its own outcome', async () => {
    const batches: (readonly string[])[] = [];
    const add = group<string, string>(async (items) => {
      batches.push(items);
      return echo(items);
    });
    const outcomes = await Promise.all(['a', 'b', 'c'].map(add));
    expect(outcomes).to.deep.equal(['a!', 'b!', 'c!']);
    expect(batches).to.deep.equal([['a', 'b', 'c']]);
  });

  it('answers nobody before the flush has ended', async () => {
    const held = heldFlush();
    const add = group(held.flush);
    let answered = false;
    const outcome = add('a').then((text) => {
      answered = true;
      return text;
    });
    for (let turns = 0; turns < 5; turns += 1) await turn();
    expect(held.batches).to.deep.equal([['a']]);
    expect(answered).to.equal(false);
    held.end();
    expect(await outcome).to.equal('a!');
  });

  it('has one flush in flight, and makes what arrives meanwhile the next batch', async () => {
    const held = heldFlush();
    const add = group(held.flush);
    const first = add('a');
    await turn();
    const others = [add('b'), add('c')];
    for (let turns = 0; turns < 5; turns += 1) await turn();
    expect(held.batches).to.deep.equal([['a']]);
    held.end();
    expect(await first).to.equal('a!');
    for (let turns = 0; turns < 5; turns += 1) await turn();
    expect(held.batches).to.deep.equal([['a'], ['b', 'c']]);
    held.end();
    expect(await Promise.all(others)).to.deep.equal(['b!', 'c!']);
  });

  it('gathers a crowd for as long as it grows', async () => {
    const held = heldFlush();
    const add = group(held.flush);
    const outcomes = [add('a'), add('b')];
    await turn();
    outcomes.push(add('c'));
    for (let turns = 0; turns < 5; turns += 1) await turn();
    expect(held.batches).to.deep.equal([['a', 'b', 'c']]);
    held.end();
    expect(await Promise.all(outcomes)).to.deep.equal(['a!', 'b!', 'c!']);
  });

  it('does not wait for a crowd that never ends to arrive', async () => {
    const held = heldFlush();
    const add = group(held.flush);
    const outcomes: Promise<string>[] = [];
    for (let turns = 0; turns < 10; turns += 1) {
      outcomes.push(add('a'), add('b'));
      await turn();
    }
    expect(held.batches.map((batch) => batch.length)).to.deep.equal([8]);
    held.end();
    for (let turns = 0; turns < 5; turns += 1) await turn();
    held.end();
    expect(await Promise.all(outcomes)).to.have.length(20);
  });

  it('arms itself again after it has been idle', async () => {
    const add = group(echo);
    expect(await add('a')).to.equal('a!');
    await turn();
    expect(await add('b')).to.equal('b!');
  });

  it('cuts a long queue into batches', async () => {
    const sizes: number[] = [];
    const add = group<number, number>(
      async (items) => {
        sizes.push(items.length);
        return items;
      },
      { maxBatch: 2 },
    );
    expect(await Promise.all([1, 2, 3, 4, 5].map(add))).to.deep.equal([1, 2, 3, 4, 5]);
    expect(sizes).to.deep.equal([2, 2, 1]);
  });

  it('refuses at once with service.busy when too many wait', async () => {
    const held = heldFlush();
    const add = group(held.flush, { maxWaiting: 2 });
    const admitted = [add('a'), add('b')];
    expect(await codeOf(add('c'))).to.equal('service.busy');
    for (let turns = 0; turns < 5; turns += 1) await turn();
    held.end();
    expect(await Promise.all(admitted)).to.deep.equal(['a!', 'b!']);
    const later = add('d');
    await turn();
    held.end();
    expect(await later).to.equal('d!');
  });
});

describe('grouping with an item that fails', () => {
  const failing =
    (bad: string) =>
    async (items: readonly string[]): Promise<readonly string[]> => {
      if (items.includes(bad)) throw new Error(`cannot take ${bad}`);
      return echo(items);
    };

  for (const bad of ['a', 'd', 'g']) {
    it(`fails ${bad} of seven alone`, async () => {
      const add = group(failing(bad));
      const settled = await Promise.allSettled([...'abcdefg'].map(add));
      const failed = settled.flatMap((each, index) => (each.status === 'rejected' ? ['abcdefg'[index]] : []));
      expect(failed).to.deep.equal([bad]);
      expect(settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))).to.have.length(6);
    });
  }

  it('goes on with the next batch after a failure', async () => {
    const add = group(failing('bad'));
    const refused = await add('bad').then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(refused).to.be.instanceOf(Error).with.property('message', 'cannot take bad');
    expect(await add('good')).to.equal('good!');
  });

  it('fails all of them, and tries nothing again, when the database does not answer', async () => {
    let flushes = 0;
    const add = group<string, string>(async () => {
      flushes += 1;
      throw storeUnavailable();
    });
    const codes = await Promise.all(['a', 'b', 'c'].map((item) => codeOf(add(item))));
    expect(codes).to.deep.equal(Array.from({ length: 3 }, () => 'service.unavailable'));
    expect(flushes, 'what a flush did may be done, though nobody heard so').to.equal(1);
  });

  it('halves a batch that waited too long for a lock: nothing of it was done', async () => {
    const timeout = Object.assign(new Error('canceling statement due to lock timeout'), { code: '55P03' });
    const add = group<string, string>(async (items) => {
      if (items.length > 1) throw translated(timeout);
      return echo(items);
    });
    expect(await Promise.all(['a', 'b', 'c'].map(add))).to.deep.equal(['a!', 'b!', 'c!']);
  });

  it('rejects instead of answering with the outcome of another when the number is wrong', async () => {
    let flushes = 0;
    const add = group<string, string>(async (items) => {
      flushes += 1;
      return items.slice(1);
    });
    const settled = await Promise.allSettled(['a', 'b'].map(add));
    expect(settled.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected']);
    expect(flushes, 'what a flush did is done: its halves are not tried again').to.equal(1);
    const none = group<string, string>(async () => []);
    const error: unknown = await none('a').catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(Error).with.property('message').that.includes('0 outcomes');
  });
});

describe('reading together', () => {
  it('reads equal keys once, and answers everyone who asked', async () => {
    const asked: (readonly string[])[] = [];
    const read = batchedRead<string, string>(async (keys) => {
      asked.push(keys);
      return echo(keys);
    });
    expect(await Promise.all(['a', 'b', 'a'].map(read))).to.deep.equal(['a!', 'b!', 'a!']);
    expect(asked).to.deep.equal([['a', 'b']]);
  });

  it('keeps nothing: the next turn reads again', async () => {
    let reads = 0;
    const read = batchedRead<string, number>(async (keys) => {
      reads += 1;
      return keys.map(() => reads);
    });
    expect(await read('a')).to.equal(1);
    expect(await read('a')).to.equal(2);
  });

  it('rejects when the load gives too few values, instead of answering undefined', async () => {
    const read = batchedRead<string, string>(async () => []);
    const outcome = await read('a').then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    expect(outcome).to.have.property('error').that.is.instanceOf(Error);
  });
});
