import { expect } from 'chai';
import type { CatalogDeps, Title } from '../../../src/catalog/index.ts';
import { connect, FAKES, PROVIDERS, sendTo } from '../../adapters/media/remote/providers.ts';
import type { FakeNews, FakeProvider } from '../../fakes/media/fake-provider.ts';
import {
  catalogWorld,
  CLIP,
  codeOf,
  inPieces,
  POSTER,
  TONE,
  type CatalogWorld,
} from '../../world/catalog.ts';
import { openers, type OpenStores } from '../../world/stores.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

for (const name of PROVIDERS)
  describe(`media kept by ${name}`, () => {
    let fake: FakeProvider;
    let stores: OpenStores;
    let world: CatalogWorld;
    let counted: string[];
    beforeEach(async () => {
      fake = await FAKES[name]();
      stores = await openers.memory();
      counted = [];
      world = open();
    });
    afterEach(async () => {
      await fake.stop();
      await stores.close();
    });
    const open = (changes: Partial<CatalogDeps> = {}): CatalogWorld =>
      catalogWorld(stores.unitOfWork, {
        provider: connect(fake).provider,
        tally: { count: (_, outcome) => void counted.push(outcome) },
        ...changes,
      });

    const webhook = ({ body }: Pick<FakeNews, 'body'>) => ({
      ...{ provider: name, raw: Buffer.from(body), headers: fake.sign(body) },
    });
    const hear = async (news: readonly FakeNews[] = fake.lose()): Promise<void> => {
      for (const each of news) await world.catalog.receiveMediaWebhook(webhook(each));
    };
    const upload = (title: Title, bytes = CLIP) =>
      world.catalog.upload({ title, kind: 'media', stream: inPieces(bytes), contentLength: bytes.length });
    const ready = async (draft: Parameters<CatalogWorld['title']>[0] = {}): Promise<Title> => {
      const title = await world.title(draft);
      await upload(title);
      fake.work();
      await hear();
      return title;
    };
    const slot = ({ id, kind }: Title) => world.catalog.assetOf({ id, kind }, 'media');
    const media = async ({ id }: Title) => (await world.catalog.viewing(id))?.media;
    const eventsOf = (type: string) => world.events.filter((event) => event.type === `catalog.${type}`);
    const references = (): readonly string[] => fake.held.map(({ reference }) => reference);

    it('is sent on as it comes, and serves once the provider says that it is ready', async () => {
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
      const title = await ready();
      expect(await world.catalog.packageDue(9)).to.deep.equal({ done: 0 });
      expect((await slot(title)).newest).to.include({ packageAt: null, packageKey: null, renditions: null });
    });

    it('is sent there by whoever asked for a place, past us', async () => {
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
      const title = await world.title();
      await upload(title);
      fake.work();
      const news = fake.lose();
      await hear([...news].reverse());
      await hear([...news, ...news]);
      expect((await slot(title)).serving?.status).to.equal('ready');
      expect(eventsOf('asset-ready')).to.have.length(1);
      expect(counted.filter((outcome) => outcome === 'received')).to.have.length(1);
    });

    it('is found by asking, when every one of its news was lost', async () => {
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

    it('fails in the end when the provider never ends with it, and goes there', async () => {
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
      const title = await ready();
      await world.catalog.deleteTitle(title);
      await world.catalog.removeDueFiles(9);
      expect(references()).to.deep.equal([]);
      await hear();
      expect(await codeOf(slot(title))).to.equal('request.not-found');
    });

    it('cannot be played any more when somebody deleted it there', async () => {
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

    it('has arrived when its provider says so, though the answer to us was lost', async () => {
      const title = await world.title();
      const { provider } = connect(fake);
      world = open({
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
      expect(await upload(title)).to.include({ status: 'ready' });
      await world.catalog.removeDueFiles(9);
      expect(references()).to.have.length(1);
      expect(await media(title)).to.include({ form: 'remote' });
    });

    it('is superseded while it is sent, and then goes there', async () => {
      const title = await world.title();
      const { provider } = connect(fake);
      let isFirst = true;
      world = open({
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
      expect(await codeOf(upload(title))).to.equal('catalog.upload-superseded');
      await world.catalog.removeDueFiles(9);
      expect(references()).to.have.length(1);
    });

    it('is not what posters and trailers are, nor what serves as it is', async () => {
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
      const song = await world.title({}, 'music');
      await upload(song, TONE);
      const goesThere = name === 'mux';
      expect(fake.held).to.have.length(goesThere ? 1 : 0);
      const direct = codeOf(world.catalog.beginDirectUpload({ title: song, bytes: null }));
      expect(await direct).to.equal(goesThere ? undefined : 'catalog.no-direct-upload');
    });

    it('tells of uploads that are not ours without effect', async () => {
      const title = await world.title();
      const { place } = await world.catalog.beginDirectUpload({ title, bytes: null });
      await sendTo(place, CLIP);
      fake.work();
      await world.catalog.deleteTitle(title);
      await hear();
      expect(counted.filter((outcome) => outcome !== 'duplicate')).to.deep.equal([]);
    });

    it('refuses news that nobody signed, of nothing, and of a provider that was not chosen', async () => {
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

    it('waits for its provider to be chosen again, once another one is', async () => {
      const title = await ready();
      await world.catalog.deleteTitle(title);
      await upload(await world.title());
      const here = open({ provider: null });
      expect(await codeOf(here.catalog.beginDirectUpload({ title, bytes: null }))).to.equal(
        'request.not-found',
      );
      await here.catalog.removeDueFiles(9);
      expect(references()).to.have.length(2);
      world.advance(5 * MINUTE);
      await world.catalog.removeDueFiles(9);
      expect(references()).to.have.length(1);
    });

    it('is not begun with more bytes than may be uploaded', async () => {
      const title = await world.title();
      const large = world.catalog.beginDirectUpload({ title, bytes: 6 * 1024 ** 3 });
      expect(await codeOf(large)).to.equal('catalog.upload-too-large');
      expect(fake.requests).to.deep.equal([]);
    });
  });
