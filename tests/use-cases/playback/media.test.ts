import { expect } from 'chai';
import { SECOND } from '../../../src/kernel/instant.ts';
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

describe('media behind a ticket', () => {
  let world: PlaybackWorld;
  const viewer = person();
  const title = film({ accessLevel: 'basic' });
  beforeEach(async () => {
    world = playbackOn((await openers.memory()).unitOfWork);
    world.show(title);
  });
  const codeOf = async (ticket: string): Promise<string> =>
    (await refusalOf(world.playback.openMedia(ticket))).code;

  it('is cut at once by a stop in the same process', async () => {
    const started = await world.start(viewer, title);
    const [ticket, { stream }] = [ticketOf(started), started];
    await world.playback.openMedia(ticket);
    await world.playback.stop({ actor: viewer, token: null, streamId: stream.id, positionSeconds: null });
    expect(await codeOf(ticket)).to.equal('playback.session-stopped');
  });

  it('is cut at once when another device takes the seat', async () => {
    const ticket = ticketOf(await world.start(viewer, title));
    await world.playback.openMedia(ticket);
    await world.start(viewer, title);
    expect(await codeOf(ticket)).to.equal('playback.terminated');
  });

  it('is cut 10 s after anything else at the latest', async () => {
    const ticket = ticketOf(await world.start(viewer, title));
    await world.playback.openMedia(ticket);
    world.standings.set(viewer.accountId, standing({ level: 'free', reason: 'ended' }));
    world.pass(9.999);
    await world.playback.openMedia(ticket);
    world.pass(0.001);
    expect(await codeOf(ticket)).to.equal('playback.terminated');
    world.standings.delete(viewer.accountId);
    world.pass(10);
    await world.playback.openMedia(ticket);
    world.show({ ...title, isPublished: false });
    world.pass(10);
    expect(await codeOf(ticket)).to.equal('playback.terminated');
  });

  it('is cut when the stream falls silent, whether or not a sweep wrote it down', async () => {
    const ticket = ticketOf(await world.start(viewer, title));
    world.pass(90);
    expect(await codeOf(ticket)).to.equal('playback.session-expired');
    expect(await world.playback.reapSilent(10)).to.deep.equal({ done: 1 });
    world.pass(10);
    expect(await codeOf(ticket)).to.equal('playback.session-expired');
  });

  it('is refused to a ticket that ran out, and to what is none', async () => {
    const free = world.show(film({ accessLevel: 'free' }));
    const ticket = ticketOf(await world.start(anonymous, free));
    world.pass(6 * 3_600 - 1);
    await world.playback.openMedia(ticket);
    world.pass(1);
    expect(await codeOf(ticket)).to.equal('media.ticket-expired');
    for (const nonsense of ['', '.', 'a.b', ticket.slice(0, -1), `${ticket}.x`, 'x'.repeat(5_000)])
      expect(await codeOf(nonsense)).to.equal('media.ticket-invalid');
  });
});

describe('stopping a stream', () => {
  it('keeps the last position, twice changes nothing, and a stranger cannot', async () => {
    const world = playbackOn((await openers.memory()).unitOfWork);
    const viewer = person();
    const title = world.show(film());
    const { stream } = await world.start(viewer, title);
    const stop = (actor = viewer, positionSeconds: number | null = 700): Promise<void> =>
      world.playback.stop({ actor, token: null, streamId: stream.id, positionSeconds });
    expect((await refusalOf(stop(person()))).code).to.equal('request.not-found');
    await stop();
    await stop(viewer, 5);
    expect((await world.start(viewer, title)).resumePositionSeconds).to.equal(700);
  });

  it('that fell silent before changes nothing', async () => {
    const world = playbackOn((await openers.memory()).unitOfWork);
    const viewer = person();
    const title = world.show(film());
    const { stream } = await world.start(viewer, title);
    world.pass(90);
    await world.playback.stop({ actor: viewer, token: null, streamId: stream.id, positionSeconds: 80 });
    expect((await world.start(viewer, title)).resumePositionSeconds).to.equal(0);
  });
});

describe('ending the streams of an account', () => {
  it('ends all of them and tells them why; again changes nothing', async () => {
    const world = playbackOn((await openers.memory()).unitOfWork);
    const [viewer, other] = [person(), person()];
    const title = world.show(film());
    const started = await world.start(viewer, title, { device: 'tv' });
    const [ticket, { stream }] = [ticketOf(started), started];
    await world.start(viewer, title, { device: 'phone' });
    await world.start(other, title);
    await world.playback.openMedia(ticket);
    await world.playback.endStreamsOf(viewer.accountId);
    await world.playback.endStreamsOf(viewer.accountId);
    expect(await world.playback.live(viewer)).to.deep.equal([]);
    expect(await world.playback.live(other)).to.have.length(1);
    const beat = { actor: viewer, token: null, streamId: stream.id, seq: 1, positionSeconds: 1 };
    const told = await refusalOf(world.playback.heartbeat({ ...beat, state: 'playing' }));
    expect(told.details['terminated_by']).to.deep.equal({ reason: 'account_closed', device_name: null });
    expect((await refusalOf(world.playback.openMedia(ticket))).code).to.equal('playback.terminated');
  });
});

describe('reaping silent streams', () => {
  it('takes a bounded batch, and says when the next is due', async () => {
    const world = playbackOn((await openers.memory()).unitOfWork, {
      everybody: standing({ maxDevices: -1 }),
    });
    const viewer = person();
    const title = world.show(film());
    const begunAt = world.now();
    for (const device of ['a', 'b', 'c']) await world.start(viewer, title, { device });
    world.pass(100);
    expect(await world.playback.nextDueAt(world.now())).to.equal(begunAt + 90 * SECOND);
    expect(await world.playback.reapSilent(2)).to.deep.equal({ done: 2 });
    expect(await world.playback.reapSilent(2)).to.deep.equal({ done: 1 });
    expect(await world.playback.reapSilent(2)).to.deep.equal({ done: 0 });
    expect(await world.playback.nextDueAt(world.now())).to.equal(undefined);
  });
});
