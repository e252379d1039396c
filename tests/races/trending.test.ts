import { expect } from 'chai';
import { trendingSince, trendOf } from '../../src/catalog/trending.ts';
import { published } from '../contracts/catalog.fixtures.ts';
import { randomIds } from '../world/billing.ts';
import { inEveryArena, type Arena } from './arena.ts';
import { breaksOnSomeSeed, seeds, shuffled, sized, unexpected } from './race.ts';
import { NOW, type TrendingInput, type TrendingSettings } from './trending.scenario.ts';

const scenario = new URL('./trending.scenario.ts', import.meta.url);
type Ring = Arena<TrendingInput, 'done'>;

interface Result {
  readonly views: number;
  readonly score: number;
  readonly expected: number;
}

/** Each of three titles is viewed many times, every view told twice, while sweeps rank what is due. */
async function raced(arena: Ring, seed: number): Promise<readonly Result[]> {
  const titles = Array.from({ length: 3 }, () => ({ ...published('viewed'), id: randomIds.next() }));
  const titleIds = titles.map(({ id }) => id);
  await arena.unitOfWork.run(async (stores) => {
    for (const each of titles) await stores.titles.add(each);
    await stores.figures.rank(titleIds.map((titleId) => ({ titleId, score: 1, dueAt: NOW })));
  });
  const views = titleIds.flatMap((titleId) =>
    Array.from({ length: sized(40, 8) }, (): TrendingInput => ({
      act: 'view',
      key: randomIds.next(),
      titleId,
    })),
  );
  const sweeps = Array.from({ length: sized(20, 6) }, (): TrendingInput => ({ act: 'sweep' }));
  const outcomes = await arena.race(shuffled([...views, ...views, ...sweeps], seed));
  expect(unexpected(outcomes, ['service.busy'])).to.deep.equal([]);
  return arena.unitOfWork.read(async ({ titles: stored, figures }) => {
    const days = await figures.viewsByDay(titleIds, trendingSince(NOW));
    return (await stored.details(titleIds)).map((detail) => ({
      views: detail.figures.views,
      score: detail.figures.trending,
      expected: trendOf(detail.title.id, days, NOW).score,
    }));
  });
}

inEveryArena('views while titles are ranked', (open) => {
  it('leaves titles ranked by views of the past when the days are read first (the naive variant)', async () => {
    const settings: TrendingSettings = { naive: true };
    const arena: Ring = await open({ scenario, settings });
    const broken = await breaksOnSomeSeed(async (seed) =>
      (await raced(arena, seed)).some(({ score, expected }) => score !== expected),
    );
    expect(broken).to.equal(true);
  });

  for (const seed of seeds())
    it(`ranks each title by all of its views (seed ${seed})`, async () => {
      const settings: TrendingSettings = { naive: false };
      const arena: Ring = await open({ scenario, settings });
      for (const { views, score, expected } of await raced(arena, seed)) {
        expect(views).to.be.greaterThan(0);
        expect(score).to.equal(expected);
        expect(score).to.equal(views * 64);
      }
    });
});
