import { expect } from 'chai';
import type { SimulatedCharge } from '../../adapters/payments/simulated-book.ts';
import type { Payment } from '../../src/billing/index.ts';
import { DAY, instant, MINUTE } from '../../src/kernel/instant.ts';
import type { HistoryEntry } from '../../src/subscriptions/index.ts';
import type { Plan } from '../../src/subscriptions/plan.ts';
import { putOnSale } from '../world/billing.ts';
import { nextId, plan } from '../world/subscriptions.ts';
import { inEveryArena, type Arena } from './arena.ts';
import type { PurchaseInput, PurchaseOutput, PurchaseSettings } from './purchase.scenario.ts';
import { breaksOnSomeSeed, seeds, shuffled, sized, tally, unexpected, wins } from './race.ts';

const scenario = new URL('./purchase.scenario.ts', import.meta.url);
type PurchaseArena = Arena<PurchaseInput, PurchaseOutput>;

const settings = (changes: Partial<PurchaseSettings> = {}): PurchaseSettings => ({
  buyer: 'ours',
  lossShare: 0,
  seed: 1,
  lanes: 8,
  ...changes,
});

/** What losers of a purchase may be told. */
const LOST = ['billing.purchase-in-progress', 'subscriptions.renewal-too-early'];

const times = <T>(count: number, make: (index: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, index) => make(index));

async function onSale(arena: PurchaseArena, days: number): Promise<Plan> {
  const sold = plan(`plan-${nextId()}`, 999, { validity: { days } });
  await putOnSale(arena.unitOfWork, sold);
  return sold;
}

interface Ledger {
  readonly captured: readonly SimulatedCharge[];
  readonly payments: readonly Payment[];
  readonly history: readonly HistoryEntry[];
}

/** What the gateway's book, our payments and the history say of an account, after the race. */
const ledgerOf = ({ unitOfWork }: PurchaseArena, accountId: string): Promise<Ledger> =>
  unitOfWork.read(async ({ gatewayBook, payments, subscriptionHistory }) => ({
    captured: (await gatewayBook.chargesOf(accountId)).filter(({ outcome }) => outcome === 'captured'),
    payments: (await payments.list(accountId, { limit: 100 })).items,
    history: (await subscriptionHistory.list(accountId, { limit: 100 })).items,
  }));

const withStatus = ({ payments }: Ledger, status: string): readonly Payment[] =>
  payments.filter((payment) => payment.status === status);

const termsBought = ({ history }: Ledger): number =>
  history.filter(({ paymentId }) => paymentId !== null).length;

inEveryArena('buying at once', (open, store) => {
  it('charges more than once when it looks, charges and writes (the naive variant)', async () => {
    const arena = await open<PurchaseInput, PurchaseOutput>({
      scenario,
      settings: settings({ buyer: 'naive' }),
    });
    const sold = await onSale(arena, 365);
    const broken = await breaksOnSomeSeed(async () => {
      const accountId = nextId();
      await arena.race(times(20, () => ({ act: 'buy', accountId, planId: sold.id })));
      return (await ledgerOf(arena, accountId)).captured.length > 1;
    });
    expect(broken).to.equal(true);
  });

  for (const seed of seeds())
    it(`sells one account one subscription for one payment (seed ${seed})`, async () => {
      const arena = await open<PurchaseInput, PurchaseOutput>({ scenario, settings: settings({ seed }) });
      const sold = await onSale(arena, 365);
      const accountId = nextId();
      const outcomes = await arena.race(
        times(sized(200, 60), () => ({ act: 'buy', accountId, planId: sold.id })),
      );
      const ledger = await ledgerOf(arena, accountId);
      expect(unexpected(outcomes, LOST)).to.deep.equal([]);
      expect(tally(outcomes)['won']).to.equal(1);
      expect(ledger.captured).to.have.length(1);
      expect(ledger.payments.map(({ status }) => status)).to.deep.equal(['succeeded']);
      expect(termsBought(ledger)).to.equal(1);
    });

  for (const seed of seeds())
    it(`sells each of many accounts one subscription (seed ${seed})`, async () => {
      const arena = await open<PurchaseInput, PurchaseOutput>({
        scenario,
        settings: settings({ seed, lanes: store === 'Postgres' ? 1 : 8 }),
      });
      const sold = await onSale(arena, 365);
      const accounts = times(sized(50, 8), nextId);
      const inputs = accounts.flatMap((accountId) =>
        times(20, () => ({ act: 'buy', accountId, planId: sold.id }) as const),
      );
      const outcomes = await arena.race(shuffled(inputs, seed));
      expect(unexpected(outcomes, LOST)).to.deep.equal([]);
      expect(wins(outcomes)).to.have.length(accounts.length);
      for (const accountId of accounts) {
        const ledger = await ledgerOf(arena, accountId);
        expect(ledger.captured).to.have.length(1);
        expect(termsBought(ledger)).to.equal(1);
      }
    });
});

inEveryArena('renewing at once', (open) => {
  it('charges without extending when it looks, charges and writes (the naive variant)', async () => {
    const arena = await open<PurchaseInput, PurchaseOutput>({
      scenario,
      settings: settings({ buyer: 'naive' }),
    });
    const sold = await onSale(arena, 30);
    const broken = await breaksOnSomeSeed(async () => {
      const accountId = nextId();
      await arena.race([{ act: 'buy', accountId, planId: sold.id }]);
      await arena.race(times(20, () => ({ act: 'buy', accountId, planId: sold.id })));
      const ledger = await ledgerOf(arena, accountId);
      return ledger.captured.length > termsBought(ledger);
    });
    expect(broken).to.equal(true);
  });

  for (const seed of seeds())
    it(`extends once per captured payment (seed ${seed})`, async () => {
      const arena = await open<PurchaseInput, PurchaseOutput>({ scenario, settings: settings({ seed }) });
      const sold = await onSale(arena, 30);
      const accountId = nextId();
      await arena.race([{ act: 'buy', accountId, planId: sold.id }]);
      const outcomes = await arena.race(
        times(sized(50, 30), (index) => ({
          act: index % 2 === 0 ? 'buy' : 'renew',
          accountId,
          planId: sold.id,
        })),
      );
      const ledger = await ledgerOf(arena, accountId);
      expect(unexpected(outcomes, LOST)).to.deep.equal([]);
      expect(wins(outcomes)).to.have.length(1);
      expect(ledger.captured).to.have.length(2);
      expect(termsBought(ledger)).to.equal(2);
      const current = await arena.unitOfWork.read(({ subscriptions }) => subscriptions.newest(accountId));
      expect(Number(current?.endsAt) - Number(current?.startedAt)).to.equal(60 * DAY);
    });
});

inEveryArena('repeating one request at once', (open) => {
  it('charges more than once when it looks for the key first and keeps it last (the naive variant)', async () => {
    const arena = await open<PurchaseInput, PurchaseOutput>({
      scenario,
      settings: settings({ buyer: 'naive' }),
    });
    const sold = await onSale(arena, 30);
    const broken = await breaksOnSomeSeed(async () => {
      const accountId = nextId();
      const request = { act: 'buy', accountId, planId: sold.id, key: `${accountId} key` } as const;
      await arena.race(times(20, () => request));
      return (await ledgerOf(arena, accountId)).captured.length > 1;
    });
    expect(broken).to.equal(true);
  });

  for (const seed of seeds())
    it(`has one effect per Idempotency-Key (seed ${seed})`, async () => {
      const arena = await open<PurchaseInput, PurchaseOutput>({ scenario, settings: settings({ seed }) });
      const sold = await onSale(arena, 30);
      const accountId = nextId();
      const request = { act: 'buy', accountId, planId: sold.id, key: `${accountId} key` } as const;
      const outcomes = await arena.race(times(sized(100, 40), () => request));
      expect(unexpected(outcomes, ['idempotency.in-progress'])).to.deep.equal([]);
      const again = await arena.race(times(4, () => request));
      expect(wins(again).map(({ replayed }) => replayed)).to.deep.equal([true, true, true, true]);
      const answers = new Set([...wins(outcomes), ...wins(again)].map(({ paymentId }) => paymentId));
      expect(answers.size).to.equal(1);
      const ledger = await ledgerOf(arena, accountId);
      expect(ledger.captured).to.have.length(1);
      expect(ledger.payments).to.have.length(1);
      expect(termsBought(ledger)).to.equal(1);
    });
});

inEveryArena('resolving lost answers while others buy', (open) => {
  it('takes money for nothing when a lost answer counts as a failure (the naive variant)', async () => {
    const arena = await open<PurchaseInput, PurchaseOutput>({
      scenario,
      settings: settings({ buyer: 'naive', lossShare: 0.4 }),
    });
    const sold = await onSale(arena, 365);
    const broken = await breaksOnSomeSeed(async () => {
      const accounts = times(12, nextId);
      await arena.race(accounts.map((accountId) => ({ act: 'buy', accountId, planId: sold.id })));
      const ledgers = await Promise.all(accounts.map((accountId) => ledgerOf(arena, accountId)));
      return ledgers.some((ledger) => ledger.captured.length > termsBought(ledger));
    });
    expect(broken).to.equal(true);
  });

  for (const seed of seeds())
    it(`ends in agreement with the gateway's book (seed ${seed})`, async () => {
      const arena = await open<PurchaseInput, PurchaseOutput>({
        scenario,
        settings: settings({ lossShare: 0.4, seed }),
      });
      const sold = await onSale(arena, 365);
      const accounts = times(sized(60, 24), nextId);
      // Sweeps ahead of time ask about charges that are still on their way: the worst a resolver can do.
      const sweeps = times(8, () => ({ act: 'sweep', aheadMs: 6 * MINUTE }) as const);
      const purchases = accounts.map((accountId) => ({ act: 'buy', accountId, planId: sold.id }) as const);
      const first = await arena.race(shuffled<PurchaseInput>([...purchases, ...sweeps], seed));
      expect(unexpected(first, [...LOST, 'billing.payment-declined', 'billing.payment-late'])).to.deep.equal(
        [],
      );
      await sweepUntilQuiet(arena);
      for (const accountId of accounts) await expectAgreement(arena, accountId);
    });
});

/** Every check and refund that falls due within a week, by four sweepers at once each time. */
async function sweepUntilQuiet(arena: PurchaseArena): Promise<void> {
  const start = Date.now();
  for (let hours = 1; hours <= 8 * 24; hours = hours < 24 ? hours * 3 : hours + 24) {
    const aheadMs = hours * 60 * MINUTE;
    const swept = await arena.race(times(4, () => ({ act: 'sweep', aheadMs }) as const));
    expect(unexpected(swept, [])).to.deep.equal([]);
    const left = await arena.unitOfWork.read(async ({ payments, refunds }) => [
      await payments.nextDueAt(instant(start + 30 * DAY)),
      await refunds.nextDueAt(instant(start + 30 * DAY)),
    ]);
    if (left.every((at) => at === undefined)) return;
  }
  throw new Error('a week of sweeps left something due');
}

async function expectAgreement(arena: PurchaseArena, accountId: string): Promise<void> {
  const ledger = await ledgerOf(arena, accountId);
  const refunded = await arena.unitOfWork.read(async ({ gatewayBook }) => {
    const of = await Promise.all(ledger.captured.map(({ reference }) => gatewayBook.refundsOf(reference)));
    return of.flat();
  });
  expect(withStatus(ledger, 'pending')).to.have.length(0);
  expect(withStatus(ledger, 'refunded')).to.have.length(refunded.length);
  expect(withStatus(ledger, 'succeeded')).to.have.length(ledger.captured.length - refunded.length);
  expect(termsBought(ledger)).to.equal(withStatus(ledger, 'succeeded').length);
}
