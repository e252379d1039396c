import { z } from 'zod';
import { entitlementPolicy, GRANT_SOURCES } from '../../../src/entitlements/index.ts';
import { route } from '../route.ts';
import { AccountId, FeatureName, InstantText } from '../schemas.ts';
import { GrantView, grantView } from '../views/entitlements.ts';

export const grantRoutes = [
  route({
    method: 'post',
    path: '/entitlements/grants',
    tag: 'Entitlements',
    summary: 'Give an account units of a meter beside its plan',
    access: 'admin',
    body: z.object({
      account_id: AccountId,
      feature: FeatureName.regex(/^[a-z][a-z0-9]*([-_][a-z0-9]+)*$/).meta({
        description: 'Name of a meter.',
      }),
      amount: z.number().int().min(1).max(entitlementPolicy.maxAmount),
      expires_at: InstantText.optional().meta({
        description: 'When what is left of it lapses; never by default.',
      }),
      priority: z
        .number()
        .int()
        .min(0)
        .max(255)
        .optional()
        .meta({ description: 'The lowest is used up first; 100, like what a plan grants, by default.' }),
      source: z.enum(GRANT_SOURCES).default('gift'),
    }),
    reply: { status: 201, schema: GrantView },
    refuses: [
      'request.not-found',
      'entitlements.not-a-meter',
      'entitlements.grant-expired',
      'entitlements.too-many-grants',
    ],
    idempotent: true,
    handle: async ({ entitlements, identity }, { actor, body, idempotency, address }) => {
      const { account_id: accountId, feature, amount, source } = body;
      // Written down before it is done: a process that dies in between leaves a line too many, not one too few.
      const object = `meter:${feature}`;
      await identity.recordAudit({ actor, action: 'entitlement.granted', accountId, object, address });
      const { result, replayed } = await entitlements.grant({
        ...{ actor, accountId, feature, amount, source, idempotency },
        priority: body.priority ?? null,
        expiresAt: body.expires_at ?? null,
      });
      return { body: grantView(result), replayed };
    },
  }),
];
