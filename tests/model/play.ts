import { expect } from 'chai';
import type { Invoice, Payment } from '../../src/billing/index.ts';
import { actual } from './deeds.ts';
import { aimOf, expected, type Command } from './commands.ts';
import { Reference } from './model.ts';
import type { PlanKey } from './reckoning.ts';
import { setStage, type Stage } from './stage.ts';

/** Makes the reference of a run: a test gives a wrong one, to see that it is found out. */
export type MakeReference = (now: number) => Reference;

/** Plays commands to the product and to the model, and compares them after each. */
export async function play(
  start: number,
  commands: readonly Command[],
  make: MakeReference = (now) => new Reference(now),
): Promise<void> {
  const model = make(start);
  const stage = await setStage(start);
  const ids: string[] = [];
  try {
    for (const [index, todo] of commands.entries()) {
      const aim = aimOf(todo, model, ids);
      const answers = { ours: await actual(todo, stage, aim), model: expected(todo, model, aim) };
      const label = `step ${index + 1}: ${JSON.stringify(todo)}`;
      expect(answers.ours, label).to.equal(answers.model);
      await compare(stage, model, { ids, label });
    }
  } finally {
    await stage.close();
  }
}

const LIMIT = { limit: 100 };

interface Seen {
  readonly payments: readonly Payment[];
  readonly invoices: readonly Invoice[];
  readonly sums: Readonly<Record<string, number>>;
  readonly balance: number;
}

const books = ({ read, viewer: { accountId } }: Stage): Promise<Seen> =>
  read(async ({ payments, invoices, ledger, balances }) => ({
    payments: (await all((page) => payments.list(accountId, page))).reverse(),
    invoices: (await all((page) => invoices.list(accountId, page))).reverse(),
    sums: Object.fromEntries((await ledger.sums(accountId)).map(({ account, minor }) => [account, minor])),
    balance: (await balances.find(accountId, 'USD'))?.minor ?? 0,
  }));

async function all<T>(
  list: (page: {
    limit: number;
    cursor?: string;
  }) => Promise<{ items: readonly T[]; nextCursor: string | null }>,
): Promise<T[]> {
  const items: T[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await list(cursor === undefined ? LIMIT : { ...LIMIT, cursor });
    items.push(...page.items);
    cursor = page.nextCursor;
  }
  return items;
}

async function compare(
  stage: Stage,
  model: Reference,
  { ids, label }: { readonly ids: string[]; readonly label: string },
): Promise<void> {
  const seen = await books(stage);
  const fresh = seen.payments.filter(({ id }) => !ids.includes(id)).sort((a, b) => a.createdAt - b.createdAt);
  ids.push(...fresh.map(({ id }) => id));
  const byId = new Map(seen.payments.map((payment) => [payment.id, payment]));
  const told = ids
    .map((id) => byId.get(id))
    .map((p) => p && `${p.amountMinor} ${p.status} ${p.refundedMinor}`);
  const ours = {
    ...(await subscriptionOf(stage)),
    payments: told,
    balance: seen.balance,
    cash: seen.sums['cash'] ?? 0,
  };
  const rules = factsOf(model);
  expect(ours, `${label}: ${differences(ours, rules)}`).to.deep.equal(rules);
  checkBooks(seen, model, label);
  expect(stage.faults, label).to.deep.equal([]);
}

const factsOf = ({ sub, payments, access, balance, cash }: Reference) => ({
  status: sub?.status ?? null,
  plan: sub?.plan ?? null,
  endsAt: sub?.endsAt ?? null,
  autoRenew: sub?.autoRenew ?? false,
  cancelAtPeriodEnd: sub?.cancelAtEnd ?? false,
  pauseAtPeriodEnd: sub?.pauseAtEnd ?? false,
  next: sub?.next ?? null,
  access,
  payments: payments.map(({ due, status, refunded }) => `${due} ${status} ${refunded}`),
  balance,
  cash,
});

type Facts = Readonly<Record<string, unknown>>;

const differences = (ours: Facts, rules: Facts): string =>
  Object.keys(rules)
    .map((key) => [key, JSON.stringify(ours[key]), JSON.stringify(rules[key])])
    .flatMap(([key, our, rule]) => (our === rule ? [] : [`${key} is ${our}, by the rules ${rule}`]))
    .join('; ');

async function subscriptionOf({ faces, viewer, planIds }: Stage): Promise<Facts> {
  const details = await faces.subscriptions.current(viewer.accountId);
  const sub = details?.subscription;
  const keyOf = (id: string | undefined): PlanKey | null =>
    (Object.keys(planIds) as PlanKey[]).find((key) => planIds[key] === id) ?? null;
  return {
    status: sub?.status ?? null,
    plan: keyOf(sub?.planId),
    endsAt: sub?.endsAt ?? null,
    autoRenew: sub?.autoRenew ?? false,
    cancelAtPeriodEnd: sub?.cancelAtPeriodEnd ?? false,
    pauseAtPeriodEnd: sub?.pauseAtPeriodEnd ?? false,
    next: keyOf(sub?.scheduledChange?.planId),
    access: details?.access.level === 'premium',
  };
}

/** What the books must say, whatever the model thinks. */
function checkBooks({ payments, invoices, sums, balance }: Seen, model: Reference, label: string): void {
  const total = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0);
  expect(total(Object.values(sums)), `${label}: the ledger's sum`).to.equal(0);
  expect(-(sums['customer-credit'] ?? 0), `${label}: the ledger's credit`).to.equal(balance);
  expect(balance, `${label}: the balance`).to.be.at.least(0);
  const captured = payments.filter(
    ({ status }) => !['pending', 'requires_action', 'failed', 'expired'].includes(status),
  );
  const lost = captured.filter(({ dispute }) => dispute?.status === 'lost');
  const kept = total(captured.map(({ amountMinor, refundedMinor }) => amountMinor - refundedMinor));
  expect(kept - total(lost.map(({ amountMinor }) => amountMinor)), `${label}: cash`).to.equal(
    sums['cash'] ?? 0,
  );
  const open = payments.filter(({ status }) => status === 'pending' || status === 'requires_action');
  expect(open.length, `${label}: open payments`).to.be.at.most(1);
  const bought = captured.filter(({ invoiceId }) => invoiceId !== null);
  expect(total(invoices.map(({ dueMinor }) => dueMinor)), `${label}: invoiced`).to.equal(
    total(bought.map(({ amountMinor }) => amountMinor)),
  );
  expect(invoices.length, `${label}: invoices`).to.equal(
    model.payments.filter(({ isInvoiced }) => isInvoiced).length,
  );
  expect(invoices.map(({ number }) => number).sort(), `${label}: numbers`).to.deep.equal(numbered(invoices));
}

/** From 1 on in each year, without a gap. */
function numbered(invoices: readonly Invoice[]): readonly string[] {
  const counts = new Map<number, number>();
  for (const { issuedAt } of invoices) {
    const year = new Date(issuedAt).getUTCFullYear();
    counts.set(year, (counts.get(year) ?? 0) + 1);
  }
  const years = [...counts].sort(([a], [b]) => a - b);
  return years.flatMap(([year, count]) =>
    Array.from({ length: count }, (_, index) => `${year}-${String(index + 1).padStart(6, '0')}`),
  );
}
