import { expect } from 'chai';
import fc from 'fast-check';
import type { Actor } from '../../../src/kernel/actor.ts';
import { DomainError } from '../../../src/kernel/domain-error.ts';
import type { Beat, Started } from '../../../src/playback/index.ts';
import { openers } from '../../world/stores.ts';
import {
  anonymous,
  film,
  person,
  playbackOn,
  refusalOf,
  standing,
  type PlaybackWorld,
} from '../../world/playback.ts';

const beatOf = (
  actor: Actor,
  { stream, sessionToken }: Started,
  seq: number,
  positionSeconds: number,
  state: Beat['state'] = 'playing',
): Beat => ({ actor, token: sessionToken, streamId: stream.id, seq, positionSeconds, state });

describe('a heartbeat', () => {
  let world: PlaybackWorld;
  const viewer = person();
  const title = film();
  beforeEach(async () => {
    world = playbackOn((await openers.memory()).unitOfWork);
    world.show(title);
  });
  const resumeOf = async (): Promise<number> =>
    (await world.start(viewer, title, { device: 'fresh' })).resumePositionSeconds;

  it('renews the lease and keeps the position', async () => {
    const started = await world.start(viewer, title);
    world.pass(30);
    const result = await world.playback.heartbeat(beatOf(viewer, started, 1, 30.5));
    expect(result).to.deep.equal({
      lease: { expiresAt: world.now() + 90_000, heartbeatSeconds: 30 },
      status: 'playing',
      positionSeconds: 30.5,
    });
    expect(await resumeOf()).to.equal(30.5);
  });

  it('that comes late has no effect, not even on the lease, and is no error', async () => {
    const started = await world.start(viewer, title);
    const first = await world.playback.heartbeat(beatOf(viewer, started, 2, 60));
    world.pass(30);
    expect(await world.playback.heartbeat(beatOf(viewer, started, 2, 10))).to.deep.equal(first);
    expect(await world.playback.heartbeat(beatOf(viewer, started, 1, 30))).to.deep.equal(first);
    expect(await resumeOf()).to.equal(60);
  });

  it('that overtook another in one batch does not drop it', async () => {
    const started = await world.start(viewer, title);
    world.pass(30);
    const outcomes = await world.playback.recordBeats([
      beatOf(viewer, started, 2, 20),
      beatOf(viewer, started, 1, 10, 'paused'),
    ]);
    expect(
      outcomes.map((outcome) => (outcome instanceof DomainError ? outcome.code : outcome.status)),
    ).to.deep.equal(['playing', 'paused']);
    expect(await resumeOf()).to.equal(20);
  });

  it('of an older stream never moves the position back', async () => {
    const old = await world.start(viewer, title, { device: 'tv' });
    world.pass(10);
    const young = await world.start(viewer, title, { device: 'phone' });
    await world.playback.heartbeat(beatOf(viewer, young, 1, 500));
    const late = await world.playback.heartbeat(beatOf(viewer, old, 9, 100));
    expect(late.positionSeconds).to.equal(100);
    await world.playback.stop({ ...beatOf(viewer, young, 2, 510), positionSeconds: null });
    await world.playback.heartbeat(beatOf(viewer, old, 10, 130));
    expect(await resumeOf()).to.equal(500);
  });

  it('of somebody else is refused like one of a stream that never was', async () => {
    const started = await world.start(viewer, title);
    const foreign = await refusalOf(world.playback.heartbeat(beatOf(person(), started, 1, 1)));
    const absent = await refusalOf(
      world.playback.heartbeat({ ...beatOf(viewer, started, 1, 1), streamId: 'nonsense' }),
    );
    expect([foreign.code, absent.code]).to.deep.equal(['request.not-found', 'request.not-found']);
    const nobody = await refusalOf(world.playback.heartbeat(beatOf(anonymous, started, 1, 1)));
    expect(nobody.code).to.equal('playback.sign-in-required');
  });

  it('without an account needs the secret of its stream', async () => {
    const free = world.show(film({ accessLevel: 'free' }));
    const started = await world.start(anonymous, free);
    const result = await world.playback.heartbeat(beatOf(anonymous, started, 1, 12));
    expect(result).to.deep.equal({ lease: null, status: 'playing', positionSeconds: 12 });
    const forged = { ...beatOf(anonymous, started, 2, 13), token: 'guessed' };
    expect((await refusalOf(world.playback.heartbeat(forged))).code).to.equal('request.not-found');
    const account = { ...beatOf(viewer, started, 2, 13), token: null };
    expect((await refusalOf(world.playback.heartbeat(account))).code).to.equal('request.not-found');
  });

  it('of a dead stream tells how it ended, and moves nothing', async () => {
    const silent = await world.start(viewer, title, { device: 'silent' });
    await world.playback.heartbeat(beatOf(viewer, silent, 1, 70));
    world.pass(90);
    const late = await refusalOf(world.playback.heartbeat(beatOf(viewer, silent, 2, 160)));
    expect([late.kind, late.code]).to.deep.equal(['gone', 'playback.session-expired']);
    expect(await resumeOf()).to.equal(70);
    const stopped = await world.start(viewer, title, { device: 'stopped' });
    await world.playback.stop({ ...beatOf(viewer, stopped, 1, 1), positionSeconds: 80 });
    const over = await refusalOf(world.playback.heartbeat(beatOf(viewer, stopped, 9, 999)));
    expect(over.code).to.equal('playback.session-stopped');
    expect(await resumeOf()).to.equal(80);
  });

  it('loses the seat after half an hour of pause, and keeps the position', async () => {
    const started = await world.start(viewer, title);
    for (let seq = 0; seq < 60; seq += 1) {
      await world.playback.heartbeat(beatOf(viewer, started, seq, 66, 'paused'));
      world.pass(30);
    }
    const gone = await refusalOf(world.playback.heartbeat(beatOf(viewer, started, 99, 66, 'paused')));
    expect(gone.code).to.equal('playback.session-expired');
    expect(await resumeOf()).to.equal(66);
  });

  it('after a downgrade ends the excess, newest started first', async () => {
    const old = await world.start(viewer, title, { device: 'tv' });
    world.pass(1);
    const young = await world.start(viewer, title, { device: 'phone' });
    world.standings.set(viewer.accountId, standing({ maxDevices: 1 }));
    expect((await world.playback.heartbeat(beatOf(viewer, old, 1, 30))).status).to.equal('playing');
    expect(await world.playback.live(viewer)).to.have.length(1);
    const told = await refusalOf(world.playback.heartbeat(beatOf(viewer, young, 1, 30)));
    expect([told.code, told.details['terminated_by']]).to.deep.equal([
      'playback.terminated',
      { reason: 'limit_lowered', device_name: null },
    ]);
  });

  it('ends the stream when the account no longer covers the title', async () => {
    const started = await world.start(viewer, title);
    world.standings.set(viewer.accountId, standing({ level: 'free', reason: 'ended' }));
    const told = await refusalOf(world.playback.heartbeat(beatOf(viewer, started, 1, 30)));
    expect([told.code, told.details['terminated_by']]).to.deep.equal([
      'playback.terminated',
      { reason: 'access_lost', device_name: null },
    ]);
  });

  it('in a batch fails alone', async () => {
    const started = await world.start(viewer, title);
    const outcomes = await world.playback.recordBeats([
      { ...beatOf(viewer, started, 1, 1), streamId: 'nonsense' },
      beatOf(viewer, started, 1, 30),
    ]);
    expect(outcomes[0]).to.be.instanceOf(DomainError);
    expect(outcomes[1]).to.have.property('positionSeconds', 30);
  });
});

describe('heartbeats in one batch', () => {
  it('come to the same as one after another', async function () {
    this.timeout(30_000);
    const arbitraryBeat = fc.record({
      stream: fc.integer({ min: 0, max: 3 }),
      seq: fc.integer({ min: 0, max: 6 }),
      position: fc.integer({ min: 0, max: 4_000 }),
      paused: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(arbitraryBeat, { maxLength: 12 }), async (drawn) => {
        // One after another each stream's beats come in the order of their numbers: that is what a batch promises.
        const beats = inSeqOrder(drawn);
        const [together, apart] = await Promise.all([outcome(drawn, 'together'), outcome(beats, 'apart')]);
        expect(together).to.deep.equal(apart);
      }),
      { numRuns: process.env['PROVE'] === '1' ? 500 : 40 },
    );
  });
});

interface Drawn {
  readonly stream: number;
  readonly seq: number;
  readonly position: number;
  readonly paused: boolean;
}

function inSeqOrder(drawn: readonly Drawn[]): readonly Drawn[] {
  const queues = new Map<number, Drawn[]>();
  for (const beat of drawn) queues.set(beat.stream, [...(queues.get(beat.stream) ?? []), beat]);
  for (const queue of queues.values()) queue.sort((a, b) => a.seq - b.seq);
  return drawn.flatMap(({ stream }) => queues.get(stream)?.shift() ?? []);
}

/** What two viewers see after the beats: streams 0 and 1 are the first's of one title, 2 and 3 the second's of two. */
async function outcome(drawn: readonly Drawn[], how: 'together' | 'apart'): Promise<unknown> {
  const world = playbackOn((await openers.memory()).unitOfWork);
  const [one, two] = [person(), person()];
  const [a, b] = [world.show(film()), world.show(film({ title: 'Nosferatu', durationSeconds: 100 }))];
  const plays = [
    { actor: one, title: a, device: 'x' },
    { actor: one, title: a, device: 'y' },
    { actor: two, title: a, device: 'x' },
    { actor: two, title: b, device: 'y' },
  ] as const;
  const started: { readonly actor: Actor; readonly started: Started }[] = [];
  for (const { actor, title, device } of plays) {
    started.push({ actor, started: await world.start(actor, title, { device }) });
    world.pass(1);
  }
  world.pass(20);
  const beats = drawn.flatMap(({ stream, seq, position, paused }) => {
    const play = started[stream];
    return play ? [beatOf(play.actor, play.started, seq, position, paused ? 'paused' : 'playing')] : [];
  });
  if (how === 'together') await world.playback.recordBeats(beats);
  else for (const beat of beats) await world.playback.recordBeats([beat]);
  const seen = async (actor: typeof one) => ({
    shelf: (await world.playback.recentlyWatched(actor, 50))
      .map(({ title, state, positionSeconds }) => ({ title, state, positionSeconds }))
      .sort((x, y) => (x.title < y.title ? -1 : 1)),
    streams: (await world.playback.live(actor)).map(
      ({ seq, status, positionSeconds, watchedSeconds, pausedAt }) => ({
        seq,
        status,
        positionSeconds,
        watchedSeconds,
        pausedAt,
      }),
    ),
  });
  return [await seen(one), await seen(two)];
}
