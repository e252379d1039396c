import { expect } from 'chai';
import { PROVIDERS, sendTo } from '../../adapters/media/remote/providers.ts';
import { CLIP, codeOf, inPieces, POSTER, TONE } from '../../world/catalog.ts';
import { DAY, MINUTE, remoteStage, type RemoteStage } from './remote-stage.ts';

for (const name of PROVIDERS)
  describe(`media kept by ${name}`, () => {
    let stage: RemoteStage;
    beforeEach(async () => {
      stage = await remoteStage(name);
    });
    afterEach(() => stage.stop());

    it('is sent on as it comes, and serves once the provider says that it is ready', async () => {
      const { fake, world, hear, upload, slot, media } = stage;
      const title = await world.title({ durationSeconds: null });
      const asset = await upload(title);
      expect(asset).to.include({ status: 'processing', bytes: CLIP.length, contentType: 'video/mp4' });
      expect(fake.held).to.have.length(1);
      expect(fake.held[0]).to.include({ bytes: CLIP.length, mark: asset.id });
      expect(await codeOf(world.catalog.publishTitle(title, null))).to.equal('catalog.title-not-ready');
      fake.work();
      await hear();
      const { newest, serving } = await slot(title);
      expect(serving).to.deep.equal(newest);
      expect(newest).to.include({ status: 'ready', progress: 100, durationSeconds: 6.006, sourceLink: null });
      expect(await media(title)).to.include({ assetId: asset.id, form: 'remote', provider: name });
      await world.catalog.publishTitle(title, null);
      expect((await world.catalog.viewing(title.id))?.durationSeconds).to.equal(6);
      expect(await world.storage.stat(asset.storageKey)).to.equal(undefined);
    });

    it('is packaged by nobody of ours', async () => {
      const { world, ready, slot } = stage;
      const title = await ready();
      expect(await world.catalog.packageDue(9)).to.deep.equal({ done: 0 });
      expect((await slot(title)).newest).to.include({ packageAt: null, packageKey: null, renditions: null });
    });

    it('is sent there by whoever asked for a place, past us', async () => {
      const { fake, world, hear, slot, media } = stage;
      const title = await world.title();
      const { asset, place } = await world.catalog.beginDirectUpload({ title, bytes: CLIP.length });
      expect(asset.status).to.equal('uploading');
      expect(await sendTo(place, CLIP)).to.be.within(200, 204);
      fake.work();
      await hear();
      expect((await slot(title)).serving).to.include({ id: asset.id, status: 'ready', bytes: null });
      expect(await media(title)).to.include({ form: 'remote' });
    });

    it('stays one life, whatever the order of its news and however often they come', async () => {
      const { fake, world, counted, hear, upload, slot, eventsOf } = stage;
      const title = await world.title();
      await upload(title);
      fake.work();
      const news = fake.lose();
      await hear([...news].reverse());
      await hear([...news, ...news]);
      expect((await slot(title)).serving?.status).to.equal('ready');
      expect(eventsOf('asset-ready')).to.have.length(1);
      expect(counted.at(-1)).to.equal('duplicate');
    });

    it('is found by asking, when every one of its news was lost', async () => {
      const { fake, world, upload, slot } = stage;
      const title = await world.title();
      await upload(title);
      fake.work();
      fake.lose();
      expect(await world.catalog.askProvider(9)).to.deep.equal({ done: 0 });
      world.advance(5 * MINUTE);
      expect(await world.catalog.askProvider(9)).to.deep.equal({ done: 1 });
      expect((await slot(title)).serving?.status).to.equal('ready');
      world.advance(DAY);
      expect(await world.catalog.askProvider(9)).to.deep.equal({ done: 0 });
    });

    it('is waited for while the provider is at it, and while it is down', async () => {
      const { fake, world, upload, slot } = stage;
      const title = await world.title();
      await upload(title);
      world.advance(5 * MINUTE);
      await world.catalog.askProvider(9);
      expect((await slot(title)).newest?.status).to.equal('processing');
      fake.fault({ path: /./, kind: 'error', times: 99 });
      world.advance(2 * DAY);
      await world.catalog.askProvider(9);
      expect((await slot(title)).newest?.status).to.equal('processing');
      fake.mend();
      fake.work();
      world.advance(2 * DAY);
      await world.catalog.askProvider(9);
      expect((await slot(title)).newest?.status).to.equal('ready');
    });

    it('has arrived when its provider says so, though the answer to us was lost', async () => {
      const { fake, world, open, provider, hear, upload, media, references } = stage;
      const title = await world.title();
      const racing = open({
        provider: {
          ...provider,
          relay: async (begun, arrival) => {
            await provider.relay(begun, arrival);
            fake.work();
            await hear();
            return { file: null, fault: 'unavailable' };
          },
        },
      });
      expect(await upload(title, CLIP, racing)).to.include({ status: 'ready' });
      await world.catalog.removeDueFiles(9);
      expect(references()).to.have.length(1);
      expect(await media(title)).to.include({ form: 'remote' });
    });

    it('is not what posters and trailers are, nor what serves as it is', async () => {
      const { fake, world, media } = stage;
      const title = await world.title();
      for (const [kind, bytes] of [
        ['poster', POSTER],
        ['trailer', CLIP],
      ] as const)
        await world.catalog.upload({ title, kind, stream: inPieces(bytes), contentLength: bytes.length });
      const asIs = {
        title,
        kind: 'media',
        stream: inPieces(CLIP),
        contentLength: null,
        servesAsItIs: true,
      } as const;
      await world.catalog.upload(asIs);
      expect(fake.requests).to.deep.equal([]);
      expect(await media(title)).to.include({ form: 'file' });
    });

    it('is music where the provider takes that; where not, it stays here', async () => {
      const { fake, world, upload } = stage;
      const song = await world.title({}, 'music');
      await upload(song, TONE);
      const goesThere = name === 'mux';
      expect(fake.held).to.have.length(goesThere ? 1 : 0);
      const direct = codeOf(world.catalog.beginDirectUpload({ title: song, bytes: null }));
      expect(await direct).to.equal(goesThere ? undefined : 'catalog.no-direct-upload');
    });

    it('takes no media piece by piece, and posters as ever', async () => {
      const { fake, world } = stage;
      const title = await world.title();
      const begin = (kind: 'media' | 'poster'): Promise<unknown> =>
        codeOf(
          world.catalog.beginResumableUpload({
            ...{ titleId: title.id, kind, accountId: 'ada', lengthBytes: 10, metadata: '' },
          }),
        );
      expect(await begin('media')).to.equal('catalog.no-resumable-upload');
      expect(await begin('poster')).to.equal(undefined);
      expect(fake.requests).to.deep.equal([]);
    });

    it('tells of uploads that are not ours without effect', async () => {
      const { fake, world, counted, hear } = stage;
      const title = await world.title();
      const { place } = await world.catalog.beginDirectUpload({ title, bytes: null });
      await sendTo(place, CLIP);
      fake.work();
      await world.catalog.deleteTitle(title);
      await hear();
      expect(new Set(counted)).to.deep.equal(new Set(['received']));
    });

    it('refuses news that nobody signed, of nothing, and of a provider that was not chosen', async () => {
      const { world, counted, webhook } = stage;
      const unsigned = { provider: name, raw: Buffer.from('{}'), headers: {} };
      const { receiveMediaWebhook } = world.catalog;
      expect(await codeOf(receiveMediaWebhook(unsigned))).to.equal('catalog.webhook-signature');
      expect(await codeOf(receiveMediaWebhook(webhook({ body: '{}' })))).to.equal(
        'catalog.webhook-unreadable',
      );
      const other = receiveMediaWebhook({ ...webhook({ body: '{}' }), provider: 'nobody' });
      expect(await codeOf(other)).to.equal('request.not-found');
      expect(counted).to.deep.equal(['refused', 'refused']);
    });

    it('is not begun with more bytes than may be uploaded', async () => {
      const { fake, world } = stage;
      const title = await world.title();
      const large = world.catalog.beginDirectUpload({ title, bytes: 6 * 1024 ** 3 });
      expect(await codeOf(large)).to.equal('catalog.upload-too-large');
      expect(fake.requests).to.deep.equal([]);
    });
  });
