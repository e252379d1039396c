import { expect } from 'chai';
import fc from 'fast-check';
import type { Meter } from '../../../src/billing/index.ts';
import { overageOf } from '../../../src/billing/pricing.ts';
import { DomainError } from '../../../src/kernel/domain-error.ts';
import { DAY, HOUR, MINUTE } from '../../../src/kernel/instant.ts';
import type { Plan } from '../../../src/subscriptions/index.ts';
import { sized } from '../../races/race.ts';
import { CHECKOUT, order, putOnSale } from '../../world/billing.ts';
import { DOWNLOADS, overageBooks } from '../../world/meters.ts';
import { plan } from '../../world/subscriptions.ts';
import { declined, openRenewals, type Renewals } from './renewals.ts';

/** Weeks, so that several can be paid ahead, and a free one; changing to or from ten days begins a term. */
const PLANS = [
  { name: 'weekly', minor: 999, days: 7 },
  { name: 'free', minor: 0, days: 7 },
  { name: 'ten days', minor: 1_299, days: 10 },
] as const;
const METERS: readonly Meter[] = [
  DOWNLOADS,
  { ...DOWNLOADS, unitPriceMinor: 7 },
  { ...DOWNLOADS, feature: 'api_calls' },
];
const METHODS = ['pm_ok', 'pm_ok', 'pm_declined', 'pm_requires_action', null] as const;
const FAULTS = ['lost-before', 'lost-after', declined('insufficient_funds')] as const;

const use = fc.record({
  do: fc.constant('use'),
  meter: fc.nat({ max: 2 }),
  units: fc.integer({ min: 1, max: 2_000 }),
});
const buy = fc.record({
  do: fc.constant('buy'),
  plan: fc.nat({ max: 2 }),
  method: fc.constantFrom(...METHODS),
  autoRenew: fc.boolean(),
});
/** What is unused stays on the balance, and pays for overage too. */
const change = fc.record({
  do: fc.constant('change'),
  plan: fc.nat({ max: 2 }),
  proration: fc.constantFrom('prorate', 'prorate', 'none', 'full'),
  method: fc.constantFrom(...METHODS),
});
/** Most changes find nothing to change, or nothing used since, so there are more of what they need. */
const step = fc.oneof(
  { weight: 3, arbitrary: use },
  { weight: 3, arbitrary: buy },
  { weight: 4, arbitrary: change },
  fc.record({ do: fc.constant('renew'), method: fc.constantFrom(...METHODS) }),
  fc.record({ do: fc.constant('break the line'), how: fc.constantFrom(...FAULTS) }),
  fc.record({
    do: fc.constant('pass'),
    time: fc.constantFrom(MINUTE, 10 * MINUTE, HOUR, DAY, 3 * DAY, 8 * DAY),
  }),
  fc.record({ do: fc.constant('decide'), as: fc.constantFrom('pay', 'decline', 'cancel') }),
  fc.record({ do: fc.constant('cancel') }),
  fc.record({
    do: fc.constant('refund'),
    payment: fc.nat({ max: 9 }),
    minor: fc.integer({ min: 1, max: 2_000 }),
  }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Life extends Renewals {
  readonly sold: readonly Plan[];
}

async function openLife(): Promise<Life> {
  const world = await openRenewals();
  const sold = PLANS.map(({ name, minor, days }) => plan(name, minor, { validity: { days } }));
  for (const each of sold) await putOnSale(world.unitOfWork, each);
  return { ...world, sold };
}

describe('any life with meters', () => {
  it('has each unit billed once or not yet, on invoices that were paid', async () => {
    const ends = { billed: 0, held: 0, byChange: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40, size: 'max' }), async (steps) => {
        const life = await openLife();
        for (const each of steps) {
          if (!(await isDone(() => act(life, each)))) ends.refused += 1;
          const { billed, held, byChange } = await expectConserved(life);
          if (billed > 0) ends.billed += 1;
          if (held > 0) ends.held += 1;
          if (byChange) ends.byChange += 1;
        }
        await expectAllBilledInTheEnd(life);
      }),
      { numRuns: sized(1_000, 100) },
    );
    for (const [what, count] of Object.entries(ends)) expect(count, what).to.be.greaterThan(0);
  }).timeout(300_000);
});

/** False when it was refused. */
async function isDone(command: () => Promise<unknown>): Promise<boolean> {
  try {
    await command();
    return true;
  } catch (error) {
    if (error instanceof DomainError) return false;
    throw error;
  }
}

async function act(life: Life, todo: Step): Promise<unknown> {
  const { billing, viewer, meters, sold, answers } = life;
  const { actor } = order(viewer, null);
  switch (todo.do) {
    case 'use':
      return meters.use(viewer, todo.units, METERS[todo.meter]);
    case 'buy': {
      const { autoRenew, method: paymentMethod } = todo;
      const planId = sold[todo.plan]?.id ?? '';
      return billing.purchase(order(viewer, planId, { intent: 'subscribe', autoRenew, paymentMethod }));
    }
    case 'renew':
      return billing.purchase(order(viewer, null, { intent: 'renew', paymentMethod: todo.method }));
    case 'break the line':
      return answers.push(todo.how);
    case 'pass':
      return life.pass(todo.time);
    case 'decide': {
      const open = await life.unitOfWork.read(({ payments }) => payments.findOpen(viewer));
      const page = open?.checkoutUrl?.slice(CHECKOUT.length);
      return page === undefined ? undefined : life.simulated.checkout.decide(page, todo.as);
    }
    case 'change':
      return changeAsPreviewed(life, todo);
    case 'cancel':
      return life.subscriptions.cancel({ actor, when: 'now' });
    case 'refund': {
      const paymentId = (await life.payments())[todo.payment]?.id ?? '';
      const amount = (todo.minor / 100).toFixed(2);
      const wish = { paymentId, amount, endAccess: false, reason: null, idempotency: undefined };
      return billing.refundPayment({ ...wish, actor: { ...actor, isAdmin: true } });
    }
  }
}

/** Costs what the preview said, whatever another payment left open, unless that one turns out to be paid. */
async function changeAsPreviewed(
  { billing, viewer, sold, unitOfWork }: Life,
  { plan: to, proration, method: paymentMethod }: Extract<Step, { do: 'change' }>,
): Promise<void> {
  const { actor } = order(viewer, null);
  const change = { actor, planId: sold[to]?.id ?? '', proration };
  const open = await unitOfWork.read(({ payments }) => payments.findOpen(viewer));
  const preview = await billing.previewChange(change);
  const { result } = await billing.changePlan({ ...change, paymentMethod, idempotency: undefined });
  const other = open && (await unitOfWork.read(({ payments }) => payments.find(open.id)));
  if (!other || other.status === 'failed' || other.status === 'expired')
    expect(result.pricing).to.deep.equal(preview.pricing);
}

/** What the meters show is billed, set aside for the open payment, or not billed yet; and the books are even. */
async function expectConserved({
  unitOfWork,
  meters,
  viewer,
}: Life): Promise<{ billed: number; held: number; byChange: boolean }> {
  const { billed, held, invoiced } = await overageBooks(unitOfWork, viewer);
  expect(billed, 'what counts as billed is on invoices').to.equal(invoiced);
  const shown = await meters.overageOf(viewer);
  const { bills, open, paid, sums } = await unitOfWork.read(async (stores) => ({
    bills: await stores.meterBills.listOf(viewer),
    open: await stores.payments.findOpen(viewer),
    paid: (await stores.payments.list(viewer, { limit: 100 })).items,
    sums: await stores.ledger.sums(null),
  }));
  for (const bill of bills) {
    const reading = shown.find(
      ({ feature, unitPriceMinor }) => feature === bill.feature && unitPriceMinor === bill.unitPriceMinor,
    );
    expect(bill.billedUnits + bill.heldUnits).to.be.at.most(reading?.units ?? 0);
  }
  expect(held, 'only the open payment holds anything').to.equal(open ? overageOf(open.pricing) : 0);
  const bought = paid.filter(({ invoiceId }) => invoiceId !== null);
  expect(invoiced, 'only what was paid is invoiced').to.equal(
    bought.reduce((sum, { pricing }) => sum + overageOf(pricing), 0),
  );
  expect(sums.reduce((sum, { minor }) => sum + minor, 0)).to.equal(0);
  const byChange = bought.some(({ quote, pricing }) => quote.kind === 'change' && overageOf(pricing) > 0);
  return { billed, held, byChange };
}

/** Left alone and then bought from once more, every unit that the meters show is on an invoice. */
async function expectAllBilledInTheEnd(life: Life): Promise<void> {
  const { viewer, meters, subscriptions, answers } = life;
  const { actor } = order(viewer, null);
  answers.length = 0;
  await life.pass(2 * DAY);
  await isDone(() => subscriptions.cancel({ actor, when: 'now' }));
  await life.pass(2 * DAY);
  await act(life, { do: 'buy', plan: 0, method: 'pm_ok', autoRenew: false });
  await expectConserved(life);
  const shown = await meters.overageOf(viewer);
  const { billed, held } = await overageBooks(life.unitOfWork, viewer);
  const used = shown.reduce((sum, { units, unitPriceMinor }) => sum + units * unitPriceMinor, 0);
  expect([billed, held]).to.deep.equal([used, 0]);
}
