import { expect } from 'chai';
import fc from 'fast-check';
import { DomainError } from '../../../src/kernel/domain-error.ts';
import type { Beat, PlayableTitle, Started } from '../../../src/playback/index.ts';
import { openers } from '../../world/stores.ts';
import { film, person, playbackOn, type PlaybackWorld } from '../../world/playback.ts';

const viewer = person();

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

type Act =
  | {
      readonly kind: 'beat';
      readonly stream: number;
      readonly seq: number;
      readonly position: number;
      readonly paused: boolean;
    }
  | { readonly kind: 'stop'; readonly stream: number; readonly position: number | null }
  | { readonly kind: 'log' | 'dismiss'; readonly title: number; readonly position: number }
  | { readonly kind: 'pass'; readonly seconds: number };

const titles: readonly PlayableTitle[] = [film(), film({ title: 'Nosferatu', durationSeconds: 400 })];

/** What an account sees after the acts; `memory` is one process for all of them, or a new one for each. */
async function seenAfter(acts: readonly Act[], memory: 'kept' | 'lost'): Promise<unknown> {
  const { unitOfWork } = await openers.memory();
  let world = playbackOn(unitOfWork);
  const renewed = (): PlaybackWorld => playbackOn(unitOfWork, { startAt: world.now() });
  const staged = (next: PlaybackWorld): PlaybackWorld => {
    for (const each of titles) next.show(each);
    return next;
  };
  staged(world);
  const started: Started[] = [];
  for (const [index, device] of ['x', 'y'].entries()) {
    started.push(await world.start(viewer, titles[index] as PlayableTitle, { device }));
    world.pass(1);
  }
  const answers: unknown[] = [];
  for (const act of acts) {
    if (memory === 'lost') world = staged(renewed());
    answers.push(await done(world, act, started));
  }
  const live = await world.playback.live(viewer);
  return {
    answers,
    shelf: await world.playback
      .recentlyWatched(viewer, 9)
      .then((items) =>
        items.map(({ titleId, state, positionSeconds, lastWatchedAt }) => [
          titles.findIndex(({ id }) => id === titleId),
          state,
          positionSeconds,
          lastWatchedAt,
        ]),
      ),
    unfinished: (await world.playback.continueWatching(viewer, { limit: 9 })).items.map(({ title }) => title),
    live: live.map(({ deviceId, seq, watchedSeconds, viewedAt, completedAt, aliveUntil }) => [
      deviceId,
      seq,
      watchedSeconds,
      viewedAt,
      completedAt,
      aliveUntil,
    ]),
  };
}

async function done(world: PlaybackWorld, act: Act, started: readonly Started[]): Promise<unknown> {
  const answer = async (work: Promise<unknown>): Promise<unknown> =>
    work.catch((error: unknown) =>
      error instanceof DomainError ? error.code : Promise.reject(error as Error),
    );
  switch (act.kind) {
    case 'pass':
      return world.pass(act.seconds);
    case 'beat': {
      const state = act.paused ? 'paused' : 'playing';
      const beat = beatOf(started[act.stream] as Started, act.seq, act.position, { state });
      return answer(world.playback.heartbeat(beat));
    }
    case 'stop':
      return answer(
        world.playback.stop({
          ...beatOf(started[act.stream] as Started, 0, 0),
          positionSeconds: act.position,
        }),
      );
    case 'log': {
      const { id } = titles[act.title] as PlayableTitle;
      const request = {
        actor: viewer,
        titleId: id,
        event: 'started',
        positionSeconds: act.position,
      } as const;
      return answer(world.playback.logWatch(request).then(({ positionSeconds }) => positionSeconds));
    }
    case 'dismiss':
      return answer(
        world.playback.dismiss({ actor: viewer, titleId: (titles[act.title] as PlayableTitle).id }),
      );
  }
}

describe('a process that remembers streams', () => {
  it('answers and stores what one that remembers nothing does', async function () {
    this.timeout(60_000);
    const one = fc.integer({ min: 0, max: 1 });
    const position = fc.integer({ min: 0, max: 420 });
    const beat = fc.record({
      kind: fc.constant('beat' as const),
      stream: one,
      seq: fc.integer({ min: 0, max: 12 }),
      position,
      paused: fc.boolean(),
    });
    const act = fc.oneof(
      { weight: 8, arbitrary: beat },
      {
        weight: 3,
        arbitrary: fc.record({
          kind: fc.constant('pass' as const),
          seconds: fc.integer({ min: 1, max: 80 }),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          kind: fc.constant('stop' as const),
          stream: one,
          position: fc.option(position),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          kind: fc.constantFrom('log' as const, 'dismiss' as const),
          title: one,
          position,
        }),
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 25 }), async (acts) => {
        expect(await seenAfter(acts, 'kept')).to.deep.equal(await seenAfter(acts, 'lost'));
      }),
      { numRuns: process.env['PROVE'] === '1' ? 2_000 : 100 },
    );
  });
});
