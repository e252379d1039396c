import { expect } from 'chai';
import { heard } from '../../src/catalog/remote-media.ts';
import type { CatalogStores, MediaProvider, RemoteFact } from '../../src/catalog/index.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import { catalogWorld, CLIP, inPieces } from '../world/catalog.ts';
import { onEveryStore } from '../world/stores.ts';
import { sized } from './race.ts';

const READY: RemoteFact = { kind: 'ready', mediaId: 'media', playbackId: 'play', durationSeconds: 6 };
const FACTS: readonly RemoteFact[] = [READY, { kind: 'arrived', mediaId: 'media', progress: 40 }, READY];

/** A provider that answers at once; what its webhooks say stands in them as it is. */
const PROVIDER: MediaProvider = {
  name: 'far',
  kinds: ['video'],
  begin: async ({ assetId }) => ({
    ref: { provider: 'far', reference: `of-${assetId}`, mediaId: null },
    place: { url: 'https://far.example', protocol: 'put', method: 'PUT', headers: {}, expiresAt: 0 as never },
  }),
  relay: async (_, { stream }) => {
    let bytes = 0;
    for await (const chunk of stream) bytes += chunk.length;
    return { file: { bytes, sha256: 'a'.repeat(64), contentType: 'video/mp4' }, fault: null };
  },
  read: ({ raw }) => JSON.parse(Buffer.from(raw).toString()) as { reference: string; fact: RemoteFact },
  ask: async () => READY,
  remove: async () => 'removed',
};

onEveryStore('racing to hear of one upload', (open) => {
  const stage = async () => {
    const unitOfWork: UnitOfWork<CatalogStores> = await open();
    const world = catalogWorld(unitOfWork, { provider: PROVIDER });
    const title = await world.title();
    const upload = () =>
      world.catalog.upload({ title, kind: 'media', stream: inPieces(CLIP), contentLength: null });
    const hear = (assetId: string, fact: RemoteFact) => {
      const raw = Buffer.from(JSON.stringify({ reference: `of-${assetId}`, fact }));
      return world.catalog.receiveMediaWebhook({ provider: 'far', raw, headers: {} });
    };
    const readyEvents = () => world.events.filter(({ type }) => type === 'catalog.asset-ready').length;
    return { world, unitOfWork, title, upload, hear, readyEvents };
  };

  it('webhooks of one life and the sweep, all at once: each effect comes once', async () => {
    const { world, title, upload, hear, readyEvents } = await stage();
    const first = await upload();
    await hear(first.id, READY);
    const second = await upload();
    world.advance(10 * 60_000);
    const contenders = Array.from({ length: sized(40, 6) }, (_, at) => FACTS[at % FACTS.length] ?? READY);
    await Promise.all([
      ...contenders.map((fact) => hear(second.id, fact)),
      world.catalog.askProvider(9),
      world.catalog.askProvider(9),
    ]);
    const { serving, newest } = await world.catalog.assetOf(title, 'media');
    expect([serving?.id, newest?.id, serving?.status]).to.deep.equal([second.id, second.id, 'ready']);
    expect(readyEvents()).to.equal(2);
  });

  it('an upload that is sent on and its webhook, at once, lose nothing of either', async () => {
    const { world, title, hear, readyEvents } = await stage();
    const relay: MediaProvider['relay'] = async (begun, arrival) => {
      const assetId = begun.ref.reference.slice('of-'.length);
      const [receipt] = await Promise.all([PROVIDER.relay(begun, arrival), hear(assetId, READY)]);
      return receipt;
    };
    const racing = catalogWorld(world.unitOfWork, { provider: { ...PROVIDER, relay } });
    await racing.catalog.upload({ title, kind: 'media', stream: inPieces(CLIP), contentLength: null });
    const { serving } = await world.catalog.assetOf(title, 'media');
    expect(serving).to.include({ status: 'ready', bytes: CLIP.length, contentType: 'video/mp4' });
    expect(
      readyEvents() + racing.events.filter(({ type }) => type === 'catalog.asset-ready').length,
    ).to.equal(1);
  });

  it('is a race: one who reads, and writes later without looking again, tells of it twice', async () => {
    const { unitOfWork, upload } = await stage();
    const { id } = await upload();
    const read = () => unitOfWork.read(({ assets }) => assets.find(id));
    const effects: boolean[] = [];
    for (const asset of await Promise.all([read(), read()])) {
      if (!asset) throw new Error('there is no asset');
      const next = heard(asset, READY, asset.createdAt);
      effects.push(next.status !== asset.status);
      // Over whatever is stored by now, as a save without a version would.
      await unitOfWork.run(async ({ assets }) => {
        const version = ((await assets.find(id))?.version ?? 0) + 1;
        await assets.save({ ...next, version });
      });
    }
    expect(effects).to.deep.equal([true, true]);
  });
});
