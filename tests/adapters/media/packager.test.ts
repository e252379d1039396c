import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { MeasuredPackage, Rendition, TitleKind } from '../../../src/catalog/index.ts';
import { TONE } from '../../world/catalog.ts';
import { filmOf, probed } from '../../world/ffmpeg.ts';
import { KEY, openWorkshop, type Workshop } from './workshop.ts';

describe('packaging with ffmpeg', function () {
  this.timeout(60_000);
  let workshop: Workshop;
  beforeEach(async () => {
    workshop = await openWorkshop();
  });
  afterEach(() => workshop.close());
  const place = (...path: readonly string[]): string => workshop.place(...path);

  const packaged = async (path: string, kind: TitleKind = 'video'): Promise<MeasuredPackage> => {
    const { packager, order, stored } = workshop;
    const outcome = await packager.package(order(await stored(path), { kind }));
    if (outcome.fault !== null) throw new Error(outcome.fault);
    return outcome.package;
  };
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
    expect(await workshop.storage.renditionsOf(KEY)).to.deep.equal(renditions);
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
    expect(playlist).to.not.include(workshop.folder);
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
    const outcome = await workshop.packager.package(
      workshop.order(await workshop.storedAs(turned(film), 'video/mp4')),
    );
    expect(shapes(outcome.package?.renditions ?? [])).to.deep.equal(['90p 90x160']);
    await workshop.storage.remove(KEY);
    const wide = ['-vf', 'setsar=2'];
    const stretched = await packaged(await filmOf({ size: '80x90', seconds: 1, flags: wide }));
    expect(shapes(stretched.renditions)).to.deep.equal(['90p 160x90']);
  });

  it('reads Matroska, which need not say how long it is', async () => {
    const film = await filmOf({ size: '160x90', seconds: 1, ending: 'mkv' });
    expect((await packaged(film)).durationSeconds).to.be.within(0.9, 1.2);
  });

  it('makes sound alone of music', async () => {
    const source = await workshop.storedAs(TONE, 'audio/mp4');
    const outcome = await workshop.packager.package(workshop.order(source, { kind: 'music' }));
    const [audio] = outcome.package?.renditions ?? [];
    expect(audio).to.include({ name: 'audio', lines: 0, codecs: 'mp4a.40.2', width: null, frameRate: null });
    expect(audio?.bandwidth).to.be.within(30_000, 200_000);
    expect(await probed(place('audio', 'index.m3u8'), 'stream=codec_name')).to.deep.equal([
      { codec_name: 'aac' },
    ]);
  });

  describe('that is to end', () => {
    const long = (): Promise<string> => filmOf({ size: '640x360', seconds: 20, rate: 25, sound: false });

    it('ends at once when the process stops, with nothing in place', async () => {
      const begun = Promise.withResolvers<void>();
      const source = await workshop.stored(await long());
      const report = async (): Promise<boolean> => {
        begun.resolve();
        return true;
      };
      const outcome = workshop.packager.package(workshop.order(source, { report }));
      await begun.promise;
      const stoppedAt = performance.now();
      await workshop.packager.stop();
      expect((await outcome).fault).to.equal('interrupted');
      expect(performance.now() - stoppedAt).to.be.lessThan(2_000);
      expect(await workshop.packages()).to.deep.equal([]);
    });

    it('ends when somebody else has taken it over', async () => {
      const source = await workshop.stored(await long());
      const reports: number[] = [];
      const report = async (progress: number): Promise<boolean> => reports.push(progress) < 20;
      const { fault } = await workshop.packager.package(workshop.order(source, { report }));
      expect(fault).to.equal('interrupted');
      expect(reports).to.deep.equal([...reports].sort((a, b) => a - b));
      expect(await workshop.packages()).to.deep.equal([]);
    });

    it('begins anew where a dead process left something behind', async () => {
      const work = await workshop.storage.begin(KEY);
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
