import { expect } from 'chai';
import { inEveryArena } from './arena.ts';
import type { ClaimSettings } from './claim.scenario.ts';
import { breaksOnSomeSeed, seeds, sized, unexpected, wins } from './race.ts';

const scenario = new URL('./claim.scenario.ts', import.meta.url);
const contenders = (key: string): readonly string[] => Array.from({ length: sized(200, 40) }, () => key);

inEveryArena('claiming one idempotency key at once', (open) => {
  it('lets more than one through when it reads first and writes later (the naive variant)', async () => {
    const settings: ClaimSettings = { naive: true };
    const arena = await open<string, string>({ scenario, settings });
    const broken = await breaksOnSomeSeed(
      async (seed) => wins(await arena.race(contenders(`naive ${seed}`))).length > 1,
    );
    expect(broken).to.equal(true);
  });

  for (const seed of seeds())
    it(`lets exactly one through (seed ${seed})`, async () => {
      const settings: ClaimSettings = { naive: false };
      const arena = await open<string, string>({ scenario, settings });
      const outcomes = await arena.race(contenders(`key ${seed}`));
      expect(wins(outcomes)).to.have.length(1);
      expect(unexpected(outcomes, ['service.busy'])).to.deep.equal([]);
    });
});
