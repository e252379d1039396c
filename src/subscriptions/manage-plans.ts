import type { Clock } from '../kernel/instant.ts';
import type { Ids } from '../kernel/ids.ts';
import type { Page, PageRequest } from '../kernel/page.ts';
import { singly, type BatchedRead } from '../kernel/together.ts';
import type { UnitOfWork } from '../kernel/unit-of-work.ts';
import { createPlan, revisePlan, versionOf, type Plan, type PlanChanges, type PlanDraft } from './plan.ts';
import { checkPlan } from './plan-rules.ts';
import type { SubscriptionStores } from './ports.ts';
import { refusals } from './refusals.ts';

export interface ManagePlansDeps {
  readonly unitOfWork: UnitOfWork<SubscriptionStores>;
  readonly clock: Clock;
  readonly ids: Ids;
}

export interface PlanCommands {
  /** Refuses with `request.invalid` (plan-rules.ts) and `subscriptions.plan-code-taken`. */
  createPlan(draft: PlanDraft): Promise<Plan>;
  /** Edits a plan; subscribers keep the terms they bought. Refuses as `createPlan`, and with `request.not-found`. */
  revisePlan(id: string, changes: PlanChanges): Promise<Plan>;
  /** Removes a plan that nobody ever bought; else refuses with `subscriptions.plan-in-use`. */
  removePlan(id: string): Promise<void>;
}

export interface PlanScope {
  readonly withRetired: boolean;
}

const ON_SALE: PlanScope = { withRetired: false };

export interface PlanQuestions {
  /** The plans on sale by price; the retired ones too when asked for. */
  listPlans(request: PageRequest, options?: PlanScope): Promise<Page<Plan>>;
  /** Refuses with `request.not-found`, also a retired plan unless asked for. */
  findPlan(id: string, options?: PlanScope): Promise<Plan>;
}

export const planCommands = ({ unitOfWork, clock, ids }: ManagePlansDeps): PlanCommands => ({
  createPlan: (draft) =>
    unitOfWork.run(async ({ plans }) => {
      if (await plans.findByCode(draft.code)) throw refusals.planCodeTaken();
      checkPlan(draft);
      const now = clock.now();
      const plan = createPlan(draft, { id: ids.next(), now });
      await plans.add(plan);
      await plans.addVersion(versionOf(plan, now));
      return plan;
    }),

  revisePlan: (id, changes) =>
    unitOfWork.run(async ({ plans }) => {
      const current = await plans.find(id);
      if (!current) throw refusals.notFound();
      const holder = changes.code === undefined ? undefined : await plans.findByCode(changes.code);
      if (holder && holder.id !== id) throw refusals.planCodeTaken();
      const revised = revisePlan(current, changes);
      checkPlan(revised);
      await plans.save(revised);
      if (revised.termsVersion !== current.termsVersion)
        await plans.addVersion(versionOf(revised, clock.now()));
      return revised;
    }),

  removePlan: (id) =>
    unitOfWork.run(async ({ plans }) => {
      if (!(await plans.find(id))) throw refusals.notFound();
      if (!(await plans.removeUnbought(id))) throw refusals.planInUse();
    }),
});

export interface PlanQuestionsDeps extends Pick<ManagePlansDeps, 'unitOfWork'> {
  /** How readers of the same moment are answered together; by default each is answered alone. */
  readonly batched?: BatchedRead | undefined;
}

/** What a list is asked for, as a key: everybody who opens the shop at once sees the same page. */
type Asked = readonly [request: PageRequest, scope: PlanScope];

export const planQuestions = ({ unitOfWork, batched = alone }: PlanQuestionsDeps): PlanQuestions => {
  const pages = batched((keys) =>
    unitOfWork.read(({ plans }) =>
      Promise.all(
        keys.map((key) => {
          const [request, scope] = JSON.parse(key) as Asked;
          return plans.list(request, scope);
        }),
      ),
    ),
  );
  return {
    listPlans: (request, scope = ON_SALE) => pages(JSON.stringify([request, scope] satisfies Asked)),
    ...onePlan(unitOfWork),
  };
};

const alone: BatchedRead = singly;

const onePlan = (unitOfWork: UnitOfWork<SubscriptionStores>): Pick<PlanQuestions, 'findPlan'> => ({
  findPlan: async (id, { withRetired } = ON_SALE) => {
    const plan = await unitOfWork.read(({ plans }) => plans.find(id));
    if (!plan || !(plan.isActive || withRetired)) throw refusals.notFound();
    return plan;
  },
});
