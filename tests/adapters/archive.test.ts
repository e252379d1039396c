import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { fileArchive } from '../../adapters/archive/file-archive.ts';
import { memoryArchive } from '../../adapters/archive/memory-archive.ts';
import type { ArchivePlace, Viewing } from '../../src/playback/index.ts';
import { archiveFilesContract } from '../contracts/archive-files.contract.ts';
import { NOON } from '../world/playback.ts';

describe('old history in memory', () => archiveFilesContract(async () => memoryArchive()));

describe('old history in a folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'usher-archive-'));
  });
  afterEach(() => rm(folder, { recursive: true }));
  archiveFilesContract(async () => fileArchive(join(folder, 'archive')));

  const place: ArchivePlace = { id: 'a1', accountId: 'alice', month: '2026-01' };
  const path = (): string => join(folder, 'alice', '2026-01.a1.jsonl.gz');
  const viewing: Viewing = {
    id: 'v1',
    titleId: 't1',
    title: 'Metropolis',
    state: 'paused',
    positionSeconds: 1.5,
    durationSeconds: null,
    watchedSeconds: 1,
    startedAt: NOON,
    lastWatchedAt: NOON,
  };
  const failureOf = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => 'no failure',
      (error: Error) => error.name,
    );

  it('is lines of JSON behind one that says whose they are, compressed', async () => {
    await fileArchive(folder).put(place, [viewing, { ...viewing, id: 'v2' }]);
    const lines = gunzipSync(await readFile(path()))
      .toString()
      .trimEnd()
      .split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).to.deep.equal([
      { format: 1, ...place, viewings: 2 },
      viewing,
      { ...viewing, id: 'v2' },
    ]);
    expect(await readdir(join(folder, 'alice'))).to.deep.equal(['2026-01.a1.jsonl.gz']);
  });

  it('is not there before it is whole, and a half is cleared away', async () => {
    const files = fileArchive(folder);
    await files.put(place, [viewing]);
    await writeFile(`${path()}.part`, 'half of');
    await rm(path());
    expect(await files.get(place)).to.equal(undefined);
    await files.remove(place);
    expect(await readdir(join(folder, 'alice'))).to.deep.equal([]);
  });

  it('is refused when it is damaged, cut short, or of another archive', async () => {
    const files = fileArchive(folder);
    await files.put(place, [viewing, viewing]);
    const whole = await readFile(path());
    const text = gunzipSync(whole).toString();
    const flipped = Buffer.from(whole);
    flipped.writeUInt8(flipped.readUInt8(whole.length - 12) ^ 0xff, whole.length - 12);
    const spoilt = [
      flipped,
      whole.subarray(0, -9),
      gzipSync(text.slice(0, text.lastIndexOf('{'))),
      gzipSync(text.replace('alice', 'bob')),
      gzipSync(text.replace('"format":1', '"format":2')),
      gzipSync(text.replace('"paused"', '"dreaming"')),
      gzipSync(''),
    ];
    for (const [index, bytes] of spoilt.entries()) {
      await writeFile(path(), bytes);
      expect(await failureOf(files.get(place)), `${index}`).to.not.equal('no failure');
    }
  });

  it('makes no path of what is no name', async () => {
    const files = fileArchive(folder);
    for (const name of ['../escape', '', '.', 'a/b', 'a\0b'])
      for (const bad of [{ id: name }, { accountId: name }, { month: name }])
        expect(await failureOf(files.put({ ...place, ...bad }, [viewing]))).to.equal('RangeError');
    expect(await failureOf(files.erase('..'))).to.equal('RangeError');
  });
});
