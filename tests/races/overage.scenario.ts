import type { AllStores } from '../../adapters/persistence/all-stores.ts';
import type { Meters } from '../../src/billing/index.ts';
import { instant, type Clock } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import { billingOn, order } from '../world/billing.ts';
import { DOWNLOADS } from '../world/meters.ts';
import type { Scenario } from './scenario.ts';

export interface OverageSettings {
  /** The naive biller puts on the invoice what the meter shows, and remembers nothing. */
  readonly naive: boolean;
}

export interface OverageInput {
  /** `collect` charges by the calendar whatever is due, everybody's. */
  readonly act: 'subscribe' | 'renew' | 'collect';
  readonly accountId: string;
  readonly planId: string;
  /** What the meters show to this contender: each reads them at a moment of its own. */
  readonly units: number;
  readonly aheadMs: number;
}

/** Renewals of one account at once, by hand and by the calendar, each with what it read of the meter. */
const overageScenario: Scenario<OverageSettings, OverageInput, null> = ({ unitOfWork, settings }) => {
  return async ({ act, accountId, planId, units, aheadMs }) => {
    const clock: Clock = { now: () => instant(Date.now() + aheadMs) };
    const meters: Meters = { overageOf: async () => [{ ...DOWNLOADS, units }] };
    const { billing } = billingOn(settings.naive ? forgetful(unitOfWork) : unitOfWork, { clock, meters });
    if (act === 'collect') await billing.collectDue(100);
    else if (act === 'renew') await billing.purchase(order(accountId, null, { intent: 'renew' }));
    else await billing.purchase(order(accountId, planId, { intent: 'subscribe', autoRenew: true }));
    return null;
  };
};

export default overageScenario;

/** Stores that know nothing of what was billed before. */
const forgetful = (unitOfWork: UnitOfWork<AllStores>): UnitOfWork<AllStores> => ({
  read: (work) => unitOfWork.read(work),
  single: (work) => unitOfWork.single(work),
  run: (work) =>
    unitOfWork.run((stores) =>
      work({ ...stores, meterBills: { listOf: async () => [], save: async () => undefined } }),
    ),
});
