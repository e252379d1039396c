import { expect } from 'chai';
import type { Invoice } from '../../src/billing/index.ts';
import { numberOf } from '../../src/billing/invoice.ts';
import { putOnSale } from '../world/billing.ts';
import { nextId, plan } from '../world/subscriptions.ts';
import { inEveryArena, type Arena } from './arena.ts';
import { HOUSE, YEAR, type InvoiceInput, type InvoiceSettings } from './invoices.scenario.ts';
import { breaksOnSomeSeed, seeds, tally, unexpected } from './race.ts';

const scenario = new URL('./invoices.scenario.ts', import.meta.url);
type InvoiceArena = Arena<InvoiceInput, null>;

const settings = (changes: Partial<InvoiceSettings>): InvoiceSettings => ({
  numbering: 'ours',
  failShare: 0,
  seed: 1,
  ...changes,
});

const SETTLEMENTS = 50;

/** Fifty viewers who buy at once, one half for money and one for nothing. */
async function viewers({ unitOfWork }: InvoiceArena): Promise<readonly InvoiceInput[]> {
  const [paid, free] = [plan(`paid-${nextId()}`), plan(`free-${nextId()}`, 0)];
  for (const each of [paid, free]) await putOnSale(unitOfWork, each);
  return Array.from({ length: SETTLEMENTS }, (_, index) => ({
    accountId: nextId(),
    planId: index % 2 === 0 ? paid.id : free.id,
  }));
}

const invoicesOf = ({ unitOfWork }: InvoiceArena, accounts: readonly string[]): Promise<readonly Invoice[]> =>
  unitOfWork.read(async ({ invoices }) => {
    const found: Invoice[] = [];
    for (const account of accounts) found.push(...(await invoices.list(account, { limit: 100 })).items);
    return found;
  });

const numbers = (invoices: readonly Invoice[]): readonly string[] =>
  invoices.map(({ number }) => number).toSorted();

const withoutGaps = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => numberOf(YEAR, index + 1));

inEveryArena('numbering invoices', (open) => {
  for (const numbering of ['highest', 'counter'] as const)
    it(`loses invoices or numbers by the ${numbering} (a naive variant)`, async () => {
      const broken = await breaksOnSomeSeed(async (seed) => {
        const staging = { scenario, settings: settings({ numbering, failShare: 0.3, seed }) };
        const arena = await open<InvoiceInput, null>(staging);
        const outcomes = await arena.race(await viewers(arena));
        const issued = numbers(await invoicesOf(arena, [HOUSE]));
        const given = withoutGaps(issued.length).join() === issued.join();
        return !given || unexpected(outcomes, ['power']).length > 0;
      });
      expect(broken).to.equal(true);
    });

  for (const seed of seeds()) {
    it(`gives ${SETTLEMENTS} settlements at once the numbers from 1 on (seed ${seed})`, async () => {
      const arena = await open<InvoiceInput, null>({ scenario, settings: settings({ seed }) });
      const buyers = await viewers(arena);
      expect(tally(await arena.race(buyers))).to.deep.equal({ won: SETTLEMENTS });
      const issued = await invoicesOf(
        arena,
        buyers.map(({ accountId }) => accountId),
      );
      expect(numbers(issued)).to.deep.equal(withoutGaps(SETTLEMENTS));
      const sums = await arena.unitOfWork.read(({ ledger }) => ledger.sums(null));
      expect(sums).to.deep.equal([
        { account: 'cash', currency: 'USD', minor: 999 * (SETTLEMENTS / 2) },
        { account: 'revenue', currency: 'USD', minor: -999 * (SETTLEMENTS / 2) },
      ]);
    });

    it(`leaves no gap where settlements fail (seed ${seed})`, async () => {
      const arena = await open<InvoiceInput, null>({
        scenario,
        settings: settings({ failShare: 0.3, seed }),
      });
      const buyers = await viewers(arena);
      const outcomes = await arena.race(buyers);
      expect(unexpected(outcomes, ['power'])).to.deep.equal([]);
      const issued = await invoicesOf(
        arena,
        buyers.map(({ accountId }) => accountId),
      );
      expect(issued.length).to.be.within(1, SETTLEMENTS - 1);
      expect(numbers(issued)).to.deep.equal(withoutGaps(issued.length));
    });
  }
});
