import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import type { ClientRequest } from 'node:http';
import { join } from 'node:path';
import { expect } from 'chai';
import { CONFIG } from '../../../adapters/composition/keys.ts';
import { sized } from '../../races/race.ts';
import { CLIP, TONE } from '../../world/catalog.ts';
import type { Client } from '../../world/client.ts';
import { eventually } from '../../world/eventually.ts';
import { expected } from '../../world/house.ts';
import { answered, beginRequest, cutOff } from '../../world/slow-request.ts';
import { createUpload, creation, offsetOf, patchUpload, SPEAKING, TUS_TYPE } from '../../world/tus.ts';
import { startUsher, type RunningUsher } from '../../world/usher.ts';

const MEGABYTE = 1024 ** 2;
const GIGABYTE = 1024 ** 3;
const HALF = Math.floor(CLIP.length / 2);
const sha256 = createHash('sha256').update(CLIP).digest('hex');

describe('resumable uploads that are attacks, or have bad luck', function () {
  this.timeout(120_000);
  let usher: RunningUsher;
  let admin: Client;
  let media: string;
  let video: string;
  before(async () => {
    usher = await startUsher('SQLite');
    admin = await usher.admin();
    media = join(usher.usher.get(CONFIG).dataDir, 'media');
  });
  after(() => usher.stop());
  beforeEach(async () => {
    video = String(expected(await admin.post('/videos', { title: 'Film' }), 201).body['id']);
  });
  afterEach(async () => {
    await admin.delete(`/videos/${video}`);
    // What somebody may have been about to write to is kept for as long as an upload may take.
    await usher.advance('P2D');
    admin = await admin.logIn();
    await eventually('nothing is left', async () => (await left()).length === 0);
  });
  const left = async (): Promise<readonly string[]> => {
    const folders = ['incoming', 'pieces', 'files', 'packaging', 'packages'];
    return (await Promise.all(folders.map((folder) => readdir(join(media, folder))))).flat();
  };
  const asset = async () => (await admin.get(`/videos/${video}/media`)).body['asset'];
  /** A request that goes on with an upload, and whose bytes are still to be sent. */
  const begin = (
    path: string,
    offset: number,
    headers: Readonly<Record<string, string | number>>,
  ): ClientRequest =>
    beginRequest({
      method: 'PATCH',
      url: `${usher.base}/api/v1${path}`,
      token: admin.token,
      headers: { ...SPEAKING, 'content-type': TUS_TYPE, 'upload-offset': offset, ...headers },
    });

  it('cut at half go on from there', async () => {
    const path = await createUpload(admin, video, CLIP.length);
    const sent = begin(path, 0, { 'content-length': CLIP.length });
    sent.write(CLIP.subarray(0, HALF));
    await eventually('the half has arrived', async () => (await left()).length === 1);
    await cutOff(sent);
    await eventually('the half counts', async () => (await offsetOf(admin, path)) === HALF);
    expected(await patchUpload(admin, path, { offset: HALF, bytes: CLIP.subarray(HALF) }), 204);
    expect(await asset()).to.include({ status: 'ready', sha256 });
  });

  it('of one byte at a time arrive all the same, by requests and within one', async () => {
    const path = await createUpload(admin, video, CLIP.length);
    const bytes = sized(600, 60);
    for (let at = 0; at < bytes; at += 1)
      expected(await patchUpload(admin, path, { offset: at, bytes: CLIP.subarray(at, at + 1) }), 204);
    const sent = begin(path, bytes, { 'transfer-encoding': 'chunked' });
    const answer = answered(sent);
    for (const byte of CLIP.subarray(bytes, 3_000)) sent.write(Buffer.from([byte]));
    sent.end(CLIP.subarray(3_000));
    expect(await answer).to.deep.equal([204, null]);
    expect(await asset()).to.include({ status: 'ready', sha256 });
  });

  it('of two gigabytes more than may be are refused before there is anything of them', async () => {
    const headers = {
      ...creation(video, 7 * GIGABYTE),
      'content-type': TUS_TYPE,
      'content-length': 7 * GIGABYTE,
    };
    const url = `${usher.base}/api/v1/uploads`;
    const sent = beginRequest({ method: 'POST', url, token: admin.token, headers });
    sent.on('error', () => undefined).flushHeaders();
    expect(await answered(sent)).to.deep.equal([413, 'catalog.upload-too-large']);
    await cutOff(sent);
    expect(await asset()).to.equal(null);
  });

  it('of another kind are refused by their first bytes, of two gigabytes that were announced', async () => {
    const path = await createUpload(admin, video, 2 * GIGABYTE);
    const sent = begin(path, 0, { 'content-length': 2 * GIGABYTE });
    sent.on('error', () => undefined).write(TONE.subarray(0, 1_000));
    expect(await answered(sent)).to.deep.equal([415, 'catalog.unsupported-media']);
    await cutOff(sent);
    expect(await asset()).to.include({ status: 'failed', failure: 'catalog.unsupported-media' });
    expect(await left()).to.deep.equal([]);
  });

  it('of which two requests go on at once become what one of them sent', async () => {
    const path = await createUpload(admin, video, CLIP.length);
    const slow = begin(path, 0, { 'content-length': CLIP.length });
    const told = answered(slow);
    slow.write(CLIP.subarray(0, HALF));
    await eventually('the first is writing', async () => (await left()).length === 1);
    expected(await patchUpload(admin, path, { offset: 0, bytes: CLIP }), 204);
    slow.end(Buffer.alloc(CLIP.length - HALF, 'x'));
    expect(await told).to.deep.equal([409, 'catalog.upload-taken-over']);
    expect(await asset()).to.include({ status: 'ready', sha256 });
  });

  it('of very much fill neither the memory nor, in the end, the disk', async () => {
    const megabytes = sized(2_000, 100);
    const path = await createUpload(admin, video, 4 * GIGABYTE);
    const sent = begin(path, 0, { 'transfer-encoding': 'chunked' });
    const filler = Buffer.alloc(MEGABYTE, 7);
    const before = process.memoryUsage.rss();
    let most = 0;
    sent.write(CLIP);
    for (let count = 0; count < megabytes; count += 1) {
      if (!sent.write(filler)) await once(sent, 'drain');
      most = Math.max(most, process.memoryUsage.rss() - before);
    }
    await cutOff(sent);
    // What left the sender may still be on its way, and is lost with the connection.
    const nearly = (megabytes - 16) * MEGABYTE;
    await eventually('most of it counts', async () => (await offsetOf(admin, path)) > nearly);
    expect(most / MEGABYTE).to.be.lessThan(100);
    expected(await admin.send('DELETE', path, { headers: SPEAKING }), 204);
    await eventually('it is gone', async () => (await left()).length === 0);
  });
});
