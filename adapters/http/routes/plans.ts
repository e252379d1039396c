import { z } from 'zod';
import { isAdmin } from '../../../src/kernel/actor.ts';
import { PlanBody, PlanChangesBody, planChanges, planDraft } from '../plan-input.ts';
import { route } from '../route.ts';
import { IdParam, ListOf, listOf, PageQuery, pageRequest } from '../schemas.ts';
import { PlanView, planView } from '../views/plans.ts';

export const planRoutes = [
  route({
    method: 'get',
    path: '/subscriptions/plans',
    tag: 'Plans',
    summary: 'List the plans on sale, by price',
    access: 'public',
    query: PageQuery.extend({
      with_retired: z
        .enum(['true', 'false'])
        .default('false')
        .meta({ description: 'For admins: retired plans too. Nobody else sees them.' }),
    }),
    reply: { status: 200, schema: ListOf(PlanView) },
    refuses: [],
    handle: async ({ subscriptions }, { actor, query }) => {
      const withRetired = query.with_retired === 'true' && isAdmin(actor);
      return { body: listOf(await subscriptions.listPlans(pageRequest(query), { withRetired }), planView) };
    },
  }),

  route({
    method: 'get',
    path: '/subscriptions/plans/{id}',
    tag: 'Plans',
    summary: 'Show one plan on sale; to admins a retired one too',
    access: 'public',
    params: IdParam,
    reply: { status: 200, schema: PlanView },
    refuses: ['request.not-found'],
    handle: async ({ subscriptions }, { actor, params }) => ({
      body: planView(await subscriptions.findPlan(params.id, { withRetired: isAdmin(actor) })),
    }),
  }),

  route({
    method: 'post',
    path: '/subscriptions/plans',
    tag: 'Plans',
    summary: 'Put a plan on sale',
    access: 'admin',
    body: PlanBody,
    reply: { status: 201, schema: PlanView },
    refuses: ['subscriptions.plan-code-taken'],
    handle: async ({ subscriptions }, { body }) => ({
      body: planView(await subscriptions.createPlan(planDraft(body))),
    }),
  }),

  route({
    method: 'patch',
    path: '/subscriptions/plans/{id}',
    tag: 'Plans',
    summary: 'Edit a plan; subscribers keep the terms they bought',
    access: 'admin',
    params: IdParam,
    body: PlanChangesBody,
    reply: { status: 200, schema: PlanView },
    refuses: ['request.not-found', 'subscriptions.plan-code-taken'],
    handle: async ({ subscriptions }, { params, body }) => {
      const current = await subscriptions.findPlan(params.id, { withRetired: true });
      return { body: planView(await subscriptions.revisePlan(params.id, planChanges(body, current.terms))) };
    },
  }),

  route({
    method: 'delete',
    path: '/subscriptions/plans/{id}',
    tag: 'Plans',
    summary: 'Delete a plan that nobody ever bought',
    access: 'admin',
    params: IdParam,
    reply: { status: 204 },
    refuses: ['request.not-found', 'subscriptions.plan-in-use'],
    handle: async ({ subscriptions }, { params }) => {
      await subscriptions.removePlan(params.id);
      return { body: undefined };
    },
  }),
];
