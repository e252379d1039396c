import type { Plan, PlanVersion } from '../../../../src/subscriptions/plan.ts';
import type { PlanStore } from '../../../../src/subscriptions/ports.ts';
import { RecordTable } from '../columns.ts';
import { keysetPage } from '../pages.ts';
import type { Database } from '../unit-of-work.ts';

const PLANS = new RecordTable<Plan>('plans', {
  id: 'text',
  code: 'text',
  name: 'text',
  description: 'text',
  isActive: 'boolean',
  termsVersion: 'number',
  terms: 'json',
  priceMinor: 'number',
  createdAt: 'number',
  version: 'number',
});

const PLAN_VERSIONS = new RecordTable<PlanVersion>('plan_versions', {
  planId: 'text',
  termsVersion: 'number',
  terms: 'json',
  createdAt: 'number',
});

export const knexPlans = (database: Database): PlanStore => ({
  find: (id) => PLANS.find(database, { id }),
  findByCode: (code) => PLANS.find(database, { code }),
  list: (request, { withRetired }) =>
    keysetPage(database, PLANS, request, {
      order: { field: 'priceMinor', direction: 'asc', kind: 'number' },
      where: (query) => (withRetired ? query : query.where({ is_active: true })),
    }),
  add: (plan) => PLANS.insert(database, [plan]),
  save: (plan) => PLANS.update(database, { id: plan.id, version: plan.version - 1 }, plan),
  remove: async (id) => {
    await database.knex('plan_versions').where({ plan_id: id }).delete();
    await database.knex('plans').where({ id }).delete();
  },
  addVersion: (version) => PLAN_VERSIONS.insert(database, [version]),
  findVersion: (planId, termsVersion) =>
    PLAN_VERSIONS.find(database, { plan_id: planId, terms_version: termsVersion }),
});
