import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect } from 'chai';
import { findFfmpeg } from '../../../adapters/media/ffmpeg/find-ffmpeg.ts';

describe('looking for ffmpeg', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'usher-find-'));
  });
  afterEach(() => rm(folder, { recursive: true }));
  const program = async (name: string, mode = 0o755): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, '#!/bin/sh\n');
    await chmod(path, mode);
    return path;
  };

  it('takes the one that it is told of, with the ffprobe beside it, and no other', async () => {
    const [ffmpeg, ffprobe] = [await program('ffmpeg'), await program('ffprobe')];
    expect(await findFfmpeg({ given: ffmpeg, path: '' })).to.include({ ffmpeg, ffprobe });
    await rm(ffprobe);
    const fault = await findFfmpeg({ given: ffmpeg, path: '' }).catch((error: unknown) => error);
    expect(fault).to.have.property('message', `FFMPEG_PATH: ${ffprobe} cannot be run`);
  });

  it('then takes the one on the path, where both can be run', async () => {
    const empty = join(folder, 'empty');
    await mkdir(empty);
    const path = [empty, '', folder].join(delimiter);
    const [ffmpeg, ffprobe] = [await program('ffmpeg'), await program('ffprobe', 0o644)];
    expect((await findFfmpeg({ given: null, path }))?.ffmpeg).to.include('node_modules');
    await chmod(ffprobe, 0o755);
    expect(await findFfmpeg({ given: null, path })).to.include({ ffmpeg, ffprobe });
  });

  it('then takes those of the npm packages, made to run', async () => {
    const found = await findFfmpeg({ given: null, path: '' });
    for (const each of [found?.ffmpeg ?? '', found?.ffprobe ?? ''])
      expect(execFileSync(each, ['-version'], { encoding: 'utf8' })).to.match(/^ff(mpeg|probe) version/);
    await found?.close();
  });
});
