import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { boxesIn } from '../../../adapters/media/ffmpeg/boxes.ts';
import { ffmpegPackager, type FfmpegPackager } from '../../../adapters/media/ffmpeg/packager.ts';
import { openLocalStorage, type LocalStorage } from '../../../adapters/media/local-storage.ts';
import type {
  MeasuredPackage,
  PackagingOrder,
  PackagingOutcome,
  Rendition,
  TitleKind,
} from '../../../src/catalog/index.ts';
import { CLIP, inPieces, TONE } from '../../world/catalog.ts';
import { ffmpegPrograms, filmOf, probed } from '../../world/ffmpeg.ts';

const ACCEPT = ['video/mp4', 'video/quicktime', 'video/webm', 'video/x-matroska', 'audio/mp4'];
const KEY = 'the-package';

describe('packaging with ffmpeg', function () {
  this.timeout(60_000);
  let folder: string;
  let storage: LocalStorage;
  let packager: FfmpegPackager;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'usher-packages-'));
    storage = await openLocalStorage(folder);
    packager = ffmpegPackager(await ffmpegPrograms(), storage, { reportMs: 20 });
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** Stores bytes as an upload would, without looking into them. */
  const storedAs = async (bytes: Uint8Array, contentType: string): Promise<PackagingOrder['source']> => {
    await writeFile(storage.pathOf('source'), bytes);
    return { storageKey: 'source', contentType };
  };
  const stored = async (path: string): Promise<PackagingOrder['source']> => {
    const stream = createReadStream(path);
    const arrival = { storageKey: 'source', stream, limitBytes: 1e9, accept: ACCEPT, expectedBytes: null };
    const { file } = await storage.receive(arrival);
    return { storageKey: 'source', contentType: file?.contentType ?? '' };
  };
  const order = (
    source: PackagingOrder['source'],
    changes: Partial<PackagingOrder> = {},
  ): PackagingOrder => ({
    source,
    kind: 'video',
    packageKey: KEY,
    report: async () => true,
    ...changes,
  });
  const packaged = async (path: string, kind: TitleKind = 'video'): Promise<MeasuredPackage> => {
    const outcome = await packager.package(order(await stored(path), { kind }));
    if (outcome.fault !== null) throw new Error(outcome.fault);
    return outcome.package;
  };
  const place = (...path: string[]): string => join(folder, 'packages', KEY, ...path);
  const leftOver = (): Promise<string[]> => readdir(join(folder, 'packages'));
  const shapes = (renditions: readonly Rendition[]) =>
    renditions.map(({ name, width, height }) => `${name} ${width}x${height}`);

  it('makes every step of the ladder up to the source, as measured and as described', async () => {
    const film = await filmOf({ size: '3840x2160', seconds: 1, rate: 2 });
    const { renditions, durationSeconds } = await packaged(film);
    expect(shapes(renditions)).to.deep.equal([
      '480p 854x480',
      '720p 1280x720',
      '1080p 1920x1080',
      '2160p 3840x2160',
    ]);
    expect(durationSeconds).to.be.within(1, 1.1);
    expect(await storage.renditionsOf(KEY)).to.deep.equal(renditions);
    for (const rendition of renditions) {
      const [video, audio] = await probed(
        place(rendition.name, 'index.m3u8'),
        'stream=codec_name,profile,level,width,height',
      );
      expect(video).to.include({ codec_name: 'h264', profile: 'High' });
      expect(video).to.include({ width: rendition.width, height: rendition.height });
      const level = Number(video?.['level']).toString(16).padStart(2, '0');
      expect(rendition.codecs).to.equal(`avc1.6400${level},mp4a.40.2`);
      expect(audio).to.include({ codec_name: 'aac' });
      expect(rendition.frameRate).to.equal(2);
      const { size } = await stat(place(rendition.name, 'seg-00000.m4s'));
      expect(rendition.bandwidth).to.be.within(rendition.averageBandwidth, size * 8);
    }
  });

  it('cuts segments of six seconds, and sets a key frame every two', async () => {
    await packaged(await filmOf({ size: '128x72', seconds: 7 }));
    const playlist = await readFile(place('72p', 'index.m3u8'), 'utf8');
    expect(playlist).to.match(
      /#EXTINF:6\.0+,\nseg-00000\.m4s\n#EXTINF:1\.\d+,\nseg-00001\.m4s\n#EXT-X-ENDLIST/,
    );
    expect(playlist).to.include('#EXT-X-MAP:URI="init.mp4"').and.include('#EXT-X-PLAYLIST-TYPE:VOD');
    expect(playlist).to.not.include(folder);
    const packets = await probed(place('72p', 'index.m3u8'), 'packet=stream_index,pts_time,flags');
    const keys = packets.filter(
      (each) => String(each['stream_index']) === '0' && /K/.test(each['flags'] ?? ''),
    );
    const [first = 0, ...later] = keys.map((each) => Number(each['pts_time']));
    expect(later.map((time) => Math.round((time - first) * 10) / 10)).to.deep.equal([2, 4, 6]);
  });

  it('never enlarges: what is below the lowest step is made once, as it is', async () => {
    const { renditions } = await packaged(await filmOf({ size: '322x182', seconds: 1, sound: false }));
    expect(shapes(renditions)).to.deep.equal(['182p 322x182']);
    expect(renditions[0]?.codecs).to.match(/^avc1\.6400[0-9a-f]{2}$/);
  });

  it('keeps a film that was turned, or whose pixels are no squares, as it is meant to be seen', async () => {
    const film = await readFile(await filmOf({ size: '160x90', seconds: 1 }));
    const outcome = await packager.package(order(await storedAs(turned(film), 'video/mp4')));
    expect(shapes(outcome.package?.renditions ?? [])).to.deep.equal(['90p 90x160']);
    await storage.remove(KEY);
    const wide = ['-vf', 'setsar=2'];
    const stretched = await packaged(await filmOf({ size: '80x90', seconds: 1, flags: wide }));
    expect(shapes(stretched.renditions)).to.deep.equal(['90p 160x90']);
  });

  it('reads Matroska, which need not say how long it is', async () => {
    const film = await filmOf({ size: '160x90', seconds: 1, ending: 'mkv' });
    expect((await packaged(film)).durationSeconds).to.be.within(0.9, 1.2);
  });

  it('makes sound alone of music', async () => {
    await storage.receive({
      storageKey: 'source',
      stream: inPieces(TONE),
      limitBytes: TONE.length,
      accept: ACCEPT,
      expectedBytes: null,
    });
    const source = { storageKey: 'source', contentType: 'audio/mp4' };
    const outcome = await packager.package(order(source, { kind: 'music' }));
    const [audio] = outcome.package?.renditions ?? [];
    expect(audio).to.include({ name: 'audio', lines: 0, codecs: 'mp4a.40.2', width: null, frameRate: null });
    expect(audio?.bandwidth).to.be.within(30_000, 200_000);
    expect(await probed(place('audio', 'index.m3u8'), 'stream=codec_name')).to.deep.equal([
      { codec_name: 'aac' },
    ]);
  });

  describe('of a file that is not what it seems', () => {
    const SECRET = 'the secret of the house';
    const refused = async (source: PackagingOrder['source'], kind: TitleKind = 'video'): Promise<void> => {
      expect(await packager.inspect(source, kind)).to.equal('unreadable');
      const outcome: PackagingOutcome = await packager.package(order(source, { kind }));
      expect(outcome.fault).to.equal('unreadable');
      expect(await leftOver()).to.deep.equal([]);
    };

    for (const [what, text] of [
      [
        'a playlist',
        (canary: string) => `#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\n${canary}\n#EXT-X-ENDLIST\n`,
      ],
      ['a list of files', (canary: string) => `ffconcat version 1.0\nfile '${canary}'\n`],
      [
        'a film of the address of one',
        (canary: string) => `\0\0\0\x18ftypisom\0\0\0\0isommp42#EXTM3U\n${canary}\n`,
      ],
    ] as const)
      for (const contentType of ['video/mp4', 'video/x-matroska'])
        it(`does not follow ${what} that passes for ${contentType}`, async () => {
          const canary = join(folder, 'canary.mp4');
          await writeFile(canary, CLIP);
          await refused(await storedAs(Buffer.from(text(canary), 'latin1'), contentType));
        });

    it('does not open the file that a film refers to', async () => {
      const canary = join(folder, 'canary.mp4');
      await writeFile(canary, SECRET);
      const source = await storedAs(referringTo(CLIP, canary), 'video/mp4');
      await refused(source);
    });

    it('refuses words behind a film’s first bytes, and a film cut in half', async () => {
      await refused(
        await storedAs(Buffer.concat([CLIP.subarray(0, 40), Buffer.alloc(5_000, 'words')]), 'video/mp4'),
      );
      // Its index lies in front, so that it can be read up to the cut.
      const half = await storedAs(CLIP.subarray(0, CLIP.length / 2), 'video/mp4');
      expect((await packager.package(order(half))).fault).to.equal('unreadable');
      expect(await leftOver()).to.deep.equal([]);
    });

    it('refuses sound for a film, and a picture that is larger than any screen', async () => {
      await refused(await storedAs(TONE, 'audio/mp4'));
      await refused(await stored(await filmOf({ size: '8200x64', seconds: 1, rate: 1 })));
    });
  });

  describe('that is to end', () => {
    const long = (): Promise<string> => filmOf({ size: '640x360', seconds: 20, rate: 25, sound: false });

    it('ends at once when the process stops, with nothing in place', async () => {
      const begun = Promise.withResolvers<void>();
      const source = await stored(await long());
      const report = async (): Promise<boolean> => {
        begun.resolve();
        return true;
      };
      const outcome = packager.package(order(source, { report }));
      await begun.promise;
      const stoppedAt = performance.now();
      await packager.stop();
      expect((await outcome).fault).to.equal('interrupted');
      expect(performance.now() - stoppedAt).to.be.lessThan(2_000);
      expect(await leftOver()).to.deep.equal([]);
    });

    it('ends when somebody else has taken it over', async () => {
      const source = await stored(await long());
      const reports: number[] = [];
      const report = async (progress: number): Promise<boolean> => reports.push(progress) < 20;
      const { fault } = await packager.package(order(source, { report }));
      expect(fault).to.equal('interrupted');
      expect(reports).to.deep.equal([...reports].sort((a, b) => a - b));
      expect(await leftOver()).to.deep.equal([]);
    });

    it('begins anew where a dead process left something behind', async () => {
      const work = await storage.begin(KEY);
      await writeFile(join(work, 'half'), 'half');
      await packaged(await filmOf({ size: '128x72', seconds: 1 }));
      expect((await readdir(place())).sort()).to.deep.equal(['72p', 'renditions.json']);
    });
  });
});

/** The film with the matrix of its first track turned by a quarter. */
function turned(film: Buffer): Buffer {
  const changed = Buffer.from(film);
  const matrix = changed.indexOf('tkhd', 0, 'latin1') + 4 + 40;
  const [one, minusOne] = [0x00010000, -0x00010000];
  [0, one, 0, minusOne, 0, 0].forEach((value, index) => changed.writeInt32BE(value, matrix + 4 * index));
  return changed;
}

/** The film with its samples in another file, as QuickTime allows it: a reference is put into each track. */
function referringTo(film: Buffer, path: string): Buffer {
  const words = Buffer.from(`file://${path}\0`);
  const reference = box('url ', Buffer.concat([Buffer.alloc(4), words]));
  const count = Buffer.from([0, 0, 0, 0, 0, 0, 0, 1]);
  const put = (content: Buffer, [name, ...within]: readonly string[]): Buffer =>
    Buffer.concat(
      [...boxesIn(content)].map(({ type, content: inside }) => {
        if (type !== name) return box(type, inside);
        return box(type, within.length === 0 ? Buffer.concat([count, reference]) : put(inside, within));
      }),
    );
  return put(film, ['moov', 'trak', 'mdia', 'minf', 'dinf', 'dref']);
}

function box(type: string, content: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(content.length + 8);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, content]);
}
