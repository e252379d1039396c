import { expect } from 'chai';
import type { ProviderEvent } from '../../../src/billing/index.ts';
import { chanceOf, shuffled, sized } from '../../races/race.ts';
import { openers, onEveryStore } from '../../world/stores.ts';
import { lifeOfLost, lifeOfWon, outcomeOf, renamed, toldShop, type Told } from './told.ts';

type Life = typeof lifeOfWon;

const LIVES: readonly (readonly [name: string, life: Life])[] = [
  ['whose dispute is won', lifeOfWon],
  ['whose dispute is lost', lifeOfLost],
];

/** What comes of a life that is told in this order. */
async function told(
  shop: Told,
  life: Life,
  arranged: (events: readonly ProviderEvent[]) => readonly ProviderEvent[],
): Promise<object> {
  const payment = await shop.waiting();
  for (const event of arranged(life(payment))) await shop.bring(event);
  return outcomeOf(shop.unitOfWork, payment.accountId);
}

const inOrder = (events: readonly ProviderEvent[]): readonly ProviderEvent[] => events;

function permutations<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length < 2) return [items];
  return items.flatMap((item, index) =>
    permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]),
  );
}

/** Shuffled, with 30 % of the events once more: under their own name, or under another. */
const chaotic =
  (seed: number) =>
  (events: readonly ProviderEvent[]): readonly ProviderEvent[] => {
    const chance = chanceOf(seed);
    const more = events.filter(() => chance() < 0.3).map((it) => (chance() < 0.5 ? it : renamed(it)));
    return shuffled([...events, ...more], seed);
  };

describe('the life of a charge, told by its provider', () => {
  const shop = async (): Promise<Told> => toldShop((await openers.memory()).unitOfWork);

  it(`comes to the same in ${sized(720, 60)} orders of six events`, async function () {
    this.timeout(600_000);
    const expected = await told(await shop(), lifeOfWon, inOrder);
    const orders = shuffled(permutations([0, 1, 2, 3, 4, 5]), 1).slice(0, sized(720, 60));
    expect(new Set(orders.map(String)).size).to.equal(orders.length);
    for (const places of orders) {
      const rearranged = (events: readonly ProviderEvent[]): readonly ProviderEvent[] =>
        places.flatMap((place) => events[place] ?? []);
      expect(await told(await shop(), lifeOfWon, rearranged), String(places)).to.deep.equal(expected);
    }
  });

  for (const [name, life] of LIVES)
    it(`${name} comes to the same however it is shuffled and doubled, ${sized(1_000, 30)} times`, async function () {
      this.timeout(600_000);
      const expected = await told(await shop(), life, inOrder);
      for (let seed = 1; seed <= sized(1_000, 30); seed += 1)
        expect(await told(await shop(), life, chaotic(seed)), `seed ${seed}`).to.deep.equal(expected);
    });
});

onEveryStore('the life of a charge, told by its provider', (open) => {
  for (const [name, life] of LIVES)
    it(`${name} comes to the same in any order`, async function () {
      this.timeout(120_000);
      const shop = await toldShop(await open());
      const expected = await told(shop, life, inOrder);
      for (let seed = 1; seed <= sized(25, 3); seed += 1)
        expect(await told(shop, life, chaotic(seed)), `seed ${seed}`).to.deep.equal({ ...expected });
    });
});
