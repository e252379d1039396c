import type { Locks } from '../kernel/unit-of-work.ts';
import type { Outbox } from '../kernel/outbox.ts';
import type { Page, PageRequest } from '../kernel/page.ts';
import type { Plan, PlanVersion } from './plan.ts';

export interface PlanStore {
  find(id: string): Promise<Plan | undefined>;
  findByCode(code: string): Promise<Plan | undefined>;
  /** Plans by price, then id; retired ones only when asked for. */
  list(request: PageRequest, options: { readonly withRetired: boolean }): Promise<Page<Plan>>;
  /** Stores a new plan; a code that another plan has is a lost race. */
  add(plan: Plan): Promise<void>;
  /** Stores a plan whose `version` is one above the stored one; any other is a lost race. */
  save(plan: Plan): Promise<void>;
  remove(id: string): Promise<void>;
  /** Keeps an immutable version; one that exists already is a lost race. */
  addVersion(version: PlanVersion): Promise<void>;
  findVersion(planId: string, termsVersion: number): Promise<PlanVersion | undefined>;
}

export interface SubscriptionStores extends Locks {
  readonly plans: PlanStore;
  readonly outbox: Outbox;
}
