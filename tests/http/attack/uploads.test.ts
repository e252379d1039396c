import { once } from 'node:events';
import type { ClientRequest } from 'node:http';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { CONFIG } from '../../../adapters/composition/keys.ts';
import { sized } from '../../races/race.ts';
import { CLIP, POSTER, TONE } from '../../world/catalog.ts';
import type { Client } from '../../world/client.ts';
import { eventually } from '../../world/eventually.ts';
import { expected } from '../../world/house.ts';
import { answered, beginRequest, cutOff } from '../../world/slow-request.ts';
import { startUsher, type RunningUsher } from '../../world/usher.ts';

const MEGABYTE = 1024 ** 2;
const CANARY = 'the canary of the house';

describe('uploads that are attacks', function () {
  this.timeout(120_000);
  let usher: RunningUsher;
  let admin: Client;
  let media: string;
  let video: string;
  before(async () => {
    usher = await startUsher('SQLite', { variables: { PACKAGING: 'auto' } });
    admin = await usher.admin();
    media = join(usher.usher.get(CONFIG).dataDir, 'media');
  });
  after(() => usher.stop());
  beforeEach(async () => {
    video = String(expected(await admin.post('/videos', { title: 'Film' }), 201).body['id']);
  });
  afterEach(async () => {
    // Whatever was kept was kept for a row: nothing is left when the title and its promises are gone.
    await admin.delete(`/videos/${video}`);
    await usher.settle();
    await eventually('nothing is left', async () => (await left()).length === 0);
  });
  const left = async (): Promise<readonly string[]> => {
    const folders = ['incoming', 'files', 'packaging', 'packages'];
    return (await Promise.all(folders.map((folder) => readdir(join(media, folder))))).flat();
  };

  /** An upload whose bytes are still to be sent. */
  const begin = (slot: string, headers: Readonly<Record<string, string | number>>): ClientRequest =>
    beginRequest({
      method: 'PUT',
      url: `${usher.base}/api/v1/videos/${video}/${slot}`,
      token: admin.token,
      headers: { 'content-type': 'application/octet-stream', ...headers },
    });
  const refused = async (slot: string, bytes: Buffer): Promise<readonly unknown[]> => {
    const { status, body } = await admin.upload(
      `/videos/${video}/${slot}`,
      bytes,
      'application/octet-stream',
    );
    expect(await left()).to.deep.equal([]);
    return [status, body['code']];
  };
  /** How it ended, once the product knows. */
  const failure = async (slot: string): Promise<unknown> => {
    let told: unknown;
    await eventually('the upload has failed', async () => {
      const { body } = await admin.get(`/videos/${video}/${slot}`);
      told = body['asset']?.['failure'];
      return body['asset']?.['status'] === 'failed';
    });
    return told;
  };
  it('cut at half leave nothing', async () => {
    const sent = begin('media', { 'content-length': CLIP.length });
    sent.write(CLIP.subarray(0, CLIP.length / 2));
    await eventually('the half has arrived', async () => (await left()).length === 1);
    await cutOff(sent);
    expect(await failure('media')).to.equal('catalog.upload-truncated');
    expect(await left()).to.deep.equal([]);
  });

  it('of two declared gigabytes are refused where that is too much, before a byte of them is read', async () => {
    const sent = begin('poster', { 'content-length': 2 * 1024 ** 3 });
    sent.on('error', () => undefined).flushHeaders();
    expect(await answered(sent)).to.deep.equal([413, 'catalog.upload-too-large']);
    await cutOff(sent);
  });

  it('of two declared gigabytes take the room of what came of them, and leave nothing', async () => {
    const sent = begin('media', { 'content-length': 2 * 1024 ** 3 });
    sent.write(CLIP);
    await eventually('some has arrived', async () => (await left()).length === 1);
    await cutOff(sent);
    expect(await failure('media')).to.equal('catalog.upload-truncated');
    expect(await left()).to.deep.equal([]);
  });

  it('of one byte at a time arrive all the same', async () => {
    const sent = begin('poster', { 'transfer-encoding': 'chunked' });
    const answer = answered(sent);
    for (const byte of POSTER) sent.write(Buffer.from([byte]));
    sent.end();
    expect(await answer).to.deep.equal([202, undefined]);
  });

  const wrong: readonly (readonly [string, string, () => Buffer])[] = [
    ['of another kind', 'media', () => TONE],
    ['of no kind', 'media', () => Buffer.from('#!/bin/sh\n')],
    [
      'of a playlist of our own files',
      'media',
      () => Buffer.from(`#EXTM3U\n#EXTINF:6,\n${join(media, 'x')}\n`),
    ],
    [
      'of a playlist behind the first bytes of a film',
      'media',
      () => disguised(`#EXTM3U\n#EXTINF:6,\n${media}\n`),
    ],
    ['of words behind the first bytes of a film', 'trailer', () => disguised(CANARY)],
    ['of a picture of 30,000 × 30,000', 'poster', () => enlarged(POSTER)],
    ['of a drawing with scripts', 'poster', () => Buffer.from('<svg onload="alert(1)"/>')],
  ];
  for (const [what, slot, bytes] of wrong)
    it(`${what} are refused, and leave nothing`, async () => {
      expect(await refused(slot, bytes())).to.deep.equal([415, 'catalog.unsupported-media']);
    });

  it('of a picture of 30,000 × 30,000 are refused of ordinary people, too', async () => {
    const { status, body } = await admin.upload('/accounts/me/picture', enlarged(POSTER), 'image/png');
    expect([status, body['code']]).to.deep.equal([413, 'identity.picture-too-large']);
  });

  it('of very much fill neither the memory nor, in the end, the disk', async () => {
    const megabytes = sized(2_000, 100);
    const sent = begin('media', { 'transfer-encoding': 'chunked' });
    const filler = Buffer.alloc(MEGABYTE, 7);
    const before = process.memoryUsage.rss();
    let most = 0;
    sent.write(CLIP);
    for (let count = 0; count < megabytes; count += 1) {
      if (!sent.write(filler)) await once(sent, 'drain');
      most = Math.max(most, process.memoryUsage.rss() - before);
    }
    await cutOff(sent);
    expect(await failure('media')).to.equal('catalog.upload-truncated');
    expect(most / MEGABYTE).to.be.lessThan(100);
    expect(await left()).to.deep.equal([]);
  });
});

/** Words that begin like a film. */
const disguised = (words: string): Buffer =>
  Buffer.concat([CLIP.subarray(0, 40), Buffer.from(words.padEnd(2_000))]);

/** The poster, with a header that speaks of 900 megapixels. */
function enlarged(poster: Buffer): Buffer {
  const bomb = Buffer.from(poster);
  bomb.writeUInt32BE(30_000, 16);
  bomb.writeUInt32BE(30_000, 20);
  return bomb;
}
