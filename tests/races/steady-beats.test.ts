import { expect } from 'chai';
import { film, person, playbackOn } from '../world/playback.ts';
import { inEveryArena } from './arena.ts';
import { breaksOnSomeSeed, seeds, shuffled, sized, unexpected, wins } from './race.ts';
import type { SteadyContender, SteadySettings } from './steady-beats.scenario.ts';

const scenario = new URL('./steady-beats.scenario.ts', import.meta.url);
const PLAYERS = 8;

/** Numbers dealt out in turn, so that what one player reports is late for another. */
function contenders(streamId: string, seed: number): readonly SteadyContender[] {
  const turns = Array.from({ length: sized(60, 20) }, (_, turn) => turn);
  const players = Array.from({ length: PLAYERS }, (_, player): SteadyContender => ({
    kind: 'player',
    streamId,
    seqs: turns.map((turn) => 1 + turn * PLAYERS + player),
  }));
  return shuffled([...players, { kind: 'stopper', streamId, pauses: 20 + ((seed * 7) % 30) }], seed);
}

inEveryArena('players of one stream that many processes remember, while it is stopped', (open) => {
  /** What is stored after the race beside the highest position that any player was told. */
  async function raced(seed: number, naive: boolean) {
    const actor = person();
    const settings: SteadySettings = { actor, naive };
    const arena = await open<SteadyContender, number>({ scenario, settings });
    const world = playbackOn(arena.unitOfWork);
    const { stream } = await world.start(actor, world.show(film()));
    const outcomes = await arena.race(contenders(stream.id, seed));
    const stored = await arena.unitOfWork.read(({ streams }) => streams.find(stream.id));
    const [item] = await world.playback.recentlyWatched(actor, 1);
    return {
      faults: unexpected(outcomes, []),
      status: stored?.status,
      positions: [stored?.positionSeconds ?? 0, item?.positionSeconds ?? 0],
      highest: Math.max(...wins(outcomes)),
    };
  }

  it('brings it back to life, or back in time, when nobody looks (the naive variant)', async () => {
    const broken = await breaksOnSomeSeed(async (seed) => {
      const { status, positions, highest } = await raced(seed, true);
      return status !== 'stopped' || positions[0] !== highest;
    });
    expect(broken).to.equal(true);
  });

  for (const seed of seeds(2))
    it(`leaves it stopped, at the highest position that anybody was told (seed ${seed})`, async () => {
      const { faults, status, positions, highest } = await raced(seed, false);
      expect(faults).to.deep.equal([]);
      expect(status).to.equal('stopped');
      expect(positions).to.deep.equal([highest, highest]);
    });
});
