import { expect } from 'chai';
import { film, ids } from '../world/playback.ts';
import { inEveryArena } from './arena.ts';
import { breaksOnSomeSeed, seeds, shuffled, sized, tally, unexpected, wins } from './race.ts';
import type { StreamContender, StreamSettings } from './streams.scenario.ts';

const scenario = new URL('./streams.scenario.ts', import.meta.url);
/** Under load a contender may be sent away to come back later; it must then hold no seat. */
const EXPECTED = ['playback.stream-limit-reached', 'service.busy', 'service.unavailable'];

const contenders = (seed: number): readonly StreamContender[] =>
  shuffled(
    Array.from({ length: sized(200, 48) }, (_, number) => ({ device: `device ${number}`, cycles: 1 })),
    seed,
  );
const settings = (changes: Partial<StreamSettings> = {}): StreamSettings => ({
  limit: 2,
  title: film(),
  accountId: ids.next(),
  naive: false,
  ...changes,
});

inEveryArena('starting streams at once', (open) => {
  it('gives more seats than there are when it counts first and writes later (the naive variant)', async () => {
    const broken = await breaksOnSomeSeed(async (seed) => {
      const arena = await open<StreamContender, string>({ scenario, settings: settings({ naive: true }) });
      return wins(await arena.race(contenders(seed))).length > 2;
    });
    expect(broken).to.equal(true);
  });

  for (const limit of [1, 2, 4])
    for (const seed of seeds())
      it(`gives exactly ${limit} of ${limit} seats (seed ${seed})`, async () => {
        const staged = settings({ limit });
        const arena = await open<StreamContender, string>({ scenario, settings: staged });
        const outcomes = await arena.race(contenders(seed));
        const seated = await arena.unitOfWork.read(({ streams }) => streams.openOf(staged.accountId));
        expect(wins(outcomes), JSON.stringify(tally(outcomes))).to.have.length(limit);
        expect(seated.map(({ id }) => id).sort()).to.deep.equal([...wins(outcomes)].sort());
        expect(unexpected(outcomes, EXPECTED)).to.deep.equal([]);
      });

  it('gives one device one seat, however often it asks', async () => {
    const staged = settings({ limit: 1 });
    const arena = await open<StreamContender, string>({ scenario, settings: staged });
    const outcomes = await arena.race(
      Array.from({ length: sized(50, 12) }, () => ({ device: 'the same', cycles: 1 })),
    );
    const seated = await arena.unitOfWork.read(({ streams }) => streams.openOf(staged.accountId));
    expect(seated).to.have.length(1);
    expect(unexpected(outcomes, ['service.busy', 'service.unavailable'])).to.deep.equal([]);
  });

  it('leaks no seat over many starts and stops', async () => {
    const staged = settings({ limit: 4 });
    const arena = await open<StreamContender, string>({ scenario, settings: staged });
    const devices = ['a', 'b', 'c', 'd'];
    const outcomes = await arena.race(devices.map((device) => ({ device, cycles: sized(250, 15) })));
    const seated = await arena.unitOfWork.read(({ streams }) => streams.openOf(staged.accountId));
    expect(unexpected(outcomes, [])).to.deep.equal([]);
    expect(seated.map(({ deviceId }) => deviceId).sort()).to.deep.equal(devices);
  });
});
