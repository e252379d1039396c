import { decodeCursor, pageOf } from '../../../../src/kernel/page.ts';
import type { PlanStore } from '../../../../src/subscriptions/ports.ts';
import { HELD_PLANS, PLANS, PLAN_VERSIONS, SUBSCRIPTIONS } from './subscription-tables.ts';
import type { MemoryTransaction } from '../unit-of-work.ts';

export function memoryPlans({ table }: MemoryTransaction): PlanStore {
  const plans = table(PLANS);
  const held = table(HELD_PLANS);
  const versions = table(PLAN_VERSIONS);
  const subscriptions = table(SUBSCRIPTIONS);
  return {
    find: async (id) => plans.get(id),
    findByCode: async (code) => plans.holder('plans_code', code),
    list: async ({ limit, cursor }, { withRetired }) => {
      const from = cursor === undefined ? undefined : decodeCursor(cursor, 'number');
      const rows = plans
        .where((plan) => withRetired || plan.isActive)
        .sort((a, b) => a.priceMinor - b.priceMinor || (a.id < b.id ? -1 : 1))
        .filter(
          (plan) =>
            !from ||
            plan.priceMinor > Number(from.value) ||
            (plan.priceMinor === from.value && plan.id > from.id),
        );
      return pageOf(rows.slice(0, limit + 1), limit, (plan) => ({ value: plan.priceMinor, id: plan.id }));
    },
    add: async (plan) => plans.insert(plan),
    save: async (plan) => plans.update(plan, (stored) => stored.version === plan.version - 1),
    hold: async (id) => {
      const plan = plans.get(id);
      if (plan && !held.get(id)) held.insert({ planId: id });
      return plan;
    },
    removeUnbought: async (id) => {
      if (held.get(id)) return false;
      if (subscriptions.where(({ subscription }) => subscription.planId === id).length > 0) return false;
      plans.delete(id);
      for (const version of versions.where((row) => row.planId === id))
        versions.delete(PLAN_VERSIONS.key(version));
      return true;
    },
    addVersion: async (version) => versions.insert(version),
    findVersion: async (planId, termsVersion) => versions.get(`${planId} ${termsVersion}`),
  };
}
