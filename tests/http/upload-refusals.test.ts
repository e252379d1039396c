import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { CLIP, POSTER, TONE } from '../world/catalog.ts';
import type { Answer, Client } from '../world/client.ts';
import { expected } from '../world/house.ts';
import {
  creation,
  createUpload,
  headUpload,
  metadataOf,
  offsetOf,
  patchUpload,
  SPEAKING,
  TUS_TYPE,
} from '../world/tus.ts';
import { startUsher, type RunningUsher } from '../world/usher.ts';

const HALF = 150_000;

describe('resumable uploads are refused', () => {
  let usher: RunningUsher;
  let admin: Client;
  let video: string;
  before(async () => {
    usher = await startUsher('SQLite');
    admin = await usher.admin();
  });
  after(() => usher.stop());
  beforeEach(async () => {
    video = String(expected(await admin.post('/videos', { title: 'Film' }), 201).body['id']);
  });
  const asset = async (slot = 'media') => (await admin.get(`/videos/${video}/${slot}`)).body['asset'];
  const told = ({ status, body }: Answer): readonly unknown[] => [status, body['code']];

  const pointers = (answer: Answer): readonly unknown[] =>
    (answer.body as unknown as { errors: { pointer: string }[] }).errors.map(({ pointer }) => pointer);
  const good = (): Readonly<Record<string, string>> => creation(video, CLIP.length);

  it('when they are announced badly, with all that is wrong', async () => {
    const nothing = await admin.send('POST', '/uploads', { headers: SPEAKING });
    expect(told(nothing)).to.deep.equal([400, 'request.invalid']);
    expect(pointers(nothing)).to.deep.equal(['/headers/upload-length', '/headers/upload-metadata']);
    const wrong: readonly (readonly [string, string, string])[] = [
      ['upload-length', '-1', '/headers/upload-length'],
      ['upload-length', '1e3', '/headers/upload-length'],
      ['upload-metadata', 'title_id', '/headers/upload-metadata/kind'],
      ['upload-metadata', 'title_id !!!', '/headers/upload-metadata'],
      ['upload-metadata', 'kind bWVkaWE=,kind bWVkaWE=', '/headers/upload-metadata'],
      ['upload-metadata', metadataOf({ title_id: video, kind: 'film' }), '/headers/upload-metadata/kind'],
      ['upload-concat', 'partial', '/headers/upload-concat'],
      ['upload-defer-length', '1', '/headers/upload-defer-length'],
      ['upload-checksum', 'md5 eA==', '/headers/upload-checksum'],
    ];
    for (const [name, value, pointer] of wrong) {
      const answer = await admin.send('POST', '/uploads', { headers: { ...good(), [name]: value } });
      expect(told(answer), value).to.deep.equal([400, 'request.invalid']);
      expect(pointers(answer), value).to.include(pointer);
    }
    const long = `${metadataOf({ title_id: video, kind: 'media' })},x ${'A'.repeat(4_096)}`;
    const { body } = await admin.send('POST', '/uploads', {
      headers: { ...good(), 'upload-metadata': long },
    });
    expect(body['errors']).to.deep.equal([
      { pointer: '/headers/upload-metadata', detail: 'must have at most 4096 characters' },
    ]);
    expect(await asset()).to.equal(null);
  });

  it('for a title that is not there, and of a size that none may have', async () => {
    const sized = (length: number | string, kind = 'media') =>
      admin.send('POST', '/uploads', {
        headers: { ...creation(video, 1, kind), 'upload-length': String(length) },
      });
    for (const id of ['01980000-0000-7000-8000-ffffffffffff', 'nonsense', ''])
      expect(told(await admin.send('POST', '/uploads', { headers: creation(id, 1) }))).to.deep.equal([
        404,
        'request.not-found',
      ]);
    for (const [length, kind] of [
      [7 * 1024 ** 3, 'media'],
      ['9'.repeat(400), 'media'],
      [POSTER.length + 5 * 1024 ** 2, 'poster'],
    ] as const)
      expect(told(await sized(length, kind))).to.deep.equal([413, 'catalog.upload-too-large']);
    expect(told(await sized(0))).to.deep.equal([400, 'catalog.upload-truncated']);
  });

  it('when a request does not fit where they stand', async () => {
    const path = await createUpload(admin, video, CLIP.length);
    const bytes = CLIP.subarray(0, HALF);
    const wrong = async (offset: number | string, headers = {}) =>
      patchUpload(admin, path, {
        offset: 0,
        bytes,
        headers: { 'upload-offset': String(offset), ...headers },
      });
    const beyond = await wrong(1);
    expect(told(beyond)).to.deep.equal([409, 'catalog.upload-offset-mismatch']);
    expect(beyond.body['offset']).to.equal(0);
    expect(told(await wrong('9'.repeat(30)))).to.deep.equal([409, 'catalog.upload-offset-mismatch']);
    expect(told(await wrong('x'))).to.deep.equal([400, 'request.invalid']);
    expect(told(await wrong(0, { 'content-type': 'video/mp4' }))).to.deep.equal([
      415,
      'request.unsupported-media-type',
    ]);
    const over = Buffer.concat([CLIP, Buffer.from('x')]);
    expect(told(await patchUpload(admin, path, { offset: 0, bytes: over }))).to.deep.equal([
      413,
      'catalog.upload-too-large',
    ]);
    expect(await offsetOf(admin, path)).to.equal(0);
  });

  it('when bytes do not come to their checksum, which they may have', async () => {
    const path = await createUpload(admin, video, CLIP.length);
    const bytes = CLIP.subarray(0, HALF);
    const checksum = (of: Uint8Array) => ({
      'upload-checksum': `sha1 ${createHash('sha1').update(of).digest('base64')}`,
    });
    const damaged = await patchUpload(admin, path, { offset: 0, bytes, headers: checksum(CLIP) });
    expect(told(damaged)).to.deep.equal([460, 'catalog.upload-damaged']);
    expect(await offsetOf(admin, path)).to.equal(0);
    expected(await patchUpload(admin, path, { offset: 0, bytes, headers: checksum(bytes) }), 204);
    expect(await offsetOf(admin, path)).to.equal(HALF);
  });

  it('by the first bytes already, and are gone from then on', async () => {
    const path = await createUpload(admin, video, CLIP.length);
    const words = await patchUpload(admin, path, { offset: 0, bytes: Buffer.from('words '.repeat(100)) });
    expect(told(words)).to.deep.equal([415, 'catalog.unsupported-media']);
    const again = await patchUpload(admin, path, { offset: 0, bytes: CLIP });
    expect(told(again)).to.deep.equal([410, 'catalog.upload-ended']);
    expect(again.body['failure']).to.equal('catalog.unsupported-media');
    const head = await headUpload(admin, path);
    expect([head.status, head.headers.get('upload-offset')]).to.deep.equal([410, null]);
    expect(await asset()).to.include({ status: 'failed', failure: 'catalog.unsupported-media' });
  });

  it('with the request that creates them, and nothing is left to ask about', async () => {
    const headers = { ...creation(video, TONE.length), 'content-type': TUS_TYPE };
    const answer = await admin.send('POST', '/uploads', { bytes: TONE, headers });
    expect(told(answer)).to.deep.equal([415, 'catalog.unsupported-media']);
    expect(answer.headers.get('location')).to.equal(null);
  });

  it('to another admin like one that is not there', async () => {
    const path = await createUpload(admin, video, CLIP.length);
    const other = await usher.admin();
    const answers = [
      await other.send('GET', path, { headers: SPEAKING }),
      await patchUpload(other, path, { offset: 0, bytes: CLIP }),
      await other.send('DELETE', path, { headers: SPEAKING }),
    ];
    for (const answer of answers) expect(told(answer)).to.deep.equal([404, 'request.not-found']);
    expect(await offsetOf(admin, path)).to.equal(0);
  });

  it('when an account has very many open, until it gives one up; others may, and so may the same title', async () => {
    const crowded = await usher.admin();
    const drafts = await Promise.all(
      Array.from({ length: 21 }, async (_, index) =>
        String(expected(await crowded.post('/videos', { title: `Film ${index}` }), 201).body['id']),
      ),
    );
    const begin = async (title: string, by = crowded) => ({
      title,
      answer: await by.send('POST', '/uploads', { headers: creation(title, 9) }),
    });
    const begun = await Promise.all(drafts.map((title) => begin(title)));
    const [refused, another] = begun.filter(({ answer }) => answer.status !== 201);
    if (!refused || another) throw new Error('of 21, one is refused');
    expect(told(refused.answer)).to.deep.equal([409, 'catalog.too-many-uploads']);
    expect(refused.answer.body).to.include({ limit: 20 });
    expected((await begin(refused.title, admin)).answer, 201);
    expected((await begin(refused.title)).answer, 409);
    const open = drafts.find((title) => title !== refused.title) ?? '';
    const anew = expected((await begin(open)).answer, 201);
    const path = (anew.headers.get('location') ?? '').replace('/api/v1', '');
    expected(await crowded.send('DELETE', path, { headers: SPEAKING }), 204);
    expected((await begin(refused.title)).answer, 201);
  });

  it('a day after the last of them came', async () => {
    const path = await createUpload(admin, video, CLIP.length);
    await usher.advance('P1D');
    admin = await admin.logIn();
    expect(told(await patchUpload(admin, path, { offset: 0, bytes: CLIP }))).to.deep.equal([
      410,
      'catalog.upload-ended',
    ]);
    expect(await asset()).to.include({ status: 'failed', failure: 'catalog.upload-interrupted' });
  });
});
