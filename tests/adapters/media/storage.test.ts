import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openLocalStorage } from '../../../adapters/media/local-storage.ts';
import { memoryStorage } from '../../../adapters/media/memory-storage.ts';
import { contentTypeOf } from '../../../adapters/media/sniff.ts';
import { mediaStorageContract } from '../../contracts/media-storage.contract.ts';
import { CLIP, POSTER, TONE } from '../../world/catalog.ts';

describe('media in memory', () => mediaStorageContract(async () => memoryStorage()));

describe('media in a folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'usher-media-'));
  });
  afterEach(() => rm(folder, { recursive: true }));
  mediaStorageContract(() => openLocalStorage(folder));

  it('makes no path of what is not a key', async () => {
    const storage = await openLocalStorage(folder);
    for (const key of ['../escape', '', '.', 'a/b', 'a\0b'])
      expect(
        await storage.stat(key).then(
          () => 'found',
          (error: Error) => error.name,
        ),
      ).to.equal('RangeError');
  });
});

describe('telling a file by its first bytes', () => {
  const box = (major: string, ...compatible: readonly string[]): Buffer => {
    const brands = compatible.join('');
    const size = Buffer.alloc(4);
    size.writeUInt32BE(16 + brands.length);
    return Buffer.concat([size, Buffer.from(`ftyp${major}\0\0\0\0${brands}`, 'latin1')]);
  };
  const latin = (text: string): Buffer => Buffer.from(text, 'latin1');
  const cases: readonly (readonly [string, Buffer, string | undefined])[] = [
    ['our clip', CLIP, 'video/mp4'],
    ['our tone', TONE, 'audio/mp4'],
    ['our poster', POSTER, 'image/png'],
    ['a film for sale, which is compatible with M4A', box('M4V ', 'M4A ', 'mp42'), 'video/mp4'],
    ['QuickTime', box('qt  '), 'video/quicktime'],
    ['AVIF, a picture in a film container', box('avif', 'mif1', 'iso2'), undefined],
    ['HEIC that calls itself mp42', box('heic', 'mp42'), undefined],
    ['WebM', latin('\x1a\x45\xdf\xa3\x01\x42\x82\x84webm'), 'video/webm'],
    ['Matroska', latin('\x1a\x45\xdf\xa3\x01\x42\x82\x88matroska'), 'video/x-matroska'],
    ['JPEG', latin('\xff\xd8\xff\xe0'), 'image/jpeg'],
    ['WebP', latin('RIFF\x10\0\0\0WEBPVP8 '), 'image/webp'],
    ['a wave file', latin('RIFF\x10\0\0\0WAVEfmt '), undefined],
    ['MP3 with a tag', latin('ID3\x04\0\0'), 'audio/mpeg'],
    ['MP3 without', latin('\xff\xfb\x90\x64'), 'audio/mpeg'],
    ['ADTS, which is AAC', latin('\xff\xf1\x50\x80'), undefined],
    ['FLAC', latin('fLaC\0\0'), 'audio/flac'],
    ['Opus in Ogg', latin('OggS\0\x02 OpusHead'), 'audio/ogg'],
    ['Theora in Ogg', latin('OggS\0\x02 \x80theora'), undefined],
    ['a page', latin('<!doctype html>'), undefined],
    ['a drawing with scripts', latin('<svg xmlns="">'), undefined],
    ['nothing', Buffer.alloc(0), undefined],
  ];
  for (const [what, head, expected] of cases)
    it(`${what}: ${expected ?? 'refused'}`, () => expect(contentTypeOf(head)).to.equal(expected));
});
