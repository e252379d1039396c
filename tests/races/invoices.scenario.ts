import type { AllStores } from '../../adapters/persistence/all-stores.ts';
import type { Invoice } from '../../src/billing/index.ts';
import { invoiceFor, numberOf } from '../../src/billing/invoice.ts';
import { freePayment } from '../../src/billing/payment.ts';
import { instant, type Clock } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import { billingOn, order, randomIds } from '../world/billing.ts';
import { newPayment } from '../world/payments.ts';
import { chanceOf } from './race.ts';
import type { Ground, Scenario } from './scenario.ts';

export interface InvoiceSettings {
  /**
   * `highest` looks for the highest number and adds one; `counter` takes the number before the transaction
   * that issues the invoice, as a sequence of the database does.
   */
  readonly numbering: 'ours' | 'highest' | 'counter';
  /** Of so many transactions the power goes off before they commit. */
  readonly failShare: number;
  readonly seed: number;
}

export interface InvoiceInput {
  readonly accountId: string;
  readonly planId: string;
}

/** The year that all of it happens in. */
export const YEAR = 2030;
const NOW = instant(Date.UTC(YEAR, 5, 1));
const clock: Clock = { now: () => NOW };

/** Whose invoices the naive variants issue: one account's, so that the highest number can be asked for. */
export const HOUSE = '01980000-0000-7000-8000-ffffffffffff';

const invoiceScenario: Scenario<InvoiceSettings, InvoiceInput, null> = (ground) => {
  const chance = chanceOf(ground.settings.seed * 7_919 + process.pid);
  const unitOfWork = failing(ground, chance);
  const { billing } = billingOn(unitOfWork, { clock });
  return async ({ accountId, planId }) => {
    if (ground.settings.numbering === 'ours') await billing.purchase(order(accountId, planId));
    else await issueNaively(unitOfWork, ground);
    return null;
  };
};

export default invoiceScenario;

/** A unit of work that now and then fails at the last moment, when everything was written. */
const failing = (
  { unitOfWork, settings }: Ground<InvoiceSettings>,
  chance: () => number,
): UnitOfWork<AllStores> => ({
  read: (work) => unitOfWork.read(work),
  single: (work) => unitOfWork.single(work),
  run: (work) =>
    unitOfWork.run(async (stores) => {
      const result = await work(stores);
      if (chance() < settings.failShare)
        throw Object.assign(new Error('the power is off'), { code: 'power' });
      return result;
    }),
});

async function issueNaively(
  unitOfWork: UnitOfWork<AllStores>,
  ground: Ground<InvoiceSettings>,
): Promise<void> {
  const count =
    ground.settings.numbering === 'highest'
      ? (await highest(ground.unitOfWork)) + 1
      : await ground.unitOfWork.run(({ invoices }) => invoices.takeNumber(YEAR));
  const payment = freePayment(newPayment({ id: randomIds.next(), accountId: HOUSE, now: NOW }));
  const made = { id: randomIds.next(), subscriptionId: randomIds.next(), billTo: null, now: NOW };
  const invoice: Invoice = invoiceFor({ ...made, payment, number: numberOf(YEAR, count) });
  await unitOfWork.run(({ invoices }) => invoices.add(invoice));
}

const highest = (unitOfWork: UnitOfWork<AllStores>): Promise<number> =>
  unitOfWork.read(async ({ invoices }) => {
    const { items } = await invoices.list(HOUSE, { limit: 100 });
    return Math.max(0, ...items.map(({ number }) => Number(number.slice(5))));
  });
