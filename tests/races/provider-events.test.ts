import { expect } from 'chai';
import type { Payment } from '../../src/billing/index.ts';
import { lifeOfLost, lifeOfWon, outcomeOf, Teller, toldShop } from '../use-cases/billing/told.ts';
import { inEveryArena, type Arena } from './arena.ts';
import type { ToldInput, ToldOutput, ToldSettings } from './provider-events.scenario.ts';
import { breaksOnSomeSeed, seeds, shuffled, sized, unexpected, wins } from './race.ts';

const scenario = new URL('./provider-events.scenario.ts', import.meta.url);
const settings = (listener: ToldSettings['listener']): ToldSettings => ({ listener });

/** Each event so often, at once: a provider repeats itself, and every process answers. */
const TIMES = 10;

const payments = async (
  { unitOfWork }: Arena<ToldInput, ToldOutput>,
  count: number,
): Promise<readonly Payment[]> => {
  const shop = await toldShop(unitOfWork);
  const made: Payment[] = [];
  for (let index = 0; index < count; index += 1) made.push(await shop.waiting());
  return made;
};

inEveryArena('hearing of a life from many sides at once', (open) => {
  it('gives back more than once when it looks, acts and keeps (the naive variant)', async () => {
    const arena = await open<ToldInput, ToldOutput>({ scenario, settings: settings('naive') });
    const shop = await toldShop(arena.unitOfWork);
    const broken = await breaksOnSomeSeed(async () => {
      const payment = await shop.waiting();
      const [, captured] = lifeOfWon(payment);
      if (captured) await shop.bring(captured);
      const event = new Teller(payment).tell('charge-refunded', { amountMinor: 50, invoice: null });
      await arena.race(Array.from({ length: TIMES }, () => ({ event })));
      const after = await arena.unitOfWork.read((stores) => stores.payments.find(payment.id));
      return (after?.refundedMinor ?? 0) > 50;
    });
    expect(broken).to.equal(true);
  });

  for (const seed of seeds())
    it(`has one row and one effect of each event (seed ${seed})`, async function () {
      this.timeout(120_000);
      const arena = await open<ToldInput, ToldOutput>({ scenario, settings: settings('ours') });
      const shop = await toldShop(arena.unitOfWork);
      for (const life of [lifeOfWon, lifeOfLost]) {
        const [first, ...others] = await payments(arena, sized(5, 2) + 1);
        if (!first) throw new Error('nobody paid');
        for (const event of life(first)) await shop.bring(event);
        const expected = await outcomeOf(arena.unitOfWork, first.accountId);
        const events = others.flatMap(life);
        const inputs = events.flatMap((event) => Array.from({ length: TIMES }, () => ({ event })));
        const outcomes = await arena.race(shuffled(inputs, seed));
        expect(unexpected(outcomes, [])).to.deep.equal([]);
        expect(wins(outcomes).filter(({ isNew }) => isNew)).to.have.length(events.length);
        for (const { accountId } of others)
          expect(await outcomeOf(arena.unitOfWork, accountId)).to.deep.equal(expected);
        for (const event of events)
          expect(
            (await arena.unitOfWork.read(({ providerEvents }) => providerEvents.find(event)))?.processedAt,
          ).to.be.a('number');
      }
    });
});
