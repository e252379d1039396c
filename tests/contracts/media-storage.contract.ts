import { createHash } from 'node:crypto';
import { expect } from 'chai';
import type { Arrival, Continuation, FilePiece, MediaStorage, Receipt } from '../../src/catalog/index.ts';
import { CLIP, inPieces, POSTER } from '../world/media-samples.ts';

const ACCEPT = ['video/mp4', 'image/png'];
const arrival = (storageKey: string, bytes: Uint8Array, changes: Partial<Arrival> = {}): Arrival => ({
  storageKey,
  stream: inPieces(bytes),
  limitBytes: 1_000_000,
  accept: ACCEPT,
  expectedBytes: null,
  ...changes,
});

async function readAll(storage: MediaStorage, key: string, start: number, end: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of storage.open(key, { start, end })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The laws of a place where media files lie. */
export function mediaStorageContract(open: () => Promise<MediaStorage>): void {
  let storage: MediaStorage;
  beforeEach(async () => {
    storage = await open();
  });

  it('gives back what it took, whole and in part', async () => {
    const { file } = await storage.receive(arrival('clip', CLIP, { expectedBytes: CLIP.length }));
    const sha256 = createHash('sha256').update(CLIP).digest('hex');
    expect(file).to.deep.equal({ bytes: CLIP.length, sha256, contentType: 'video/mp4' });
    expect((await storage.stat('clip'))?.bytes).to.equal(CLIP.length);
    expect((await readAll(storage, 'clip', 0, CLIP.length)).equals(CLIP)).to.equal(true);
    expect((await readAll(storage, 'clip', 10, 11)).equals(CLIP.subarray(10, 11))).to.equal(true);
    const tail = CLIP.length - 5;
    expect((await readAll(storage, 'clip', tail, CLIP.length)).equals(CLIP.subarray(tail))).to.equal(true);
  });

  it('gives the same into a buffer of the reader’s, whatever its size', async () => {
    await storage.receive(arrival('clip', CLIP));
    for (const size of [1_000, CLIP.length + 1]) {
      const into = Buffer.alloc(size);
      const copies: Buffer[] = [];
      for await (const piece of storage.open('clip', { start: 3, end: CLIP.length, into }))
        copies.push(Buffer.from(piece));
      expect(Buffer.concat(copies).equals(CLIP.subarray(3))).to.equal(true);
    }
  });

  it('takes bytes however finely they are cut', async () => {
    const { file } = await storage.receive(
      arrival('tiny', POSTER, { stream: inPieces(POSTER, { size: 1 }) }),
    );
    expect(file?.contentType).to.equal('image/png');
    expect((await readAll(storage, 'tiny', 0, POSTER.length)).equals(POSTER)).to.equal(true);
  });

  it('takes exactly as much as is allowed', async () => {
    const exact = await storage.receive(arrival('exact', CLIP, { limitBytes: CLIP.length }));
    expect(exact.fault).to.equal(null);
    const over = await storage.receive(arrival('over', CLIP, { limitBytes: CLIP.length - 1 }));
    expect(over.fault).to.equal('too-large');
    expect(await storage.stat('over')).to.equal(undefined);
  });

  const faults: readonly (readonly [string, string, Uint8Array, Partial<Arrival>])[] = [
    ['an unknown kind', 'unsupported', Buffer.from('#!/bin/sh\nexit 1\n'), {}],
    ['a kind that is not wanted', 'unsupported', CLIP, { accept: ['image/png'] }],
    ['too few bytes', 'truncated', CLIP, { expectedBytes: CLIP.length + 1 }],
    ['too many bytes', 'truncated', CLIP, { expectedBytes: CLIP.length - 1 }],
    ['a connection that breaks', 'truncated', CLIP, { stream: inPieces(CLIP, { fails: true }) }],
    ['nothing', 'truncated', Buffer.alloc(0), {}],
  ];
  for (const [what, fault, bytes, changes] of faults) {
    it(`leaves nothing of ${what}`, async () => {
      expect(await storage.receive(arrival('bad', bytes, changes))).to.deep.equal({ file: null, fault });
      expect(await storage.stat('bad')).to.equal(undefined);
    });
  }

  describe('of a file that comes piece by piece', () => pieceLaws(() => storage));

  it('removes a file, also twice', async () => {
    await storage.receive(arrival('clip', CLIP));
    await storage.remove('clip');
    await storage.remove('clip');
    expect(await storage.stat('clip')).to.equal(undefined);
  });
}

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const piece = (storageKey: string, bytes: number): FilePiece => ({ storageKey, bytes });
const MEGABYTE = 1024 ** 2;

/** More of a file that is the clip's size, unless it is said otherwise. */
const more = (
  pieces: readonly FilePiece[],
  bytes: Uint8Array,
  changes: Partial<Continuation> = {},
): Continuation => ({
  pieces,
  stream: inPieces(bytes),
  lengthBytes: CLIP.length,
  accept: ACCEPT,
  digest: null,
  report: async () => true,
  ...changes,
});

function pieceLaws(current: () => MediaStorage): void {
  const [first, rest] = [CLIP.subarray(0, 100_000), CLIP.subarray(100_000)];
  const WHOLE = {
    file: { bytes: CLIP.length, sha256: sha256Of(CLIP), contentType: 'video/mp4' },
    fault: null,
  };
  const assemble = (pieces: readonly FilePiece[], lengthBytes = CLIP.length): Promise<Receipt> =>
    current().assemble({ storageKey: 'whole', pieces, lengthBytes, limitBytes: 1_000_000, accept: ACCEPT });

  it('goes on where it stood, and makes one file of it, told twice or at once', async () => {
    const storage = current();
    expect(await storage.append(more([piece('a', 0)], first))).to.deep.equal({ bytes: 100_000, fault: null });
    const end = await storage.append(more([piece('a', 100_000)], rest));
    expect(end).to.deep.equal({ bytes: CLIP.length, fault: null });
    const pieces = [piece('a', CLIP.length)];
    for (const receipt of await Promise.all([assemble(pieces), assemble(pieces)]))
      expect(receipt).to.deep.equal(WHOLE);
    expect(await assemble(pieces)).to.deep.equal(WHOLE);
    expect((await readAll(storage, 'whole', 0, CLIP.length)).equals(CLIP)).to.equal(true);
  });

  it('puts the pieces of one writer after another together, and counts none of what they left behind', async () => {
    const storage = current();
    await storage.append(more([piece('a', 0)], CLIP.subarray(0, 150_000)));
    await storage.append(more([piece('a', 100_000), piece('b', 0)], rest));
    const pieces = [piece('a', 100_000), piece('b', rest.length)];
    expect(await assemble(pieces)).to.deep.equal(WHOLE);
    for (const key of ['a', 'b', 'a']) await storage.remove(key);
    expect(await assemble(pieces)).to.deep.equal(WHOLE);
  });

  it('drops what lies behind the bytes that count', async () => {
    const storage = current();
    await storage.append(more([piece('a', 0)], Buffer.concat([first, Buffer.from('left by one who died')])));
    await storage.append(more([piece('a', 100_000)], rest));
    expect(await assemble([piece('a', CLIP.length)])).to.deep.equal(WHOLE);
  });

  it('keeps what came before the sender broke off', async () => {
    const broken = { stream: inPieces(first, { fails: true }) };
    const appended = await current().append(more([piece('a', 0)], first, broken));
    expect(appended).to.deep.equal({ bytes: 100_000, fault: null });
  });

  it('takes one byte at a time', async () => {
    const storage = current();
    const lengthBytes = 600;
    for (let at = 0; at < lengthBytes; at += 1) {
      const { fault } = await storage.append(
        more([piece('a', at)], POSTER.subarray(at, at + 1), { lengthBytes }),
      );
      expect(fault).to.equal(null);
    }
    const { file } = await assemble([piece('a', lengthBytes)], lengthBytes);
    expect(file).to.include({ sha256: sha256Of(POSTER.subarray(0, lengthBytes)), contentType: 'image/png' });
  });

  it('says what is no file of the kind as soon as enough of it has come', async () => {
    const storage = current();
    const words = Buffer.from('words '.repeat(100));
    expect((await storage.append(more([piece('a', 0)], words.subarray(0, 400)))).fault).to.equal(null);
    const { fault } = await storage.append(more([piece('a', 400)], words.subarray(400)));
    expect(fault).to.equal('unsupported');
    const small = { lengthBytes: 5 };
    expect((await storage.append(more([piece('b', 0)], Buffer.from('words'), small))).fault).to.equal(
      'unsupported',
    );
  });

  it('takes no more than was announced', async () => {
    const over = Buffer.concat([CLIP, Buffer.from('x')]);
    expect(await current().append(more([piece('a', 0)], over))).to.deep.equal({
      bytes: 0,
      fault: 'too-large',
    });
  });

  it('tells every few megabytes what is safe, and stops for somebody else', async () => {
    const storage = current();
    const large = Buffer.concat([CLIP, Buffer.alloc(20 * MEGABYTE)]);
    const told: number[] = [];
    const changes = {
      lengthBytes: large.length,
      report: async (bytes: number) => {
        told.push(bytes);
        return told.length < 2;
      },
    };
    const { bytes, fault } = await storage.append(more([piece('a', 0)], large, changes));
    expect([bytes, fault, told.length]).to.deep.equal([told[1], 'taken-over', 2]);
    expect(bytes).to.be.within(16 * MEGABYTE, 17 * MEGABYTE);
  });

  it('keeps all or nothing of what has a checksum', async () => {
    const storage = current();
    const wrong = { algorithm: 'sha256', hex: sha256Of(rest) } as const;
    expect(await storage.append(more([piece('a', 0)], first, { digest: wrong }))).to.deep.equal({
      bytes: 0,
      fault: 'damaged',
    });
    const hex = createHash('sha1').update(first).digest('hex');
    const right = { algorithm: 'sha1', hex } as const;
    expect(await storage.append(more([piece('a', 0)], first, { digest: right }))).to.deep.equal({
      bytes: 100_000,
      fault: null,
    });
  });

  it('leaves the pieces where they are when no file can be made of them', async () => {
    const storage = current();
    await storage.append(more([piece('a', 0)], first));
    expect(await assemble([piece('a', 100_000)])).to.deep.equal({ file: null, fault: 'truncated' });
    expect(await storage.stat('whole')).to.equal(undefined);
    await storage.append(more([piece('a', 100_000)], rest));
    expect(await assemble([piece('a', CLIP.length)])).to.deep.equal(WHOLE);
  });
}
