import { expect } from 'chai';
import { openers } from '../../world/stores.ts';
import {
  anonymous,
  film,
  person,
  playbackOn,
  refusalOf,
  standing,
  ticketOf,
  type PlaybackWorld,
} from '../../world/playback.ts';

describe('starting a stream', () => {
  let world: PlaybackWorld;
  beforeEach(async () => {
    world = playbackOn((await openers.memory()).unitOfWork);
  });

  it('gives a lease, a ticket, the height of the plan and the beginning of the title', async () => {
    const started = await world.start(person(), world.show(film()));
    expect(started.stream.status).to.equal('starting');
    expect(started.lease).to.deep.equal({ expiresAt: world.now() + 90_000, heartbeatSeconds: 30 });
    expect(started.maxHeight).to.equal(1080);
    expect(started.resumePositionSeconds).to.equal(0);
    expect(started.sessionToken).to.equal(null);
    const media = await world.playback.openMedia(ticketOf(started));
    expect(media.storageKey).to.equal(`key-of-${started.stream.titleId}`);
  });

  const remote = (provider = 'far') => ({
    media: { ...{ assetId: 'asset', form: 'remote' as const }, provider, playbackId: 'play' },
  });

  it('gives the address at the provider that keeps the title: as high as the plan, and good as long as a ticket', async () => {
    for (const [durationSeconds, hours] of [
      [60, 6],
      [3 * 3_600, 9],
      [20 * 3_600, 24],
      [null, 24],
    ] as const) {
      const title = world.show(film({ ...remote(), durationSeconds }));
      const { media } = await world.start(person(), title);
      expect(media).to.deep.equal({
        form: 'remote',
        url: `https://far.example/play/1080/${hours * 3_600}`,
      });
    }
  });

  it('takes a seat for it, as for any other', async () => {
    const [viewer, title] = [person(), world.show(film(remote()))];
    for (const device of ['tv', 'phone']) await world.start(viewer, title, { device });
    const refused = await refusalOf(world.start(viewer, title, { device: 'tablet' }));
    expect(refused.code).to.equal('playback.stream-limit-reached');
  });

  it('refuses what a provider keeps that is not the chosen one, and takes no seat for it', async () => {
    const [viewer, title] = [person(), world.show(film(remote('another')))];
    expect((await refusalOf(world.start(viewer, title))).code).to.equal('playback.media-not-ready');
    expect(await world.playback.live(viewer)).to.deep.equal([]);
  });

  const absent = [
    ['is absent', undefined],
    ['is not published', { isPublished: false }],
    ['is private', { visibility: 'private' }],
  ] as const;
  for (const [what, changes] of absent)
    it(`refuses as not found a title that ${what}`, async () => {
      const title = changes ? world.show(film(changes)) : film();
      expect(await refusalOf(world.start(person(), title))).to.have.property('code', 'request.not-found');
    });

  it('refuses an id that cannot be one as not found', async () => {
    const refused = await refusalOf(world.start(person(), film({ id: "x' or 1=1" })));
    expect(refused.code).to.equal('request.not-found');
  });

  it('refuses a title without ready media', async () => {
    const refused = await refusalOf(world.start(person(), world.show(film({ media: null }))));
    expect(refused.code).to.equal('playback.media-not-ready');
  });

  const short = [
    [{ level: 'free', reason: 'no_subscription' }, 'no_subscription'],
    [{ level: 'free', reason: null }, 'no_subscription'],
    [{ level: 'free', reason: 'ended' }, 'ended'],
    [{ level: 'basic', reason: null }, 'tier_too_low'],
    [{ level: 'premium', reason: 'suspended' }, 'suspended'],
  ] as const;
  for (const [held, reason] of short)
    it(`refuses a premium title to ${held.level}, ${held.reason ?? 'in order'}, because ${reason}`, async () => {
      const viewer = person();
      world.standings.set(viewer.accountId, standing(held));
      const title = world.show(film({ accessLevel: 'premium' }));
      const refused = await refusalOf(world.start(viewer, title));
      expect([refused.code, refused.details]).to.deep.equal(['playback.tier-too-low', { reason }]);
    });

  it('lets viewers without an account watch free titles only, without a seat and in 480p', async () => {
    const refused = await refusalOf(world.start(anonymous, world.show(film())));
    expect(refused.code).to.equal('playback.sign-in-required');
    const free = world.show(film({ accessLevel: 'free' }));
    const started = await Promise.all([1, 2, 3].map(() => world.start(anonymous, free)));
    for (const { lease, maxHeight, sessionToken, stream } of started) {
      expect([lease, maxHeight]).to.deep.equal([null, 480]);
      expect(sessionToken).to.have.length(43);
      expect(JSON.stringify(stream)).to.not.contain(sessionToken);
    }
  });

  it('takes a seat for a free title too, when signed in', async () => {
    const viewer = person();
    world.standings.set(viewer.accountId, standing({ level: 'free', maxDevices: 1, maxHeight: 480 }));
    const free = world.show(film({ accessLevel: 'free' }));
    await world.start(viewer, free, { device: 'tv' });
    const refused = await refusalOf(world.start(viewer, free, { device: 'phone' }));
    expect(refused.code).to.equal('playback.stream-limit-reached');
  });

  it('lets admins start whatever is published, on any number of devices', async () => {
    const admin = person(true);
    world.standings.set(admin.accountId, standing({ level: 'free', maxDevices: 1 }));
    const hidden = world.show(film({ accessLevel: 'premium', visibility: 'private' }));
    for (const device of ['a', 'b', 'c'])
      expect((await world.start(admin, hidden, { device })).maxHeight).to.equal(2160);
    expect(await world.playback.live(admin)).to.have.length(3);
  });

  it('replaces the own stream of a device, also at the limit', async () => {
    const viewer = person();
    const title = world.show(film());
    const first = await world.start(viewer, title, { device: 'tv' });
    await world.start(viewer, title, { device: 'phone' });
    const second = await world.start(viewer, title, { device: 'tv' });
    const live = await world.playback.live(viewer);
    expect(live.map(({ id }) => id)).to.not.include(first.stream.id);
    expect(live.map(({ id }) => id)).to.include(second.stream.id);
    expect(live).to.have.length(2);
  });
});

describe('starting a stream at the limit', () => {
  let world: PlaybackWorld;
  const viewer = person();
  const title = film();
  beforeEach(async () => {
    world = playbackOn((await openers.memory()).unitOfWork);
    world.show(title);
    await world.start(viewer, title, { device: 'tv' });
    world.pass(1);
    await world.start(viewer, title, { device: 'phone' });
  });
  const refused = () => refusalOf(world.start(viewer, title, { device: 'tablet' }));
  const codes = async (): Promise<readonly string[]> =>
    ((await refused()).details['active'] as readonly { readonly termination_code: string }[]).map(
      ({ termination_code }) => termination_code,
    );

  it('is refused with the active streams', async () => {
    const { code, details } = await refused();
    expect(code).to.equal('playback.stream-limit-reached');
    expect(details['limit']).to.equal(2);
    const [first] = details['active'] as readonly Record<string, unknown>[];
    expect(first).to.include({
      device_name: 'The tv',
      title: 'Metropolis',
      started_at: '2026-01-31T12:00:00.000Z',
      last_seen_at: '2026-01-31T12:00:00.000Z',
    });
    expect(first).to.have.all.keys('device_name', 'title', 'started_at', 'last_seen_at', 'termination_code');
  });

  it('ends the stream whose code is named, and tells it by whom', async () => {
    const [tv = ''] = await codes();
    const [ended] = await world.playback.live(viewer);
    await world.start(viewer, title, { device: 'tablet', terminate: ['stale', tv] });
    const beat = { actor: viewer, token: null, streamId: ended?.id ?? '', seq: 1, positionSeconds: 1 };
    const told = await refusalOf(world.playback.heartbeat({ ...beat, state: 'playing' }));
    expect(told.code).to.equal('playback.terminated');
    expect(told.details['terminated_by']).to.deep.equal({
      reason: 'other_device',
      device_name: 'The tablet',
    });
    expect(await world.playback.live(viewer)).to.have.length(2);
  });

  it('ends nothing when a stale code is all that was named', async () => {
    const attempt = world.start(viewer, title, { device: 'tablet', terminate: ['stale'] });
    expect((await refusalOf(attempt)).code).to.equal('playback.stream-limit-reached');
    expect(await world.playback.live(viewer)).to.have.length(2);
  });

  it('ends nothing of another account by its code', async () => {
    const stranger = person();
    world.standings.set(stranger.accountId, standing({ maxDevices: 1 }));
    await world.start(stranger, title, { device: 'x' });
    const attempt = world.start(stranger, title, { device: 'y', terminate: await codes() });
    expect((await refusalOf(attempt)).code).to.equal('playback.stream-limit-reached');
    expect(await world.playback.live(viewer)).to.have.length(2);
  });

  it('finds a seat free at once after a stop, and 90 s after the last sign of life', async () => {
    const [tv] = await world.playback.live(viewer);
    await world.playback.stop({ actor: viewer, token: null, streamId: tv?.id ?? '', positionSeconds: null });
    await world.start(viewer, title, { device: 'tablet' });
    world.pass(89);
    expect((await refusalOf(world.start(viewer, title, { device: 'watch' }))).code).to.equal(
      'playback.stream-limit-reached',
    );
    world.pass(1);
    await world.start(viewer, title, { device: 'watch' });
  });

  it('evicts the oldest where that is the policy', async () => {
    const eager = playbackOn((await openers.memory()).unitOfWork, { policy: { atLimit: 'evict_oldest' } });
    eager.show(title);
    for (const device of ['a', 'b', 'c']) {
      await eager.start(viewer, title, { device });
      eager.pass(1);
    }
    expect((await eager.playback.live(viewer)).map(({ deviceId }) => deviceId)).to.deep.equal(['b', 'c']);
  });
});
