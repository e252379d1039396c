import { ListOf, listOf, IdParam, PageQuery, pageRequest } from '../schemas.ts';
import { route } from '../route.ts';
import { PlanView, planView } from '../views/subscriptions.ts';

export const planRoutes = [
  route({
    method: 'get',
    path: '/subscriptions/plans',
    tag: 'Plans',
    summary: 'List the plans on sale, by price',
    access: 'public',
    query: PageQuery,
    reply: { status: 200, schema: ListOf(PlanView) },
    refuses: [],
    handle: async ({ subscriptions }, { query }) => ({
      body: listOf(await subscriptions.listPlans(pageRequest(query)), planView),
    }),
  }),

  route({
    method: 'get',
    path: '/subscriptions/plans/{id}',
    tag: 'Plans',
    summary: 'Show one plan on sale',
    access: 'public',
    params: IdParam,
    reply: { status: 200, schema: PlanView },
    refuses: ['request.not-found'],
    handle: async ({ subscriptions }, { params }) => ({
      body: planView(await subscriptions.findPlan(params.id)),
    }),
  }),
];
