import type { EntitlementsDeps } from './deps.ts';
import type { PlanFollower } from './face.ts';
import { grantedTo } from './feature.ts';
import { openLedger } from './meter-ledger.ts';
import { standpointsOf } from './standpoints.ts';

export const planFollower = (deps: EntitlementsDeps): PlanFollower => ({
  followPlan: async (accountId) => {
    const { unitOfWork, clock, policy } = deps;
    const standpoints = await standpointsOf(deps, [{ accountId, onBehalf: false }]);
    const wanted = grantedTo(standpoints.access(accountId), policy)
      .filter(({ kind, rollover }) => kind === 'meter' && rollover !== null)
      .map(({ feature }) => ({ accountId, feature, terms: standpoints.meterTerms({ accountId, feature }) }));
    if (wanted.length === 0) return;
    await unitOfWork.run(async (stores) => {
      const ledger = await openLedger(stores, wanted, clock.now());
      for (const each of wanted) ledger.note(each);
      await ledger.save(stores);
    });
  },
});
