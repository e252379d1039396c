import { expect } from 'chai';
import { CLOUDFLARE_SIZES } from '../../../../adapters/media/cloudflare/cloudflare.ts';
import { mediaProviderContract } from '../../../contracts/media-provider.contract.ts';
import type { FakeProvider } from '../../../fakes/media/fake-provider.ts';
import { CLIP, inPieces } from '../../../world/media-samples.ts';
import { connect, FAKES, PROVIDERS, sendTo, type Connected } from './providers.ts';

for (const name of PROVIDERS) {
  describe(`${name} behind the port of media providers`, () => {
    let fake: FakeProvider;
    let connected: Connected;
    beforeEach(async () => {
      fake = await FAKES[name]();
      connected = connect(fake);
    });
    afterEach(() => fake.stop());

    mediaProviderContract(async () => ({
      provider: connected.provider,
      send: ({ place }, bytes) => sendTo(place, bytes),
      work: (comesTo) => fake.work(comesTo),
      expire: () => fake.expire(),
      deleteAll: () => fake.deleteAll(),
      heldBy: (reference) => fake.held.find((held) => held.reference === reference)?.bytes,
      news: () =>
        fake.news.map(({ body }) =>
          connected.provider.read({ provider: name, raw: Buffer.from(body), headers: fake.sign(body) }),
        ),
      down: (how) => {
        const kind = how === 'silent' ? 'timeout-before' : how;
        fake.fault({ path: /./, kind, times: 99 });
      },
      up: () => fake.mend(),
    }));

    it('carries the name of the asset along', async () => {
      await connected.provider.begin({ assetId: 'the asset', bytes: null, forSeconds: 3_600 });
      expect(fake.held.map(({ mark }) => mark)).to.deep.equal(['the asset']);
    });

    it('says what went wrong, and none of its secrets', async () => {
      fake.fault({ path: /./, kind: 'error', times: 1 });
      const begun = await connected.provider.begin({ assetId: 'a', bytes: null, forSeconds: 3_600 });
      expect(begun).to.equal('unavailable');
      expect(connected.faults).to.deep.equal(['begin an upload: Error: POST was answered with 500']);
      const wrong = connect({ variables: { ...fake.variables, ...WRONG[name] } });
      expect(await wrong.provider.begin({ assetId: 'a', bytes: null, forSeconds: 60 })).to.equal(
        'unavailable',
      );
      expect(wrong.faults.join())
        .to.match(/answered with 40[13]/)
        .and.not.include('wrong');
    });

    it('gives a file up that nobody takes any more', async () => {
      const begun = await connected.provider.begin({ assetId: 'a', bytes: null, forSeconds: 3_600 });
      if (begun === 'unavailable') throw new Error('the provider is down');
      fake.fault({ path: /^(PUT|POST) \/(put|form)/, kind: 'timeout-after', times: 1 });
      const arrival = { stream: inPieces(CLIP), limitBytes: 1e6, accept: ['video/mp4'], expectedBytes: null };
      expect((await connected.provider.relay(begun, arrival)).fault).to.equal('unavailable');
      expect(connected.faults).to.deep.equal(['send a file on: Error: the upload fell silent']);
    });
  });
}

const WRONG = {
  mux: { MUX_TOKEN_SECRET: 'a wrong one' },
  cloudflare: { CLOUDFLARE_API_TOKEN: 'a wrong one' },
} as const;

describe('a large file for Cloudflare', () => {
  const MiB = 1024 ** 2;
  const LARGE = 12 * MiB + 17;
  const sizes = { formLimitBytes: 6 * MiB, pieceBytes: 5 * MiB };

  async function* film(bytes: number): AsyncGenerator<Uint8Array> {
    yield CLIP;
    const rest = Buffer.alloc(MiB);
    for (let left = bytes - CLIP.length; left > 0; left -= rest.length)
      yield left < rest.length ? rest.subarray(0, left) : rest;
  }

  let fake: FakeProvider;
  let connected: Connected;
  before(async () => {
    fake = await FAKES.cloudflare();
    connected = connect(fake, undefined, { sizes });
  });
  after(() => fake.stop());

  it('is large from 200 MB on, and its pieces are as Cloudflare wants them', () => {
    const { formLimitBytes, pieceBytes } = CLOUDFLARE_SIZES;
    expect(formLimitBytes).to.equal(200_000_000);
    expect(pieceBytes).to.satisfy((bytes: number) => bytes >= 5 * MiB && bytes % (256 * 1024) === 0);
  });

  it('is sent in pieces, by tus', async () => {
    const begun = await connected.provider.begin({ assetId: 'a', bytes: LARGE, forSeconds: 3_600 });
    if (begun === 'unavailable') throw new Error(connected.faults.join());
    expect(begun.place).to.include({ protocol: 'tus', method: 'PATCH' });
    const arrival = { limitBytes: 5 * 1024 ** 3, accept: ['video/mp4'], expectedBytes: LARGE };
    const { file } = await connected.provider.relay(begun, { ...arrival, stream: film(LARGE) });
    expect(file?.bytes).to.equal(LARGE);
    expect(fake.held).to.deep.include({
      reference: begun.ref.reference,
      state: 'queued',
      mark: 'a',
      bytes: LARGE,
    });
    fake.work();
    expect(await connected.provider.ask(begun.ref)).to.include({ kind: 'ready' });
  });

  it('is refused when nobody said how large it is', async () => {
    const begun = await connected.provider.begin({ assetId: 'b', bytes: null, forSeconds: 3_600 });
    if (begun === 'unavailable') throw new Error(connected.faults.join());
    const arrival = { limitBytes: 5 * 1024 ** 3, accept: ['video/mp4'], expectedBytes: null };
    const { fault } = await connected.provider.relay(begun, { ...arrival, stream: film(LARGE) });
    expect(fault).to.equal('too-large');
  });
});
