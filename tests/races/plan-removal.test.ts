import { expect } from 'chai';
import { versionOf } from '../../src/subscriptions/plan.ts';
import { randomIds } from '../world/billing.ts';
import { NOW, plan } from '../world/subscriptions.ts';
import { inEveryArena, type Arena } from './arena.ts';
import type { PlanRemovalInput, PlanRemovalSettings } from './plan-removal.scenario.ts';
import {
  breaksOnSomeSeed,
  chanceOf,
  seeds,
  shuffled,
  sized,
  unexpected,
  wins,
  type Outcome,
} from './race.ts';

const scenario = new URL('./plan-removal.scenario.ts', import.meta.url);
const REFUSALS = ['request.not-found', 'subscriptions.plan-unavailable', 'subscriptions.plan-in-use'];

type Ring = Arena<PlanRemovalInput, PlanRemovalInput>;

/** Each of the plans is deleted once and bought by three, in an order of chance. */
async function raced(arena: Ring, seed: number): Promise<readonly Outcome<PlanRemovalInput>[]> {
  const sold = Array.from({ length: sized(40, 12) }, (_, index) => ({
    ...plan(`plan-${seed}-${index}`),
    id: randomIds.next(),
  }));
  await arena.unitOfWork.run(async ({ plans }) => {
    for (const each of sold) {
      await plans.add(each);
      await plans.addVersion(versionOf(each, NOW));
    }
  });
  const chance = chanceOf(seed);
  const afterMs = (): number => Math.floor(chance() * sized(150, 50));
  const inputs = sold.flatMap(({ id: planId }): PlanRemovalInput[] => [
    { act: 'remove', planId, afterMs: afterMs() },
    ...[1, 2, 3].map(
      () => ({ act: 'buy', planId, accountId: randomIds.next(), afterMs: afterMs() }) as const,
    ),
  ]);
  return arena.race(shuffled(inputs, seed));
}

/** Plans that were deleted although somebody bought them. */
function soldAndGone(outcomes: readonly Outcome<PlanRemovalInput>[]): readonly string[] {
  const won = wins(outcomes);
  const gone = new Set(won.filter(({ act }) => act === 'remove').map(({ planId }) => planId));
  return won.filter(({ act, planId }) => act === 'buy' && gone.has(planId)).map(({ planId }) => planId);
}

inEveryArena('deleting plans while they are bought', (open) => {
  it('sells what is gone when the buyer looks first and buys later (the naive variant)', async () => {
    const settings: PlanRemovalSettings = { naive: true };
    const arena: Ring = await open({ scenario, settings });
    const broken = await breaksOnSomeSeed(async (seed) => soldAndGone(await raced(arena, seed)).length > 0);
    expect(broken).to.equal(true);
  });

  for (const seed of seeds())
    it(`never deletes what was bought, nor sells what is gone (seed ${seed})`, async () => {
      const settings: PlanRemovalSettings = { naive: false };
      const arena: Ring = await open({ scenario, settings });
      const outcomes = await raced(arena, seed);
      expect(soldAndGone(outcomes)).to.deep.equal([]);
      expect(unexpected(outcomes, REFUSALS)).to.deep.equal([]);
    });
});
