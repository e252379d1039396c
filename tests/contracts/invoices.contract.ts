import { expect } from 'chai';
import type { Balance, BillingStores, Invoice, LedgerEntry } from '../../src/billing/index.ts';
import { numberOf } from '../../src/billing/invoice.ts';
import { after, instant } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import type { Open } from './contract.ts';

const NOW = instant(Date.UTC(2026, 0, 31, 12));

let counter = 0;
const nextId = (): string => {
  counter += 1;
  return `01980000-0000-7000-9000-${counter.toString().padStart(12, '0')}`;
};

const invoice = (accountId: string, changes: Partial<Invoice> = {}): Invoice => ({
  id: nextId(),
  number: numberOf(2026, (counter += 1)),
  accountId,
  paymentId: nextId(),
  subscriptionId: nextId(),
  issuedAt: NOW,
  currency: 'USD',
  lines: [{ kind: 'plan', description: 'Standard', start: NOW, end: after(NOW, 1), amountMinor: 999 }],
  subtotalMinor: 999,
  discountMinor: 1,
  creditMinor: 2,
  totalMinor: 996,
  creditUsedMinor: 3,
  creditLeftMinor: 0,
  dueMinor: 993,
  refundedMinor: 0,
  billTo: { name: 'Vera', email: 'vera@example.com' },
  version: 1,
  ...changes,
});

async function codeOf(work: Promise<unknown>): Promise<unknown> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof Error && 'code' in error ? error.code : error;
}

export function invoicesContract(open: Open<Pick<BillingStores, 'invoices'>>): void {
  let unitOfWork: UnitOfWork<Pick<BillingStores, 'invoices'>>;
  beforeEach(async () => {
    unitOfWork = await open();
  });
  const add = (...rows: readonly Invoice[]): Promise<void> =>
    unitOfWork.run(async ({ invoices }) => {
      for (const row of rows) await invoices.add(row);
    });
  const save = (row: Invoice): Promise<void> => unitOfWork.run(({ invoices }) => invoices.save(row));
  const find = (id: string) => unitOfWork.read(({ invoices }) => invoices.find(id));
  const take = (year: number) => unitOfWork.run(({ invoices }) => invoices.takeNumber(year));

  it('counts each year from 1, and gives a number back that was not used', async () => {
    expect([await take(2026), await take(2026), await take(2027)]).to.deep.equal([1, 2, 1]);
    const failing = unitOfWork.run(async ({ invoices }) => {
      expect(await invoices.takeNumber(2026)).to.equal(3);
      expect(await invoices.takeNumber(2026)).to.equal(4);
      throw new Error('not today');
    });
    expect(String(await failing.catch((error: unknown) => error))).to.contain('not today');
    expect(await take(2026)).to.equal(3);
  });

  it('gives a number to one of many that ask at once', async () => {
    const taken = await Promise.all(Array.from({ length: 20 }, () => take(2030)));
    expect(taken.toSorted((a, b) => a - b)).to.deep.equal(
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
  });

  it('gives back what was added and saved, to the last field', async () => {
    const added = invoice(nextId());
    await add(added);
    expect(await find(added.id)).to.deep.equal(added);
    expect(await unitOfWork.read(({ invoices }) => invoices.findByPayment(added.paymentId))).to.deep.equal(
      added,
    );
    const refunded = { ...added, refundedMinor: 5, billTo: null, version: 2 };
    await save(refunded);
    expect(await find(added.id)).to.deep.equal(refunded);
    expect(await codeOf(save(refunded))).to.equal('service.busy');
    expect(await find(nextId())).to.equal(undefined);
    expect(await unitOfWork.read(({ invoices }) => invoices.findByPayment(nextId()))).to.equal(undefined);
  });

  it('refuses a number in use, and a second invoice of a payment', async () => {
    const first = invoice(nextId());
    await add(first);
    expect(await codeOf(add(invoice(nextId(), { number: first.number })))).to.equal('service.busy');
    expect(await codeOf(add(invoice(nextId(), { paymentId: first.paymentId })))).to.equal('service.busy');
  });

  it('takes the names off the invoices of one account', async () => {
    const [account, other] = [nextId(), nextId()];
    const rows = [invoice(account), invoice(account), invoice(account, { billTo: null }), invoice(other)];
    await add(...rows);
    await unitOfWork.run(({ invoices }) => invoices.eraseBillTo(account));
    await unitOfWork.run(({ invoices }) => invoices.eraseBillTo(account));
    const [first, second, third, fourth] = rows;
    for (const row of [first, second])
      expect(await find(row?.id ?? '')).to.deep.equal({ ...row, billTo: null, version: 2 });
    for (const row of [third, fourth]) expect(await find(row?.id ?? '')).to.deep.equal(row);
  });

  it('lists an account newest first, page by page', async () => {
    const account = nextId();
    const rows = [NOW, after(NOW, 1), after(NOW, 1), after(NOW, 2)].map((issuedAt) =>
      invoice(account, { issuedAt }),
    );
    await add(...rows, invoice(nextId()));
    const list = (cursor?: string) =>
      unitOfWork.read(({ invoices }) => invoices.list(account, { limit: 3, cursor }));
    const first = await list();
    const second = await list(first.nextCursor ?? undefined);
    expect(second.nextCursor).to.equal(null);
    expect([...first.items, ...second.items]).to.deep.equal(rows.toReversed());
  });
}

export function balancesContract(open: Open<Pick<BillingStores, 'balances'>>): void {
  let unitOfWork: UnitOfWork<Pick<BillingStores, 'balances'>>;
  beforeEach(async () => {
    unitOfWork = await open();
  });
  const save = (balance: Balance): Promise<void> => unitOfWork.run(({ balances }) => balances.save(balance));

  it('keeps one balance per account and currency', async () => {
    const account = nextId();
    const usd = { accountId: account, currency: 'USD', minor: 5, version: 1 };
    const eur = { ...usd, currency: 'EUR', minor: 0 };
    await save(usd);
    await save(eur);
    await save({ ...usd, accountId: nextId() });
    expect(await unitOfWork.read(({ balances }) => balances.find(account, 'USD'))).to.deep.equal(usd);
    expect(await unitOfWork.read(({ balances }) => balances.find(account, 'GBP'))).to.equal(undefined);
    await save({ ...usd, minor: 7, version: 2 });
    expect(await unitOfWork.read(({ balances }) => balances.listOf(account))).to.deep.equal([
      eur,
      { ...usd, minor: 7, version: 2 },
    ]);
    expect(await unitOfWork.read(({ balances }) => balances.listOf(nextId()))).to.deep.equal([]);
  });

  it('refuses to save over a newer version, and to begin twice', async () => {
    const balance = { accountId: nextId(), currency: 'USD', minor: 5, version: 1 };
    await save(balance);
    expect(await codeOf(save(balance))).to.equal('service.busy');
    await save({ ...balance, version: 2 });
    expect(await codeOf(save({ ...balance, version: 2 }))).to.equal('service.busy');
    expect(await codeOf(save({ ...balance, accountId: nextId(), version: 2 }))).to.equal('service.busy');
  });
}

export function ledgerContract(open: Open<Pick<BillingStores, 'ledger'>>): void {
  let unitOfWork: UnitOfWork<Pick<BillingStores, 'ledger'>>;
  beforeEach(async () => {
    unitOfWork = await open();
  });
  const entry = (accountId: string, changes: Partial<LedgerEntry>): LedgerEntry => ({
    id: nextId(),
    transactionId: nextId(),
    accountId,
    currency: 'USD',
    account: 'cash',
    amountMinor: 999,
    reason: 'invoice',
    reference: nextId(),
    at: NOW,
    ...changes,
  });
  const append = (...entries: readonly LedgerEntry[]): Promise<void> =>
    unitOfWork.run(({ ledger }) => ledger.append(entries));

  it('lists an account newest first, page by page, and appends nothing as nothing', async () => {
    const account = nextId();
    const rows = [NOW, NOW, after(NOW, 1)].map((at) => entry(account, { at }));
    await append();
    await append(...rows, entry(nextId(), {}));
    const list = (cursor?: string) =>
      unitOfWork.read(({ ledger }) => ledger.list(account, { limit: 2, cursor }));
    const first = await list();
    const second = await list(first.nextCursor ?? undefined);
    expect(second.nextCursor).to.equal(null);
    expect([...first.items, ...second.items]).to.deep.equal(rows.toReversed());
  });

  it('sums by ledger account and currency, of one account and of all', async () => {
    const [account, other] = [nextId(), nextId()];
    await append(
      entry(account, { amountMinor: 999 }),
      entry(account, { amountMinor: -500 }),
      entry(account, { account: 'revenue', amountMinor: -999 }),
      entry(account, { currency: 'EUR', amountMinor: 5 }),
      entry(other, { amountMinor: 1 }),
    );
    const own = [
      { account: 'cash', currency: 'EUR', minor: 5 },
      { account: 'cash', currency: 'USD', minor: 499 },
      { account: 'revenue', currency: 'USD', minor: -999 },
    ];
    expect(await unitOfWork.read(({ ledger }) => ledger.sums(account))).to.deep.equal(own);
    expect(await unitOfWork.read(({ ledger }) => ledger.sums(nextId()))).to.deep.equal([]);
    expect((await unitOfWork.read(({ ledger }) => ledger.sums(null)))[1]).to.deep.equal({
      account: 'cash',
      currency: 'USD',
      minor: 500,
    });
  });
}
