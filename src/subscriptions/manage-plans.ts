import type { Clock } from '../kernel/instant.ts';
import type { Ids } from '../kernel/ids.ts';
import type { Page, PageRequest } from '../kernel/page.ts';
import type { UnitOfWork } from '../kernel/unit-of-work.ts';
import { createPlan, revisePlan, versionOf, type Plan, type PlanChanges, type PlanDraft } from './plan.ts';
import type { SubscriptionStores } from './ports.ts';
import { refusals } from './refusals.ts';

export interface ManagePlansDeps {
  readonly unitOfWork: UnitOfWork<SubscriptionStores>;
  readonly clock: Clock;
  readonly ids: Ids;
}

export interface PlanCommands {
  /** Refuses with `subscriptions.plan-code-taken`. */
  createPlan(draft: PlanDraft): Promise<Plan>;
  /** Edits a plan; subscribers keep the terms they bought. */
  revisePlan(id: string, changes: PlanChanges): Promise<Plan>;
  /** Removes a plan that nobody ever bought; else refuses with `subscriptions.plan-in-use`. */
  removePlan(id: string): Promise<void>;
}

export interface PlanQuestions {
  listPlans(request: PageRequest): Promise<Page<Plan>>;
  findPlan(id: string): Promise<Plan>;
}

export const planCommands = ({ unitOfWork, clock, ids }: ManagePlansDeps): PlanCommands => ({
  createPlan: (draft) =>
    unitOfWork.run(async ({ plans }) => {
      if (await plans.findByCode(draft.code)) throw refusals.planCodeTaken();
      const now = clock.now();
      const plan = createPlan(draft, { id: ids.next(), now });
      await plans.add(plan);
      await plans.addVersion(versionOf(plan, now));
      return plan;
    }),

  revisePlan: (id, changes) =>
    unitOfWork.run(async ({ plans }) => {
      const current = await plans.find(id);
      if (!current) throw refusals.planNotFound();
      const holder = changes.code === undefined ? undefined : await plans.findByCode(changes.code);
      if (holder && holder.id !== id) throw refusals.planCodeTaken();
      const revised = revisePlan(current, changes);
      await plans.save(revised);
      if (revised.termsVersion !== current.termsVersion)
        await plans.addVersion(versionOf(revised, clock.now()));
      return revised;
    }),

  removePlan: (id) =>
    unitOfWork.run(async ({ plans }) => {
      if (!(await plans.find(id))) throw refusals.planNotFound();
      await plans.remove(id);
    }),
});

export const planQuestions = ({ unitOfWork }: Pick<ManagePlansDeps, 'unitOfWork'>): PlanQuestions => ({
  listPlans: (request) => unitOfWork.read(({ plans }) => plans.list(request, { withRetired: false })),

  findPlan: async (id) => {
    const plan = await unitOfWork.read(({ plans }) => plans.find(id));
    if (!plan?.isActive) throw refusals.planNotFound();
    return plan;
  },
});
