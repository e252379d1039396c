import { expect } from 'chai';
import type { Answer, Client } from '../../world/client.ts';
import { expected } from '../../world/house.ts';
import { below, openTheatre, type Reply, type Theatre } from './theatre.ts';

const OPEN = [200, 'served'];
const seen = ({ status, code }: Reply): readonly unknown[] => [status, code ?? 'served'];

describe('a stream of segments', function () {
  this.timeout(30_000);
  let theatre: Theatre;
  let film: string;
  let viewer: Client;
  let started: Answer['body'];
  before(async () => {
    theatre = await openTheatre();
    film = await theatre.film();
  });
  after(() => theatre.stop());
  beforeEach(async () => {
    viewer = await theatre.viewer('1080p');
    started = await theatre.start(viewer, film);
    expect(await segment()).to.deep.equal(OPEN);
  });
  const segment = async (rendition = '480p'): Promise<readonly unknown[]> =>
    seen(await theatre.read(below(started, `${rendition}/seg-00000.m4s`)));
  const parts = async (): Promise<readonly unknown[]> => {
    const names = ['master.m3u8', '480p/index.m3u8', '480p/init.mp4', '480p/seg-00000.m4s'];
    const replies = await Promise.all(names.map((name) => theatre.read(below(started, name))));
    return [...new Set(replies.map((reply) => JSON.stringify(seen(reply))))].map(
      (each) => JSON.parse(each) as unknown,
    );
  };
  /** What every part answers when at most ten seconds have passed; the lease is kept meanwhile. */
  const afterTenSeconds = async (): Promise<readonly unknown[]> => {
    await theatre.world.advance('PT10S');
    return parts();
  };

  it('is cut at once by a stop', async () => {
    await viewer.delete(`/playback/sessions/${String(started['id'])}`);
    expect(await parts()).to.deep.equal([[410, 'playback.session-stopped']]);
  });

  it('is cut at once when its seat goes to another device', async () => {
    const one = await theatre.plan({ max_devices_allowed: 1 });
    const alone = await theatre.world.person();
    expected(await alone.post('/payments', { plan_id: one }), 201);
    started = await theatre.start(alone, film);
    expect(await segment()).to.deep.equal(OPEN);
    const full = await alone.post('/playback/sessions', { title_id: film, device_id: 'phone' });
    const terminate = [full.body['active']?.[0]?.['termination_code']];
    expected(await alone.post('/playback/sessions', { title_id: film, device_id: 'phone', terminate }), 201);
    expect(await parts()).to.deep.equal([[410, 'playback.terminated']]);
  });

  it('is cut within ten seconds by a cancellation now', async () => {
    expected(await viewer.post('/subscriptions/cancel', { at: 'now' }), 200);
    expect(await afterTenSeconds()).to.deep.equal([[410, 'playback.terminated']]);
  });

  it('is cut within ten seconds by a ban', async () => {
    const { accountId } = viewer;
    expected(await theatre.admin.patch(`/admin/accounts/${accountId}`, { suspended: true }), 200);
    expect(await afterTenSeconds()).to.deep.equal([[410, 'playback.terminated']]);
  });

  it('is cut within ten seconds when its title goes', async () => {
    const passing = await theatre.film();
    started = await theatre.start(viewer, passing);
    expect(await segment()).to.deep.equal(OPEN);
    expected(await theatre.admin.post(`/videos/${passing}/archive`), 200);
    expect(await afterTenSeconds()).to.deep.equal([[410, 'playback.terminated']]);
  });

  it('is cut when it falls silent for a minute and a half', async () => {
    await theatre.world.advance('PT89S');
    expect(await segment()).to.deep.equal(OPEN);
    await theatre.world.advance('PT10S');
    expect(await parts()).to.deep.equal([[410, 'playback.session-expired']]);
  });

  it('loses what a smaller plan does not cover within ten seconds, and goes on in what it does', async () => {
    expect(await segment('1080p')).to.deep.equal(OPEN);
    const smaller = await theatre.plan({ resolution: '480p', price: '1.00' });
    const change = { plan_id: smaller, when: 'now', proration: 'none' };
    expected(await viewer.post('/subscriptions/change', change), 200);
    expect(await afterTenSeconds()).to.deep.equal([OPEN]);
    expect(await segment('1080p')).to.deep.equal([403, 'media.rendition-not-covered']);
    expect(await segment('720p')).to.deep.equal([403, 'media.rendition-not-covered']);
    const { text } = await theatre.read(String(started['manifest_url']));
    expect(text).to.include('480p/index.m3u8').and.not.include('720p');
  });

  it('gains nothing from a greater plan until it is started anew', async () => {
    const greater = await theatre.plan({ resolution: '4K', price: '99.00' });
    const change = { plan_id: greater, when: 'now', proration: 'none' };
    expected(await viewer.post('/subscriptions/change', change), 200);
    expect(await afterTenSeconds()).to.deep.equal([OPEN]);
    expect(await segment('2160p')).to.deep.equal([403, 'media.rendition-not-covered']);
    started = await theatre.start(viewer, film);
    expect(await segment('2160p')).to.deep.equal(OPEN);
  });
});
