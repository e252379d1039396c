import { z } from 'zod';
import { route } from '../route.ts';
import { AccountId, FeatureName } from '../schemas.ts';
import { EntitlementView, entitlementView } from '../views/entitlements.ts';

/** The decision that other back ends ask for, about any account. */
export const entitlementCheckRoutes = [
  route({
    method: 'post',
    path: '/entitlements/check',
    tag: 'Entitlements',
    summary: 'Decide for another back end whether an account may use a feature now',
    access: 'service',
    scope: 'entitlements:read',
    body: z.object({
      account_id: AccountId,
      feature: FeatureName.meta({ description: 'Name of a feature.' }),
      amount: z
        .number()
        .int()
        .min(1)
        .max(Number.MAX_SAFE_INTEGER)
        .optional()
        .meta({ description: 'How much of it is wanted: allowed when what remains covers it.' }),
    }),
    reply: { status: 200, schema: EntitlementView },
    refuses: ['request.not-found'],
    handle: async ({ entitlements }, { body: { account_id: accountId, feature, amount = 1 } }) => ({
      body: entitlementView(await entitlements.check({ accountId, feature, amount })),
    }),
  }),
];
