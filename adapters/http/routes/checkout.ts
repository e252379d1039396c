import { z } from 'zod';
import { PlanId, ReturnUrl } from '../purchase-input.ts';
import { route } from '../route.ts';

const PageView = z
  .object({ checkout_url: z.string().meta({ description: 'Where the payer orders and pays.' }) })
  .meta({ id: 'CheckoutPage' });

export const checkoutRoutes = [
  route({
    method: 'post',
    path: '/payments/checkout',
    tag: 'Payments',
    summary: 'Open a page where I can order a subscription that the provider collects',
    access: 'account',
    provider: 'stripe',
    body: z.object({ plan_id: PlanId, return_url: ReturnUrl }),
    reply: { status: 201, schema: PageView },
    refuses: [
      'request.not-found',
      'billing.account-closed',
      'billing.checkout-refused',
      'billing.provider-unavailable',
      'subscriptions.already-active',
      'subscriptions.plan-unavailable',
    ],
    idempotent: true,
    handle: async ({ billing }, { actor, body, idempotency }) => {
      const { result, replayed } = await billing.orderSubscription({
        actor,
        planId: body.plan_id,
        returnUrl: body.return_url ?? null,
        idempotency,
      });
      return { body: { checkout_url: result.checkoutUrl }, replayed };
    },
  }),
];
