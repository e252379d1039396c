import { expect } from 'chai';
import type { MediaNews } from '../../../../src/catalog/index.ts';
import { instant } from '../../../../src/kernel/instant.ts';
import { hmac, type FakeProvider } from '../../../fakes/media/fake-provider.ts';
import { connect, FAKES, PROVIDERS, type ProviderName } from './providers.ts';

const TIME = 1_790_000_000;
const NOW = instant(TIME * 1_000 + 400);
const OLD = 'the secret before it, of thirty-two bytes';

const BODIES: Readonly<Record<ProviderName, string>> = {
  mux: '{"type":"video.asset.ready","data":{"id":"a","upload_id":"u","playback_ids":[{"id":"p","policy":"signed"}]}}',
  cloudflare: '{"uid":"u","readyToStream":true,"requireSignedURLs":true,"status":{"state":"ready"}}',
};
const HEADERS = { mux: 'mux-signature', cloudflare: 'webhook-signature' } as const;
const PARTS = { mux: ['t', 'v1'], cloudflare: ['time', 'sig1'] } as const;

for (const name of PROVIDERS)
  describe(`a webhook of ${name}`, () => {
    const body = BODIES[name];
    const [time, signature] = PARTS[name];
    let fake: FakeProvider;
    let secret: string;
    before(async () => {
      fake = await FAKES[name]();
      secret = String(fake.variables[`${name.toUpperCase()}_WEBHOOK_SECRET`]);
    });
    after(() => fake.stop());

    const read = (header: string | undefined, raw: string | Uint8Array = body, secrets = {}): MediaNews => {
      const { provider } = connect({ variables: { ...fake.variables, ...secrets } }, { now: () => NOW });
      const headers = header === undefined ? {} : { [HEADERS[name]]: header };
      return provider.read({
        provider: name,
        raw: typeof raw === 'string' ? Buffer.from(raw) : raw,
        headers,
      });
    };
    const signed = (at = TIME, by = secret): string => `${time}=${at},${signature}=${hmac(by, at, body)}`;
    const isRead = (news: MediaNews): boolean => news !== 'ignored' && 'fact' in news;

    it('is read with a good signature, of just now', () => {
      const fact = {
        ...{ kind: 'ready', mediaId: name === 'mux' ? 'a' : 'u', playbackId: name === 'mux' ? 'p' : 'u' },
        durationSeconds: null,
      };
      expect(read(signed())).to.deep.equal({ reference: 'u', fact });
      for (const at of [TIME - 299, TIME + 299]) expect(isRead(read(signed(at)))).to.equal(true);
    });

    it('is read by the secret before, while rotating, and not after', () => {
      const rotating = { [`${name.toUpperCase()}_WEBHOOK_SECRET_PREVIOUS`]: OLD };
      expect(isRead(read(signed(TIME, OLD), body, rotating))).to.equal(true);
      expect(read(signed(TIME, OLD))).to.deep.equal({ refused: 'signature' });
    });

    it('is read when one of several signatures is good', () => {
      const other = `${signature}=${hmac('another', TIME, body)}`;
      const good = `${signature}=${hmac(secret, TIME, body)}`;
      expect(isRead(read(`${time}=${TIME},${other},${good}`))).to.equal(true);
      expect(isRead(read(`${time}=${TIME},${good},${other}`))).to.equal(true);
    });

    const good = (): string => hmac(secret, TIME, body);
    const [otherTime, otherSignature] = PARTS[name === 'mux' ? 'cloudflare' : 'mux'];
    const BAD: readonly (readonly [what: string, header: () => string | undefined])[] = [
      ['no signature', () => undefined],
      ['an empty one', () => ''],
      ['a wrong secret', () => signed(TIME, 'another')],
      ['an age of 301 s', () => signed(TIME - 301)],
      ['301 s ahead', () => signed(TIME + 302)],
      ['another time than was signed', () => `${time}=${TIME + 1},${signature}=${good()}`],
      ['no time', () => `${signature}=${good()}`],
      ['a time alone', () => `${time}=${TIME}`],
      ['two times', () => `${time}=${TIME},${time}=${TIME},${signature}=${good()}`],
      ['the names of another provider', () => `${otherTime}=${TIME},${otherSignature}=${good()}`],
      ['a signature that is cut off', () => signed().slice(0, -1)],
      ['a signature in capitals', () => `${time}=${TIME},${signature}=${good().toUpperCase()}`],
    ];
    for (const [what, header] of BAD)
      it(`is refused with ${what}`, () => {
        expect(read(header())).to.deep.equal({ refused: 'signature' });
      });

    it('is refused when any one of its bytes is another', () => {
      const header = signed();
      for (let at = 0; at < body.length; at += 1) {
        const flipped = Buffer.from(body);
        flipped[at] = (flipped[at] ?? 0) ^ 1;
        expect(read(header, flipped)).to.deep.equal({ refused: 'signature' });
      }
    });

    it('is unreadable when what is signed is no news', () => {
      for (const text of ['', 'null', '[]', '{}', '{', '{"type":7}', '{"uid":7}', '"\uFFFF']) {
        const header = `${time}=${TIME},${signature}=${hmac(secret, TIME, text)}`;
        expect(read(header, text)).to.deep.equal({ refused: 'body' });
      }
    });
  });

describe('what a webhook of Mux says', () => {
  let fake: FakeProvider;
  before(async () => {
    fake = await FAKES.mux();
  });
  after(() => fake.stop());
  const said = (type: string, data: unknown): MediaNews => {
    const body = JSON.stringify({ type, data });
    return connect(fake).provider.read({ provider: 'mux', raw: Buffer.from(body), headers: fake.sign(body) });
  };
  const asset = { id: 'a', upload_id: 'u', status: 'ready', duration: 6.5 };
  const signed = [
    { id: 'open', policy: 'public' },
    { id: 'p', policy: 'signed' },
  ];

  it('of an upload is about that upload', () => {
    const fact = { kind: 'arrived', mediaId: 'a', progress: null };
    const data = { id: 'u', status: 'asset_created', asset_id: 'a' };
    expect(said('video.upload.asset_created', data)).to.deep.equal({ reference: 'u', fact });
    const over = { kind: 'failed', failure: 'catalog.upload-abandoned' };
    expect(said('video.upload.cancelled', data)).to.deep.equal({ reference: 'u', fact: over });
    expect(said('video.upload.created', data)).to.equal('ignored');
  });

  it('takes the signed playback id, and none that is for everybody', () => {
    const fact = { kind: 'ready', mediaId: 'a', playbackId: 'p', durationSeconds: 6.5 };
    const ready = { ...asset, playback_ids: signed };
    expect(said('video.asset.ready', ready)).to.deep.equal({ reference: 'u', fact });
    const open = { kind: 'failed', failure: 'catalog.media-unprotected' };
    const unsafe = { ...asset, playback_ids: signed.slice(0, 1) };
    expect(said('video.asset.ready', unsafe)).to.deep.equal({ reference: 'u', fact: open });
  });

  it('does not take what has no playback id for playable', () => {
    const fact = { kind: 'arrived', mediaId: 'a', progress: null };
    for (const playbackIds of [[], null, undefined])
      expect(said('video.asset.ready', { ...asset, playback_ids: playbackIds })).to.deep.equal({
        reference: 'u',
        fact,
      });
  });

  it('is nothing to us when it is of another type, or of what we did not upload', () => {
    for (const type of ['video.asset.updated', 'video.asset.warning', 'video.live_stream.active', 'ping'])
      expect(said(type, asset)).to.equal('ignored');
    expect(said('video.asset.ready', { ...asset, upload_id: undefined })).to.equal('ignored');
  });
});

describe('what a webhook of Cloudflare says', () => {
  let fake: FakeProvider;
  before(async () => {
    fake = await FAKES.cloudflare();
  });
  after(() => fake.stop());
  const said = (changes: object): MediaNews => {
    const video = {
      uid: 'u',
      readyToStream: true,
      requireSignedURLs: true,
      status: { state: 'ready' },
      duration: 6.5,
    };
    const body = JSON.stringify({ ...video, ...changes });
    return connect(fake).provider.read({
      provider: 'cloudflare',
      raw: Buffer.from(body),
      headers: fake.sign(body),
    });
  };
  const factOf = (changes: object): unknown => {
    const news = said(changes);
    return news !== 'ignored' && 'fact' in news ? news.fact : news;
  };

  it('is how the video stands', () => {
    const ready = { kind: 'ready', mediaId: 'u', playbackId: 'u', durationSeconds: 6.5 };
    expect(factOf({})).to.deep.equal(ready);
    expect(factOf({ duration: -1 })).to.deep.equal({ ...ready, durationSeconds: null });
    expect(
      factOf({ readyToStream: false, status: { state: 'inprogress', pctComplete: '39.5' } }),
    ).to.deep.equal({
      ...{ kind: 'arrived', mediaId: 'u', progress: 39.5 },
    });
    expect(factOf({ status: { state: 'error', errorReasonCode: 'ERR_NON_VIDEO' } })).to.deep.equal({
      ...{ kind: 'failed', failure: 'catalog.media-unreadable' },
    });
  });

  it('does not take what everybody may play for ours', () => {
    for (const requireSignedURLs of [false, null, undefined])
      expect(factOf({ requireSignedURLs })).to.deep.equal({
        ...{ kind: 'failed', failure: 'catalog.media-unprotected' },
      });
  });

  it('is nothing to us when it is of a broadcast', () => {
    expect(said({ readyToStream: false, status: { state: 'live-inprogress' } })).to.equal('ignored');
  });
});
