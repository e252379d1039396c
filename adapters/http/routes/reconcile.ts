import { z } from 'zod';
import { route } from '../route.ts';

const ReconciledView = z
  .object({
    account_id: z.string(),
    repaired: z.array(
      z.object({
        kind: z.enum(['payment', 'subscription']),
        id: z.string(),
        was: z.string().nullable().meta({ description: 'Null for one that was not known here.' }),
        is: z.string(),
      }),
    ),
    unanswered: z.array(z.string()).meta({
      description: 'Payments that the provider could not tell about, and providers that did not answer.',
    }),
  })
  .meta({ id: 'Reconciled' });

export const reconcileRoutes = [
  route({
    method: 'post',
    path: '/payments/reconcile',
    tag: 'Payments',
    summary: 'Ask the provider about all payments of an account, and repair ours',
    access: 'admin',
    body: z.object({ account_id: z.string().max(100) }),
    reply: { status: 200, schema: ReconciledView },
    refuses: ['request.not-found'],
    handle: async ({ billing }, { actor, body: { account_id } }) => {
      const { repaired, unanswered } = await billing.reconcile({ actor, accountId: account_id });
      return { body: { account_id, repaired: [...repaired], unanswered: [...unanswered] } };
    },
  }),
];
