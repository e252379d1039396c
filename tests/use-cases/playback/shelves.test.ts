import { expect } from 'chai';
import type { AllStores } from '../../../adapters/persistence/all-stores.ts';
import { EVENTS } from '../../../adapters/persistence/memory/stores/outbox.ts';
import { memoryStores } from '../../../adapters/persistence/memory/stores/all.ts';
import { MemoryDatabase, MemoryUnitOfWork } from '../../../adapters/persistence/memory/unit-of-work.ts';
import type { DomainEvent } from '../../../src/kernel/outbox.ts';
import type { PlayableTitle, ShelfItem } from '../../../src/playback/index.ts';
import {
  anonymous,
  film,
  person,
  playbackOn,
  refusalOf,
  standing,
  type PlaybackWorld,
} from '../../world/playback.ts';

const viewer = person();
let database: MemoryDatabase;
let world: PlaybackWorld;

beforeEach(() => {
  database = new MemoryDatabase();
  world = playbackOn(new MemoryUnitOfWork<AllStores>(database, memoryStores), {
    everybody: standing({ maxDevices: -1 }),
  });
});

const eventsOf = (type: string): readonly DomainEvent[] =>
  ([...database.state(EVENTS.name).rows.values()] as DomainEvent[]).filter((event) => event.type === type);

/** Plays a title up to a position, `seconds` of it in front of the screen, and stops. */
async function play(title: PlayableTitle, positionSeconds: number, seconds = 1): Promise<void> {
  const { stream } = await world.start(viewer, title);
  world.pass(seconds);
  const speaker = { actor: viewer, token: null, streamId: stream.id };
  await world.playback.heartbeat({ ...speaker, seq: 1, positionSeconds, state: 'playing' });
  await world.playback.stop({ ...speaker, positionSeconds: null });
  world.pass(1);
}

const shelf = async (): Promise<readonly ShelfItem[]> =>
  (await world.playback.continueWatching(viewer, { limit: 20 })).items;
const titlesOn = async (): Promise<readonly string[]> => (await shelf()).map(({ title }) => title);

describe('continue watching', () => {
  it('shows what was started and not completed, newest first', async () => {
    await play(world.show(film({ title: 'old' })), 100);
    await play(world.show(film({ title: 'glimpsed' })), 59);
    await play(world.show(film({ title: 'done' })), 3_500);
    await play(world.show(film({ title: 'new' })), 200);
    expect(await titlesOn()).to.deep.equal(['new', 'old']);
    const [item] = await shelf();
    expect(item).to.include({
      positionSeconds: 200,
      durationSeconds: 3_600,
      percent: 5,
      locked: false,
      state: 'started',
    });
  });

  it('loses a title with the report that completes it, and does not get it back by reopening', async () => {
    const title = world.show(film());
    await play(title, 100);
    await play(title, 3_500);
    expect(await titlesOn()).to.deep.equal([]);
    await play(title, 100);
    expect(await titlesOn()).to.deep.equal([]);
    const [item] = await world.playback.recentlyWatched(viewer, 50);
    expect(item).to.include({ state: 'completed', positionSeconds: 100 });
  });

  it('leaves out what is no longer published, and shows locked what is no longer covered', async () => {
    const gone = world.show(film({ title: 'gone' }));
    const dear = world.show(film({ title: 'dear', accessLevel: 'premium' }));
    await play(gone, 100);
    await play(dear, 100);
    world.show({ ...gone, isPublished: false });
    world.standings.set(viewer.accountId, standing({ level: 'basic' }));
    expect((await shelf()).map(({ title, locked }) => [title, locked])).to.deep.equal([['dear', true]]);
  });

  it('hides a dismissed title until its next play, and keeps the position', async () => {
    const title = world.show(film());
    await play(title, 100);
    await world.playback.dismiss({ actor: viewer, titleId: title.id });
    await world.playback.dismiss({ actor: viewer, titleId: title.id });
    expect(await titlesOn()).to.deep.equal([]);
    const { resumePositionSeconds } = await world.start(viewer, title);
    expect(resumePositionSeconds).to.equal(100);
    expect(await titlesOn()).to.deep.equal(['Metropolis']);
  });

  it('refuses to dismiss what was never watched', async () => {
    const refused = await refusalOf(world.playback.dismiss({ actor: viewer, titleId: film().id }));
    expect(refused.code).to.equal('request.not-found');
  });
});

describe('recently watched', () => {
  it('shows the last 50, the completed and the glimpsed too', async () => {
    for (let number = 0; number < 52; number += 1)
      await play(world.show(film({ title: `film ${number}` })), number % 2 === 0 ? 5 : 3_500);
    const latest = await world.playback.recentlyWatched(viewer, 100);
    expect(latest).to.have.length(50);
    expect(latest[0]?.title).to.equal('film 51');
    expect(await world.playback.recentlyWatched(viewer, 3)).to.have.length(3);
  });
});

describe('the history', () => {
  it('keeps every playing and every logged watch, newest first, page by page', async () => {
    const title = world.show(film({ title: 'twice' }));
    await play(title, 100);
    await world.playback.logWatch({
      actor: viewer,
      titleId: title.id,
      event: 'paused',
      positionSeconds: 300,
    });
    world.pass(1);
    await play(title, 3_500);
    await world.start(viewer, title, { device: 'never reported' });
    const request = { limit: 2, month: null };
    const first = await world.playback.history(viewer, request);
    expect(first.items.map(({ state, positionSeconds }) => [state, positionSeconds])).to.deep.equal([
      ['completed', 3_500],
      ['paused', 300],
    ]);
    const second = await world.playback.history(viewer, {
      ...request,
      cursor: first.nextCursor ?? undefined,
    });
    expect(second.items.map(({ state, positionSeconds }) => [state, positionSeconds])).to.deep.equal([
      ['started', 100],
    ]);
    expect(second.nextCursor).to.equal(null);
  });

  it('is read by the month, in UTC', async () => {
    const title = world.show(film());
    await play(title, 100);
    world.pass(12 * 3_600);
    await play(title, 200);
    const positions = async (month: string): Promise<readonly number[]> =>
      (await world.playback.history(viewer, { limit: 9, month })).items.map((item) => item.positionSeconds);
    expect(await positions('2026-01')).to.deep.equal([100]);
    expect(await positions('2026-02')).to.deep.equal([200]);
    for (const month of ['2026-13', '2026-1', 'x'])
      expect((await refusalOf(positions(month))).code).to.equal('request.invalid');
  });
});

describe('a logged watch', () => {
  it('asks for the same access as a stream, and for no media', async () => {
    world.standings.set(viewer.accountId, standing({ level: 'free' }));
    const log = (title: PlayableTitle) =>
      world.playback.logWatch({ actor: viewer, titleId: title.id, event: 'started', positionSeconds: null });
    expect((await refusalOf(log(world.show(film())))).code).to.equal('playback.tier-too-low');
    expect((await refusalOf(log(film()))).code).to.equal('request.not-found');
    const item = await log(world.show(film({ accessLevel: 'free', media: null })));
    expect(item).to.include({ state: 'started', positionSeconds: 0, locked: false });
  });

  it('that completes ends the title', async () => {
    const title = world.show(film());
    const item = await world.playback.logWatch({
      actor: viewer,
      titleId: title.id,
      event: 'completed',
      positionSeconds: null,
    });
    expect(item).to.include({ state: 'completed', positionSeconds: 3_600, percent: 100 });
    expect((await world.start(viewer, title)).resumePositionSeconds).to.equal(0);
  });
});

describe('views', () => {
  it('count once per account and title in an hour, after 10 s watched', async () => {
    const title = world.show(film());
    await play(title, 9, 9);
    expect(eventsOf('playback.viewed')).to.have.length(0);
    await play(title, 20, 20);
    await play(title, 60, 30);
    await world.playback.logWatch({
      actor: viewer,
      titleId: title.id,
      event: 'started',
      positionSeconds: 60,
    });
    expect(eventsOf('playback.viewed')).to.have.length(1);
    world.pass(3_600);
    await play(title, 90, 30);
    expect(eventsOf('playback.viewed')).to.have.length(2);
    expect(eventsOf('playback.viewed')[0]?.data).to.deep.equal({ titleId: title.id });
  });

  it('count once for a logged watch, and once for each viewer without an account', async () => {
    const title = world.show(film({ accessLevel: 'free' }));
    await world.playback.logWatch({
      actor: viewer,
      titleId: title.id,
      event: 'started',
      positionSeconds: null,
    });
    expect(eventsOf('playback.viewed')).to.have.length(1);
    for (const device of ['a', 'b']) {
      const { stream, sessionToken } = await world.start(anonymous, title, { device });
      for (const seq of [1, 2, 3]) {
        world.pass(30);
        const speaker = { actor: anonymous, token: sessionToken, streamId: stream.id };
        await world.playback.heartbeat({ ...speaker, seq, positionSeconds: seq * 30, state: 'playing' });
      }
    }
    expect(eventsOf('playback.viewed')).to.have.length(3);
  });

  it('are not won by seeking', async () => {
    await play(world.show(film()), 3_000, 4);
    expect(eventsOf('playback.viewed')).to.have.length(0);
  });
});

describe('the events of playback', () => {
  it('tell each start, stop, completion and termination once', async () => {
    const title = world.show(film());
    await play(title, 3_500);
    await world.start(viewer, title);
    await world.start(viewer, title);
    const counts = ['started', 'stopped', 'completed', 'terminated'].map(
      (name) => eventsOf(`playback.${name}`).length,
    );
    expect(counts).to.deep.equal([3, 1, 1, 1]);
    expect(eventsOf('playback.terminated')[0]?.data['endReason']).to.equal('same_device');
    // The journal outlives the account: what names a device stays with the stream, where it can be erased.
    for (const name of ['started', 'stopped', 'completed', 'terminated'])
      expect(JSON.stringify(eventsOf(`playback.${name}`)), name).to.not.contain('tv');
  });
});
