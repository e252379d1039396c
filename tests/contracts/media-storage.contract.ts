import { createHash } from 'node:crypto';
import { expect } from 'chai';
import type { Arrival, MediaStorage } from '../../src/catalog/index.ts';
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

  it('removes a file, also twice', async () => {
    await storage.receive(arrival('clip', CLIP));
    await storage.remove('clip');
    await storage.remove('clip');
    expect(await storage.stat('clip')).to.equal(undefined);
  });
}
