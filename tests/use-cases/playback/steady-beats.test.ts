import { expect } from 'chai';
import type { AllStores } from '../../../adapters/persistence/all-stores.ts';
import { DomainError } from '../../../src/kernel/domain-error.ts';
import type { UnitOfWork } from '../../../src/kernel/unit-of-work.ts';
import type { Beat, BeatOutcome, Started } from '../../../src/playback/index.ts';
import { onEveryStore } from '../../world/stores.ts';
import { film, person, playbackOn, refusalOf, standing, type PlaybackWorld } from '../../world/playback.ts';

const viewer = person();
const title = film();

const beatOf = (
  { stream }: Started,
  seq: number,
  positionSeconds: number,
  changes: Partial<Beat> = {},
): Beat => ({
  actor: viewer,
  token: null,
  streamId: stream.id,
  seq,
  positionSeconds,
  state: 'playing',
  ...changes,
});

const told = (outcome: BeatOutcome): string | number =>
  outcome instanceof DomainError ? outcome.code : outcome.positionSeconds;

onEveryStore('steady heartbeats', (open) => {
  let unitOfWork: UnitOfWork<AllStores>;
  /** Two processes on one database: each remembers what it stored itself. */
  let here: PlaybackWorld;
  let there: PlaybackWorld;
  beforeEach(async () => {
    unitOfWork = await open();
    [here, there] = [playbackOn(unitOfWork), playbackOn(unitOfWork)];
    for (const world of [here, there]) world.show(title);
  });
  const pass = (seconds: number): void => {
    for (const world of [here, there]) world.pass(seconds);
  };
  /** Starts a stream and reports until nothing but the position changes. */
  async function underWay(device = 'tv'): Promise<Started> {
    const started = await here.start(viewer, title, { device });
    for (const seq of [1, 2, 3]) {
      pass(30);
      await here.playback.heartbeat(beatOf(started, seq, 100 + seq * 30));
    }
    return started;
  }
  const shelved = async (): Promise<readonly (string | number)[]> =>
    (await here.playback.recentlyWatched(viewer, 9)).flatMap(({ state, positionSeconds, lastWatchedAt }) => [
      state,
      positionSeconds,
      lastWatchedAt,
    ]);

  it('write one row and read none', async () => {
    const started = await underWay();
    let runs = 0;
    const counted: UnitOfWork<AllStores> = {
      single: (work) => unitOfWork.single(work),
      read: (work) => unitOfWork.read(work),
      run: (work) => {
        runs += 1;
        return unitOfWork.run(work);
      },
    };
    const world = playbackOn(counted, { startAt: here.now() });
    await world.playback.heartbeat(beatOf(started, 4, 220));
    expect(runs, 'a stream that nobody here has met is read').to.equal(1);
    for (const seq of [5, 6, 7]) await world.playback.heartbeat(beatOf(started, seq, 200 + seq));
    expect(runs, 'then it is known').to.equal(1);
    const stored = await unitOfWork.read(({ streams }) => streams.find(started.stream.id));
    expect(stored).to.include({ seq: 7, positionSeconds: 207, status: 'playing' });
  });

  it('are on the shelf at the next read, and where the next stream begins', async () => {
    const started = await underWay();
    pass(30);
    await here.playback.heartbeat(beatOf(started, 4, 1_234, { state: 'paused' }));
    expect(await shelved()).to.deep.equal(['paused', 1_234, here.now()]);
    await there.playback.stop({ ...beatOf(started, 5, 0), positionSeconds: null });
    expect(await shelved()).to.deep.equal(['paused', 1_234, here.now()]);
    expect((await there.start(viewer, title)).resumePositionSeconds).to.equal(1_234);
  });

  it('do not outlive an end that came from elsewhere', async () => {
    const started = await underWay();
    await there.playback.stop({ ...beatOf(started, 4, 0), positionSeconds: 300 });
    const gone = await refusalOf(here.playback.heartbeat(beatOf(started, 5, 999)));
    expect(gone.code).to.equal('playback.session-stopped');
    expect((await shelved()).slice(0, 2)).to.deep.equal(['started', 300]);
  });

  it('do not outlive a termination by another device, which is told with its name', async () => {
    const started = await underWay();
    for (const world of [here, there]) world.standings.set(viewer.accountId, standing({ maxDevices: 1 }));
    const { terminationCode } = started.stream;
    await there.start(viewer, title, { device: 'phone', terminate: [terminationCode] });
    const gone = await refusalOf(here.playback.heartbeat(beatOf(started, 4, 999)));
    expect([gone.code, gone.details['terminated_by']]).to.deep.equal([
      'playback.terminated',
      { reason: 'other_device', device_name: 'The phone' },
    ]);
  });

  it('do not outlive silence', async () => {
    const started = await underWay();
    pass(90);
    const gone = await refusalOf(here.playback.heartbeat(beatOf(started, 4, 999)));
    expect(gone.code).to.equal('playback.session-expired');
  });

  it('never undo a report that another process took', async () => {
    const started = await underWay();
    await there.playback.heartbeat(beatOf(started, 9, 900));
    expect((await here.playback.heartbeat(beatOf(started, 7, 700))).positionSeconds).to.equal(900);
    expect((await here.playback.heartbeat(beatOf(started, 9, 111))).positionSeconds).to.equal(900);
    expect((await here.playback.heartbeat(beatOf(started, 10, 1_000))).positionSeconds).to.equal(1_000);
    expect((await there.playback.heartbeat(beatOf(started, 10, 111))).positionSeconds).to.equal(1_000);
  });

  it('end with the access, at the next heartbeat', async () => {
    const started = await underWay();
    here.standings.set(viewer.accountId, standing({ level: 'free', reason: 'ended' }));
    const gone = await refusalOf(here.playback.heartbeat(beatOf(started, 4, 220)));
    expect(gone.details['terminated_by']).to.deep.equal({ reason: 'access_lost', device_name: null });
  });

  it('end the excess of a lowered limit, at the next heartbeat of any stream of the account', async () => {
    const older = await underWay();
    const newer = await here.start(viewer, title, { device: 'phone' });
    for (const seq of [4, 5, 6]) {
      pass(30);
      for (const stream of [older, newer]) await here.playback.heartbeat(beatOf(stream, seq, 200 + seq));
    }
    here.standings.set(viewer.accountId, standing({ maxDevices: 1 }));
    expect(told(await here.playback.heartbeat(beatOf(older, 7, 220)))).to.equal(220);
    expect(await here.playback.live(viewer)).to.have.length(1);
    expect((await refusalOf(here.playback.heartbeat(beatOf(newer, 7, 220)))).code).to.equal(
      'playback.terminated',
    );
  });

  it('of a stranger are not answered with those of the owner beside them', async () => {
    const started = await underWay();
    const outcomes = await here.playback.recordBeats([
      beatOf(started, 5, 500, { actor: person() }),
      beatOf(started, 4, 400),
    ]);
    expect(outcomes.map(told)).to.deep.equal(['request.not-found', 400]);
  });

  it('leave a logged watch where it is until the next report', async () => {
    const started = await underWay();
    pass(1);
    await there.playback.logWatch({ actor: viewer, titleId: title.id, event: 'paused', positionSeconds: 50 });
    expect((await shelved()).slice(0, 2)).to.deep.equal(['paused', 50]);
    await there.playback.stop({ ...beatOf(started, 4, 0), positionSeconds: null });
    expect((await shelved()).slice(0, 2)).to.deep.equal(['paused', 50]);
  });
});
