import { expect } from 'chai';
import type { Invoice, Payment } from '../../src/billing/index.ts';
import { instant } from '../../src/kernel/instant.ts';
import type { Page, PageRequest } from '../../src/kernel/page.ts';
import { isLive } from '../../src/subscriptions/index.ts';
import type { Reference } from './model.ts';
import type { Stage } from './stage.ts';

/** What the product wrote down about its viewer's money. */
export interface Books {
  /** Oldest first. */
  readonly payments: readonly Payment[];
  readonly invoices: readonly Invoice[];
  /** Of the ledger, by its accounts. */
  readonly sums: Readonly<Record<string, number>>;
  readonly balance: number;
}

export const booksOf = ({ read, viewer: { accountId } }: Stage): Promise<Books> =>
  read(async ({ payments, invoices, ledger, balances }) => ({
    payments: await all((page) => payments.list(accountId, page)),
    invoices: await all((page) => invoices.list(accountId, page)),
    sums: Object.fromEntries((await ledger.sums(accountId)).map(({ account, minor }) => [account, minor])),
    balance: (await balances.find(accountId, 'USD'))?.minor ?? 0,
  }));

/** All pages of a list that is told newest first, oldest first. */
async function all<T>(list: (page: PageRequest) => Promise<Page<T>>): Promise<readonly T[]> {
  const items: T[] = [];
  let cursor: string | null | undefined;
  while (cursor !== null) {
    const page = await list({ limit: 100, cursor });
    items.push(...page.items);
    cursor = page.nextCursor;
  }
  return items.reverse();
}

const total = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0);

const UNPAID: readonly string[] = ['pending', 'requires_action', 'failed', 'expired'];

/** What the books must say of one another, and how much was bought by the rules. */
export function checkBooks(books: Books, model: Reference, label: string): void {
  const { payments, invoices, sums, balance } = books;
  expect(total(Object.values(sums)), `${label}: the ledger’s sum`).to.equal(0);
  expect(0 - (sums['customer-credit'] ?? 0), `${label}: the ledger’s credit`).to.equal(balance);
  expect(balance, `${label}: the balance`).to.be.at.least(0);
  expect(keptOf(payments), `${label}: what is left of the payments`).to.equal(sums['cash'] ?? 0);
  const open = payments.filter(({ status }) => status === 'pending' || status === 'requires_action');
  expect(open.length, `${label}: open payments`).to.be.at.most(1);
  const bought = model.payments.filter(({ isInvoiced }) => isInvoiced);
  expect(
    invoices.map(({ dueMinor }) => dueMinor),
    `${label}: what was invoiced`,
  ).to.have.members(bought.map(({ due }) => due));
  expect(invoices.map(({ number }) => number).sort(), `${label}: numbers`).to.deep.equal(numbered(invoices));
}

/** Captured, less what went back, less what was lost in disputes. */
function keptOf(payments: readonly Payment[]): number {
  const captured = payments.filter(({ status }) => !UNPAID.includes(status));
  const lost = captured.filter(({ dispute }) => dispute?.status === 'lost');
  const back = total(captured.map(({ refundedMinor }) => refundedMinor));
  const amounts = (of: readonly Payment[]): number => total(of.map(({ amountMinor }) => amountMinor));
  return amounts(captured) - back - amounts(lost);
}

/** From 1 on in each year, without a gap. */
function numbered(invoices: readonly Invoice[]): readonly string[] {
  const years = invoices.map(({ issuedAt }) => new Date(issuedAt).getUTCFullYear()).sort((a, b) => a - b);
  return years.map((year, index) => {
    const count = index - years.indexOf(year) + 1;
    return `${year}-${String(count).padStart(6, '0')}`;
  });
}

/** When a life was played: its history tells its state, and the gateway's own book says what ours says. */
export async function checkLife({ faces, read, viewer: { accountId } }: Stage, now: number): Promise<void> {
  const told = await faces.subscriptions.asOf(accountId, instant(now));
  const current = await faces.subscriptions.current(accountId);
  expect(told?.subscription, 'what the history tells').to.deep.equal(current?.subscription);

  const history = await read((stores) => all((page) => stores.subscriptionHistory.list(accountId, page)));
  const live = new Set<string>();
  for (const { subscriptionId, after } of history) {
    if (isLive(after.status)) live.add(subscriptionId);
    else live.delete(subscriptionId);
    expect(live.size, 'live subscriptions at once').to.be.at.most(1);
  }

  const [charges, payments] = await read(async (stores) => {
    const captured = (await stores.gatewayBook.chargesOf(accountId)).filter(isCaptured);
    const back = await Promise.all(captured.map(({ reference }) => stores.gatewayBook.refundsOf(reference)));
    const lines = captured.map(({ key, amountMinor }, index) => {
      const refunds = back[index] ?? [];
      return { key, amountMinor, refundedMinor: total(refunds.map((refund) => refund.amountMinor)) };
    });
    return [lines, await all((page) => stores.payments.list(accountId, page))] as const;
  });
  const paid = payments.filter(({ status, amountMinor }) => amountMinor > 0 && !UNPAID.includes(status));
  expect(charges, 'the gateway’s book').to.have.deep.members(
    paid.map(({ gatewayKey: key, amountMinor, refundedMinor }) => ({ key, amountMinor, refundedMinor })),
  );
}

const isCaptured = ({ outcome }: { readonly outcome: string }): boolean => outcome === 'captured';
