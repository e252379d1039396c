import { z } from 'zod';
import { route } from '../route.ts';
import { FeatureName, InstantText } from '../schemas.ts';
import { EntitlementView, entitlementView, ExplanationView, explanationView } from '../views/entitlements.ts';

const FeatureParam = z.object({ feature: FeatureName.meta({ description: 'Name of a feature.' }) });

export const entitlementRoutes = [
  route({
    method: 'get',
    path: '/entitlements',
    tag: 'Entitlements',
    summary: 'List what the account may do now',
    access: 'account',
    reply: { status: 200, schema: z.object({ items: z.array(EntitlementView), next_cursor: z.null() }) },
    refuses: [],
    handle: async ({ entitlements }, { actor }) => ({
      body: { items: (await entitlements.list(actor.accountId)).map(entitlementView), next_cursor: null },
    }),
  }),

  route({
    method: 'get',
    path: '/entitlements/{feature}',
    tag: 'Entitlements',
    summary: 'Decide whether the account may use a feature now',
    access: 'account',
    params: FeatureParam,
    reply: { status: 200, schema: EntitlementView },
    refuses: [],
    handle: async ({ entitlements }, { actor, params }) => ({
      body: entitlementView(await entitlements.one(actor.accountId, params.feature)),
    }),
  }),

  route({
    method: 'get',
    path: '/entitlements/{feature}/explain',
    tag: 'Entitlements',
    summary: 'Explain a decision: plan, grants, usage, verdict',
    access: 'account',
    params: FeatureParam,
    query: z.object({ as_of: InstantText.optional() }),
    reply: { status: 200, schema: ExplanationView },
    refuses: [],
    handle: async ({ entitlements }, { actor, params, query }) => ({
      body: explanationView(await entitlements.explain(actor.accountId, params.feature, query.as_of ?? null)),
    }),
  }),
];
