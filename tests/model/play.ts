import { expect } from 'chai';
import { booksOf, checkBooks, checkLife } from './books.ts';
import { aimOf, expected, type Command } from './commands.ts';
import { actual } from './deeds.ts';
import { Reference } from './model.ts';
import { isLive } from './offers.ts';
import type { PlanKey } from './reckoning.ts';
import { setStage, type Stage } from './stage.ts';

/** A beginning, and what is then done. */
export interface Life {
  readonly at: number;
  readonly todo: readonly Command[];
}

/** Makes the model of a life: a test gives a wrong one, to see that it is found out. */
export type MakeReference = (now: number) => Reference;

/** What a life met with after each command: the answer, and the status of the subscription. */
export type Met = (todo: Command, answer: string, status: string) => void;

const ours: MakeReference = (now) => new Reference(now);

/** Plays a life to the product and to the model, and compares them after each command. */
export async function play(
  { at, todo: commands }: Life,
  { make = ours, met }: { readonly make?: MakeReference | undefined; readonly met?: Met } = {},
): Promise<void> {
  const model = make(at);
  const stage = await setStage(at);
  const ids: string[] = [];
  try {
    for (const [index, todo] of commands.entries()) {
      const aim = aimOf(todo, model, ids);
      const answer = await actual(todo, stage, aim);
      const label = `command ${index + 1}, ${JSON.stringify(todo)}`;
      expect(answer, label).to.equal(expected(todo, model, aim));
      await compare(stage, model, { ids, label });
      met?.(todo, answer, model.sub?.status ?? 'none');
    }
    await checkLife(stage, model.now);
  } finally {
    await stage.close();
  }
}

async function compare(
  stage: Stage,
  model: Reference,
  { ids, label }: { readonly ids: string[]; readonly label: string },
): Promise<void> {
  const books = await booksOf(stage);
  const { payments, balance, sums } = books;
  const fresh = payments.filter(({ id }) => !ids.includes(id)).sort((a, b) => a.createdAt - b.createdAt);
  ids.push(...fresh.map(({ id }) => id));
  const told = ids.map((id) => {
    const { amountMinor, status, refundedMinor } = payments.find((each) => each.id === id) ?? {};
    return `${amountMinor} ${status} ${refundedMinor}`;
  });
  const facts = { ...(await subscriptionOf(stage)), payments: told, balance, cash: sums['cash'] ?? 0 };
  const rules = factsOf(model);
  expect(facts, `${label}: ${differences(facts, rules)}`).to.deep.equal(rules);
  checkBooks(books, model, label);
  expect(stage.faults, `${label}: behind the answers`).to.deep.equal([]);
}

type Facts = Readonly<Record<string, unknown>>;

const NOTHING = {
  ...{ status: null, plan: null, next: null, endsAt: null, resumesAt: null },
  ...{ autoRenew: false, cancelAtPeriodEnd: false, pauseAtPeriodEnd: false },
};

const factsOf = ({ sub, payments, access, balance, cash }: Reference): Facts => ({
  ...NOTHING,
  ...(sub && {
    status: sub.status,
    plan: sub.plan,
    next: sub.next,
    endsAt: sub.endsAt,
    resumesAt: isLive(sub) ? sub.resumesAt : null,
    autoRenew: sub.autoRenew,
    cancelAtPeriodEnd: sub.cancelAtEnd,
    pauseAtPeriodEnd: sub.pauseAtEnd,
  }),
  access,
  payments: payments.map(({ due, status, refunded }) => `${due} ${status} ${refunded}`),
  balance,
  cash,
});

async function subscriptionOf({ faces, viewer, planIds }: Stage): Promise<Facts> {
  const details = await faces.subscriptions.current(viewer.accountId);
  if (!details) return { ...NOTHING, access: false };
  const { subscription: sub, access } = details;
  const keys = Object.keys(planIds) as PlanKey[];
  const keyOf = (id: string | undefined): PlanKey | null => keys.find((key) => planIds[key] === id) ?? null;
  return {
    status: sub.status,
    plan: keyOf(sub.planId),
    next: keyOf(sub.scheduledChange?.planId),
    endsAt: sub.endsAt,
    resumesAt: sub.resumesAt,
    autoRenew: sub.autoRenew,
    cancelAtPeriodEnd: sub.cancelAtPeriodEnd,
    pauseAtPeriodEnd: sub.pauseAtPeriodEnd,
    access: access.level === 'premium',
  };
}

const differences = (facts: Facts, rules: Facts): string =>
  Object.keys(rules)
    .map((key) => [key, JSON.stringify(facts[key]), JSON.stringify(rules[key])])
    .flatMap(([key, fact, rule]) => (fact === rule ? [] : [`${key} is ${fact}, by the rules ${rule}`]))
    .join('; ');
