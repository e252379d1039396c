import { expect } from 'chai';
import { DAY } from '../../src/kernel/instant.ts';
import { putOnSale } from '../world/billing.ts';
import { DOWNLOADS, overageBooks } from '../world/meters.ts';
import { nextId, plan } from '../world/subscriptions.ts';
import { inEveryArena, type Arena } from './arena.ts';
import type { OverageInput, OverageSettings } from './overage.scenario.ts';
import { breaksOnSomeSeed, seeds, shuffled, sized, unexpected } from './race.ts';

const scenario = new URL('./overage.scenario.ts', import.meta.url);
const settings = (naive: boolean): OverageSettings => ({ naive });
type Ring = Arena<OverageInput, null>;

/** What somebody hears who is not the first: a week is paid ahead until more than 30 days are left. */
const TOO_LATE = ['billing.purchase-in-progress', 'subscriptions.renewal-too-early'];
const ROUNDS = 3;
const CONTENDERS = 4;
/** What the contenders of a round read of the meter: no two the same. */
const readBy = (round: number, contender: number): number => round * 1_000 + contender;

const times = <T>(count: number, make: (index: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, index) => make(index));

/** All subscribe; then, whenever what was paid ahead is used up, all are renewed by hand and collected from at once. */
async function raced(arena: Ring, accounts: readonly string[], seed: number): Promise<void> {
  const weekly = plan(`plan-${nextId()}`, 999, { validity: { days: 7 } });
  await putOnSale(arena.unitOfWork, weekly);
  const input = (accountId: string, changes: Partial<OverageInput>): OverageInput => ({
    ...{ act: 'renew', accountId, planId: weekly.id, units: 0, aheadMs: 0 },
    ...changes,
  });
  const begun = await arena.race(accounts.map((account) => input(account, { act: 'subscribe' })));
  expect(unexpected(begun, [])).to.deep.equal([]);
  for (let round = 1; round <= ROUNDS; round += 1) {
    const aheadMs = round * 35 * DAY;
    const sweeps = times(2, (index) => input('', { act: 'collect', units: readBy(round, index), aheadMs }));
    const renewals = accounts.flatMap((account) =>
      times(CONTENDERS, (index) => input(account, { units: readBy(round, 2 + index), aheadMs })),
    );
    const outcomes = await arena.race(shuffled([...sweeps, ...renewals], seed));
    expect(unexpected(outcomes, TOO_LATE)).to.deep.equal([]);
  }
}

const MOST_READ = readBy(ROUNDS, CONTENDERS + 1);

inEveryArena('billing what one meter shows at once', (open) => {
  it('bills it more than once without a memory of what was billed (the naive variant)', async () => {
    const arena: Ring = await open({ scenario, settings: settings(true) });
    const broken = await breaksOnSomeSeed(async (seed) => {
      const accounts = times(2, nextId);
      await raced(arena, accounts, seed);
      const books = await Promise.all(accounts.map((account) => overageBooks(arena.unitOfWork, account)));
      return books.some(({ invoiced }) => invoiced > MOST_READ * DOWNLOADS.unitPriceMinor);
    });
    expect(broken).to.equal(true);
  });

  for (const seed of seeds())
    it(`bills each unit once, whoever read it (seed ${seed})`, async () => {
      const arena: Ring = await open({ scenario, settings: settings(false) });
      const accounts = times(sized(12, 5), nextId);
      await raced(arena, accounts, seed);
      for (const account of accounts) {
        const { billed, held, invoiced } = await overageBooks(arena.unitOfWork, account);
        expect([billed, held]).to.deep.equal([invoiced, 0]);
        expect(billed / DOWNLOADS.unitPriceMinor).to.be.within(readBy(ROUNDS, 0), MOST_READ);
      }
    });
});
