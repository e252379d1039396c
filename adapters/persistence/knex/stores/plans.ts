import type { Plan, PlanVersion } from '../../../../src/subscriptions/plan.ts';
import type { PlanStore } from '../../../../src/subscriptions/ports.ts';
import { RecordTable, type Row } from '../columns.ts';
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
  hold: async (id) => {
    // Shared, so that buyers of one plan do not wait for one another; a removal waits for all of them.
    const row = (await database.knex('plans').where({ id }).forKeyShare().first()) as Row | undefined;
    if (!row) return undefined;
    // Once in the life of a plan; two first buyers wait for one another, and for nobody else.
    const unmarked = { id, was_held: false };
    if (!row['was_held']) await database.knex('plans').where(unmarked).update({ was_held: true });
    return PLANS.fromRow(row);
  },
  removeUnbought: async (id) => {
    // Locked by a statement of its own: on Postgres one that waited for a buyer would count with the
    // snapshot from before the wait, and miss the purchase.
    await database.knex('plans').where({ id }).forUpdate().first('id');
    const removed = await database
      .knex('plans')
      .where({ id, was_held: false })
      .whereNotExists(database.knex('subscriptions').select('id').where({ plan_id: id }))
      .delete();
    if (removed === 0) return false;
    await database.knex('plan_versions').where({ plan_id: id }).delete();
    return true;
  },
  addVersion: (version) => PLAN_VERSIONS.insert(database, [version]),
  findVersion: (planId, termsVersion) =>
    PLAN_VERSIONS.find(database, { plan_id: planId, terms_version: termsVersion }),
});
