import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { SOURCE_LINKS, TICKETS } from '../../adapters/composition/keys.ts';
import type { SourceLink } from '../../src/catalog/index.ts';
import { after as later, HOUR } from '../../src/kernel/instant.ts';
import { CLIP } from '../world/catalog.ts';
import type { Answer } from '../world/client.ts';
import { expected } from '../world/house.ts';
import { openTheatre, type Reply, type Theatre } from './hls/theatre.ts';

const INVALID = [403, 'catalog.source-link-invalid'];
const EXPIRED = [403, 'catalog.source-link-expired'];
const ABSENT = [404, 'request.not-found'];

const seen = ({ status, code }: Reply): readonly unknown[] => [status, code];
const sha256 = (text: string): string =>
  createHash('sha256').update(Buffer.from(text, 'latin1')).digest('hex');
const DIGEST = createHash('sha256').update(CLIP).digest('hex');

describe('having the source of an asset back', function () {
  this.timeout(30_000);
  let theatre: Theatre;
  let film: string;
  let url: string;
  before(async () => {
    theatre = await openTheatre();
  });
  after(() => theatre.stop());
  beforeEach(async () => {
    film = await theatre.film({ lines: [480] });
    url = await urlOf(film);
  });
  const slotOf = async (id: string): Promise<Answer['body']> =>
    expected(await theatre.admin.get(`/videos/${id}/media`), 200).body;
  const urlOf = async (id: string, slot = 'serving'): Promise<string> =>
    String((await slotOf(id))[slot]?.['source_url']);
  const textIn = (address: string): string => address.split('/').at(-1) ?? '';
  const reissued = (changes: Partial<SourceLink>): string => {
    const links = theatre.world.usher.get(SOURCE_LINKS);
    const link = links.read(textIn(url));
    if (link === 'invalid') throw new Error('not a link');
    return `/media/source/${links.issue({ ...link, ...changes })}`;
  };

  it('gives, beside its package, the very bytes that were uploaded', async () => {
    expect((await slotOf(film))['serving']).to.include({ packaging: 'hls', sha256: DIGEST });
    const { status, text, headers } = await theatre.read(url);
    expect([status, sha256(text)]).to.deep.equal([200, DIGEST]);
    expect(headers).to.include({
      'content-type': 'video/mp4',
      'content-length': String(CLIP.length),
      'cache-control': 'private, no-store',
      'accept-ranges': 'bytes',
    });
    expect(headers['content-disposition']).to.match(/^attachment; filename="source-[0-9a-f-]{36}\.mp4"$/);
    expect(headers['x-content-type-options']).to.equal('nosniff');
  });

  it('gives what serves as it was uploaded, and what still waits for its package', async () => {
    const draft = { title: 'Waits', visibility: 'public' };
    const id = String(expected(await theatre.admin.post('/videos', draft), 201).body['id']);
    expected(await theatre.admin.upload(`/videos/${id}/media`, CLIP, 'video/mp4'), 202);
    expect((await slotOf(id))['asset']).to.include({ status: 'processing' });
    expect(sha256((await theatre.read(await urlOf(id, 'asset'))).text)).to.equal(DIGEST);
    expected(await theatre.admin.upload(`/videos/${id}/trailer`, CLIP, 'video/mp4'), 202);
    const { body } = await theatre.admin.get(`/videos/${id}/trailer`);
    expect(sha256((await theatre.read(String(body['serving']?.['source_url']))).text)).to.equal(DIGEST);
    await theatre.world.faces.catalog.packageDue(1);
  });

  it('gives it by ranges', async () => {
    const part = await theatre.read(url, { range: 'bytes=10-19' });
    expect(part.status).to.equal(206);
    expect(part.headers['content-range']).to.equal(`bytes 10-19/${CLIP.length}`);
    expect(part.text).to.equal(Buffer.from(CLIP.subarray(10, 20)).toString('latin1'));
    const behind = await theatre.read(url, { range: `bytes=${CLIP.length}-` });
    expect(seen(behind)).to.deep.equal([416, 'request.range-not-satisfiable']);
    expect(behind.headers['content-range']).to.equal(`bytes */${CLIP.length}`);
    expect(behind.headers).not.to.have.property('content-disposition');
    const head = await theatre.read(url, {}, 'HEAD');
    expect([head.status, head.text]).to.deep.equal([200, '']);
    expect(head.headers['content-length']).to.equal(String(CLIP.length));
  });

  it('takes no seat, and shows nobody but an admin the link', async () => {
    const viewer = await theatre.viewer();
    expect((await viewer.get(`/videos/${film}/media`)).body['code']).to.equal('request.forbidden');
    expect((await theatre.world.anonymous().get(`/videos/${film}/media`)).status).to.equal(401);
    await theatre.read(url);
    expect((await theatre.admin.get('/playback/sessions')).body['items']).to.deep.equal([]);
  });

  it('ends after an hour, and another link is had then', async () => {
    await theatre.world.advance('PT59M59S');
    expect((await theatre.read(url)).status).to.equal(200);
    await theatre.world.advance('PT1S');
    expect(seen(await theatre.read(url))).to.deep.equal(EXPIRED);
    expect((await theatre.read(await urlOf(film))).status).to.equal(200);
  });

  it('is refused by any flipped byte of the link', async () => {
    const text = textIn(url);
    const answers = new Set<string>();
    for (let index = 0; index < text.length; index += 1) {
      const flipped = String.fromCharCode(text.charCodeAt(index) ^ 1);
      // These end the address, or begin another part of it.
      if (/[/?#%\s]/.test(flipped)) continue;
      const forged = text.slice(0, index) + flipped + text.slice(index + 1);
      answers.add(JSON.stringify(seen(await theatre.read(`/media/source/${forged}`))));
    }
    expect([...answers]).to.deep.equal([JSON.stringify(INVALID)]);
  });

  it('is refused with the claims of another asset under the old signature', async () => {
    const [foreign = ''] = textIn(await urlOf(await theatre.film({ lines: [480] }))).split('.');
    const [, signature = ''] = textIn(url).split('.');
    expect(seen(await theatre.read(`/media/source/${foreign}.${signature}`))).to.deep.equal(INVALID);
  });

  it('is refused by a ticket of a stream, and streams nothing', async () => {
    const viewer = await theatre.viewer();
    const started = await theatre.start(viewer, film);
    const ticket = String(started['manifest_url']).split('/')[3] ?? '';
    const tickets = theatre.world.usher.get(TICKETS);
    const read = tickets.read(ticket);
    if (read === 'invalid') throw new Error('not a ticket');
    const ofFile = tickets.issue({ ...read, form: 'file' });
    for (const each of [ticket, ofFile])
      expect(seen(await theatre.read(`/media/source/${each}`))).to.deep.equal(INVALID);
    for (const path of [`/media/hls/${textIn(url)}/master.m3u8`, `/media/file/${textIn(url)}`])
      expect(seen(await theatre.read(path))).to.deep.equal([403, 'media.ticket-invalid']);
  });

  it('finds what was replaced until its file goes, a day later', async () => {
    await theatre.replace(film, [480]);
    expect((await theatre.read(url)).status).to.equal(200);
    await theatre.world.advance('P1D');
    const lasting = reissued({ expiresAt: later(theatre.world.now(), HOUR) });
    expect(seen(await theatre.read(url))).to.deep.equal(EXPIRED);
    expect(seen(await theatre.read(lasting))).to.deep.equal(ABSENT);
  });

  it('finds nothing of a title that was deleted', async () => {
    expected(await theatre.admin.delete(`/videos/${film}`), 204);
    expect(seen(await theatre.read(url))).to.deep.equal(ABSENT);
  });
});
