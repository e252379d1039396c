import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { boxesIn } from '../../../adapters/media/ffmpeg/boxes.ts';
import type { MediaFile, PackagingOutcome, TitleKind } from '../../../src/catalog/index.ts';
import { CLIP, TONE } from '../../world/catalog.ts';
import { filmOf } from '../../world/ffmpeg.ts';
import { openWorkshop, type Workshop } from './workshop.ts';

describe('packaging what is not what it seems', function () {
  this.timeout(60_000);
  let workshop: Workshop;
  beforeEach(async () => {
    workshop = await openWorkshop();
  });
  afterEach(() => workshop.close());

  const SECRET = 'the secret of the house';
  const refused = async (source: MediaFile, kind: TitleKind = 'video'): Promise<void> => {
    expect(await workshop.packager.inspect(source, kind)).to.equal('unreadable');
    const outcome: PackagingOutcome = await workshop.packager.package(workshop.order(source, { kind }));
    expect(outcome.fault).to.equal('unreadable');
    expect(await workshop.packages()).to.deep.equal([]);
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
        const canary = join(workshop.folder, 'canary.mp4');
        await writeFile(canary, CLIP);
        await refused(await workshop.storedAs(Buffer.from(text(canary), 'latin1'), contentType));
      });

  it('does not open the file that a film refers to', async () => {
    const canary = join(workshop.folder, 'canary.mp4');
    await writeFile(canary, SECRET);
    const source = await workshop.storedAs(referringTo(CLIP, canary), 'video/mp4');
    await refused(source);
  });

  it('refuses words behind a film’s first bytes, and a film cut in half', async () => {
    await refused(
      await workshop.storedAs(
        Buffer.concat([CLIP.subarray(0, 40), Buffer.alloc(5_000, 'words')]),
        'video/mp4',
      ),
    );
    // Its index lies in front, so that it can be read up to the cut.
    const half = await workshop.storedAs(CLIP.subarray(0, CLIP.length / 2), 'video/mp4');
    expect((await workshop.packager.package(workshop.order(half))).fault).to.equal('unreadable');
    expect(await workshop.packages()).to.deep.equal([]);
  });

  it('refuses sound for a film, and a picture that is larger than any screen', async () => {
    await refused(await workshop.storedAs(TONE, 'audio/mp4'));
    await refused(await workshop.stored(await filmOf({ size: '8200x64', seconds: 1, rate: 1 })));
  });
});

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
