import { expect } from 'chai';
import { PROVIDERS } from '../../adapters/media/remote/providers.ts';
import { CLIP, codeOf, inPieces, POSTER } from '../../world/catalog.ts';
import { DAY, HOUR, MINUTE, remoteStage, type RemoteStage } from './remote-stage.ts';

for (const name of PROVIDERS)
  describe(`the end of media kept by ${name}`, () => {
    let stage: RemoteStage;
    beforeEach(async () => {
      stage = await remoteStage(name);
    });
    afterEach(() => stage.stop());

    it('fails in the end when the provider never ends with it, and goes there', async () => {
      const { world, upload, slot, eventsOf, references } = stage;
      const title = await world.title();
      await upload(title);
      world.advance(DAY);
      await world.catalog.askProvider(9);
      const { newest } = await slot(title);
      expect(newest).to.include({ status: 'failed', failure: 'catalog.provider-silent', dueAt: null });
      await world.catalog.removeDueFiles(9);
      expect(references()).to.deep.equal([]);
      expect(eventsOf('asset-failed')).to.have.length(1);
    });

    it('fails when nobody used the place', async () => {
      const { fake, world, slot } = stage;
      const title = await world.title();
      await world.catalog.beginDirectUpload({ title, bytes: null });
      fake.expire();
      world.advance(7 * HOUR);
      await world.catalog.failStaleUploads(9);
      expect((await slot(title)).newest?.status).to.equal('uploading');
      await world.catalog.askProvider(9);
      expect((await slot(title)).newest?.status).to.equal('failed');
    });

    it('fails when the provider cannot read it, or made it playable for everybody; the old one serves on', async () => {
      const { fake, world, hear, upload, ready, slot, media, references } = stage;
      const title = await ready();
      const before = await media(title);
      for (const [comesTo, failure] of [
        ['errored', 'catalog.media-unreadable'],
        ['unprotected', 'catalog.media-unprotected'],
      ] as const) {
        await upload(title);
        fake.work(comesTo);
        await hear();
        expect((await slot(title)).newest).to.include({ status: 'failed', failure });
        expect(await media(title)).to.deep.equal(before);
        await world.catalog.removeDueFiles(9);
        expect(references()).to.have.length(1);
      }
    });

    it('replaces what served, which goes there after its viewers had a day', async () => {
      const { fake, world, hear, upload, ready, slot, references } = stage;
      const title = await ready();
      const [old] = references();
      await upload(title);
      fake.work();
      await hear();
      await world.catalog.removeDueFiles(9);
      expect(references()).to.have.length(2);
      world.advance(DAY);
      await world.catalog.removeDueFiles(9);
      expect(references()).to.have.length(1).and.not.include(old);
      await hear();
      expect((await slot(title)).serving?.status).to.equal('ready');
    });

    it('supersedes what was on its way, which goes there at once', async () => {
      const { fake, world, hear, upload, slot, references } = stage;
      const title = await world.title();
      await world.catalog.beginDirectUpload({ title, bytes: null });
      await upload(title);
      const [first] = references();
      await world.catalog.beginDirectUpload({ title, bytes: null });
      await world.catalog.removeDueFiles(9);
      expect(references()).to.have.length(1).and.not.include(first);
      fake.work();
      await hear();
      expect((await slot(title)).newest?.status).to.equal('uploading');
    });

    it('goes there with its title', async () => {
      const { world, hear, ready, slot, references } = stage;
      const title = await ready();
      await world.catalog.deleteTitle(title);
      await world.catalog.removeDueFiles(9);
      expect(references()).to.deep.equal([]);
      await hear();
      expect(await codeOf(slot(title))).to.equal('request.not-found');
    });

    it('cannot be played any more when somebody deleted it there', async () => {
      const { fake, hear, ready, slot, media, eventsOf } = stage;
      const title = await ready();
      const { newest } = await slot(title);
      fake.deleteAll();
      await hear();
      // Cloudflare tells nobody: what is ready is not asked about again.
      const isTold = name === 'mux';
      expect((await slot(title)).serving).to.include({ failure: isTold ? 'catalog.media-gone' : null });
      expect((await media(title)) === null).to.equal(isTold);
      expect(eventsOf('asset-failed')).to.have.length(isTold ? 1 : 0);
      expect(newest?.failure).to.equal(null);
    });

    it('leaves nothing there of a file that is refused', async () => {
      const { world, upload, slot, references } = stage;
      const title = await world.title();
      const broken = {
        title,
        kind: 'media',
        stream: inPieces(CLIP, { fails: true }),
        contentLength: null,
      } as const;
      expect(await codeOf(world.catalog.upload(broken))).to.equal('catalog.upload-truncated');
      expect(await codeOf(upload(title, POSTER))).to.equal('catalog.unsupported-media');
      expect((await slot(title)).newest).to.include({
        status: 'failed',
        failure: 'catalog.unsupported-media',
      });
      expect(references()).to.deep.equal([]);
    });

    it('is refused while the provider is down, and takes away later what it could not at once', async () => {
      const { fake, world, upload, ready, slot, media, references } = stage;
      const title = await ready();
      fake.fault({ path: /uploads|direct_upload/, kind: 'error', times: 1 });
      expect(await codeOf(upload(title))).to.equal('catalog.media-provider-unavailable');
      expect(await codeOf(world.catalog.beginDirectUpload({ title, bytes: null }))).to.equal(undefined);
      fake.fault({ path: /^(PUT|POST) \/(put|form)/, kind: 'error', times: 1 });
      fake.fault({ path: /^(GET|DELETE|PUT) .*(uploads|assets|stream)\//, kind: 'error', times: 99 });
      expect(await codeOf(upload(title))).to.equal('catalog.media-provider-unavailable');
      expect((await slot(title)).newest).to.include({ status: 'failed' });
      expect(await media(title)).to.include({ form: 'remote' });
      await world.catalog.removeDueFiles(9);
      expect(references()).to.have.length(3);
      fake.mend();
      await world.catalog.removeDueFiles(9);
      expect(references()).to.have.length(3);
      world.advance(5 * MINUTE);
      await world.catalog.removeDueFiles(9);
      expect(references()).to.have.length(1);
    });

    it('is superseded while it is sent, and then goes there', async () => {
      const { world, open, provider, upload, references } = stage;
      const title = await world.title();
      let isFirst = true;
      const racing = open({
        provider: {
          ...provider,
          relay: async (begun, arrival) => {
            const receipt = await provider.relay(begun, arrival);
            if (isFirst) {
              isFirst = false;
              await upload(title);
            }
            return receipt;
          },
        },
      });
      expect(await codeOf(upload(title, CLIP, racing))).to.equal('catalog.upload-superseded');
      await world.catalog.removeDueFiles(9);
      expect(references()).to.have.length(1);
    });

    it('is superseded while its place is made, which then goes there, too', async () => {
      const { world, open, provider, upload, references } = stage;
      const title = await world.title();
      const racing = open({
        provider: {
          ...provider,
          begin: async (order) => {
            const begun = await provider.begin(order);
            await upload(title);
            return begun;
          },
        },
      });
      expect(await codeOf(racing.catalog.beginDirectUpload({ title, bytes: null }))).to.equal(
        'catalog.upload-superseded',
      );
      await world.catalog.removeDueFiles(9);
      expect(references()).to.have.length(1);
    });

    it('waits for its provider to be chosen again, once another one is', async () => {
      const { world, open, upload, ready, references } = stage;
      const title = await ready();
      await world.catalog.deleteTitle(title);
      await upload(await world.title());
      const here = open({ provider: null });
      expect(await codeOf(here.catalog.beginDirectUpload({ title, bytes: null }))).to.equal(
        'request.not-found',
      );
      await here.catalog.removeDueFiles(9);
      expect(references()).to.have.length(2);
      world.advance(DAY);
      await world.catalog.removeDueFiles(9);
      expect(references()).to.have.length(1);
    });

    it('ends by itself when its provider is not the chosen one any more', async () => {
      const { world, open, upload, slot } = stage;
      const title = await world.title();
      await upload(title);
      world.advance(DAY);
      const here = open({ provider: null, clock: { now: () => world.now() } });
      await here.catalog.askProvider(9);
      expect((await slot(title)).newest).to.include({ failure: 'catalog.provider-silent' });
    });

    it('asks a provider that is down once, and not for each of its uploads and removals', async () => {
      const { fake, world, upload } = stage;
      for (let films = 0; films < 3; films += 1) {
        await upload(await world.title());
        const gone = await world.title();
        await upload(gone);
        await world.catalog.deleteTitle(gone);
      }
      await world.catalog.upload({
        title: await world.title(),
        kind: 'poster',
        stream: inPieces(POSTER),
        contentLength: null,
      });
      world.advance(5 * MINUTE);
      fake.fault({ path: /./, kind: 'broken', times: 99 });
      const before = fake.requests.length;
      expect(await world.catalog.askProvider(9)).to.deep.equal({ done: 3 });
      expect(await world.catalog.removeDueFiles(9)).to.deep.equal({ done: 3 });
      expect(fake.requests).to.have.length(before + 2);
      expect(await world.catalog.askProvider(9)).to.deep.equal({ done: 0 });
      expect(await world.catalog.removeDueFiles(9)).to.deep.equal({ done: 0 });
    });
  });
