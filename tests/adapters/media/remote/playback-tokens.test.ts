import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { maxResolution } from '../../../../adapters/media/mux/playback.ts';
import { rsaKeyIn } from '../../../../adapters/media/remote/playback-tokens.ts';
import { instant } from '../../../../src/kernel/instant.ts';
import {
  JWK_IN_BASE64,
  PEM_IN_BASE64,
  PUBLIC_KEY,
  type FakeProvider,
} from '../../../fakes/media/fake-provider.ts';
import { connect, FAKES, PROVIDERS, type ProviderName } from './providers.ts';

const NOW = instant(Date.UTC(2026, 0, 31, 12) + 400);
const SECONDS = Math.floor(NOW / 1_000);
const HOUR = 3_600;

/** The token in an address, where each provider has it. */
const TOKEN: Readonly<Record<ProviderName, (url: URL) => string>> = {
  mux: (url) => url.searchParams.get('token') ?? '',
  cloudflare: ({ pathname }) => pathname.split('/')[1] ?? '',
};

const claimsOf = async (name: ProviderName, url: string) => {
  const token = TOKEN[name](new URL(url));
  const { payload } = await jwtVerify(token, PUBLIC_KEY, {
    algorithms: ['RS256'],
    currentDate: new Date(NOW),
  });
  return { header: decodeProtectedHeader(token), payload };
};

describe('playback tokens', () => {
  const fakes = new Map<ProviderName, FakeProvider>();
  before(async () => {
    for (const name of PROVIDERS) fakes.set(name, await FAKES[name]());
  });
  after(async () => {
    for (const fake of fakes.values()) await fake.stop();
  });
  const urlOf = (
    name: ProviderName,
    right: { maxHeight?: number; forSeconds?: number } = {},
  ): Promise<string> => {
    const fake = fakes.get(name);
    if (!fake) throw new Error(`no ${name}`);
    const { playback } = connect(fake, { now: () => NOW });
    return playback.urlOf({ playbackId: 'play', maxHeight: 720, forSeconds: 6 * HOUR, ...right });
  };

  it('of Mux say what, for whom it is made, until when and how high', async () => {
    const url = await urlOf('mux');
    expect(new URL(url).pathname).to.equal('/play.m3u8');
    expect(await claimsOf('mux', url)).to.deep.equal({
      header: { alg: 'RS256', typ: 'JWT', kid: 'synthetic-mux-key' },
      payload: { sub: 'play', aud: 'v', exp: SECONDS + 6 * HOUR, max_resolution: '720p' },
    });
  });

  it('of Cloudflare stand in the place of the name, and know of no height', async () => {
    const url = await urlOf('cloudflare');
    expect(url)
      .to.match(/\/manifest\/video\.m3u8$/)
      .and.not.include('play/');
    expect(await claimsOf('cloudflare', url)).to.deep.equal({
      header: { alg: 'RS256', typ: 'JWT', kid: 'synthetic-cloudflare-key' },
      payload: { sub: 'play', exp: SECONDS + 6 * HOUR, kid: 'synthetic-cloudflare-key' },
    });
  });

  it('of Cloudflare end within a day, as it wants them to', async () => {
    const { payload } = await claimsOf('cloudflare', await urlOf('cloudflare', { forSeconds: 24 * HOUR }));
    expect(payload.exp).to.equal(SECONDS + 24 * HOUR - 60);
  });

  for (const [cap, claim] of [
    [2_160, '2160p'],
    [4_320, '2160p'],
    [1_440, '1440p'],
    [1_080, '1080p'],
    [1_079, '720p'],
    [720, '720p'],
    [576, '540p'],
    [480, '480p'],
    [479, '360p'],
    [270, '270p'],
    [144, '270p'],
  ] as const)
    it(`cap ${cap} lines at ${claim}, the greatest that Mux knows and that is not above`, () => {
      expect(maxResolution(cap)).to.equal(claim);
    });
});

describe('the key of playback tokens', () => {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const pem = (key: ReturnType<typeof generateKeyPairSync>['privateKey']): string =>
    base64(key.export({ type: 'pkcs8', format: 'pem' }).toString());

  it('is read as providers hand it out, and as anybody keeps it', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    for (const text of [PEM_IN_BASE64, JWK_IN_BASE64, pem(privateKey)])
      expect(rsaKeyIn(text)?.asymmetricKeyType).to.equal('rsa');
  });

  it('is no other key, no short one, no public one and no nonsense', () => {
    const short = generateKeyPairSync('rsa', { modulusLength: 1_024 }).privateKey;
    const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const shown = base64(PUBLIC_KEY.export({ type: 'spki', format: 'pem' }).toString());
    for (const text of ['', 'nonsense', base64('{'), base64('{}'), shown, pem(short), pem(elliptic)])
      expect(rsaKeyIn(text)).to.equal(undefined);
  });
});
