import { z } from 'zod';
import { route } from '../route.ts';
import { IdParam, ListOf, listOf, PageQuery, pageRequest } from '../schemas.ts';
import { RefundView, refundView } from '../views/refunds.ts';

export const refundRoutes = [
  route({
    method: 'post',
    path: '/payments/{id}/refunds',
    tag: 'Payments',
    summary: 'Give a payment back, in part or as a whole, with or without ending access',
    access: 'admin',
    params: IdParam,
    body: z.object({
      amount: z.string().max(20).optional().meta({
        description: 'A decimal of the payment’s currency, such as "5.00"; all that is left by default.',
      }),
      end_access: z
        .boolean()
        .default(false)
        .meta({ description: '`true` ends the subscription that was paid, now.' }),
      reason: z.string().trim().min(1).max(200).optional(),
    }),
    reply: { status: 201, schema: RefundView },
    refuses: ['request.not-found', 'billing.payment-not-refundable', 'billing.refund-exceeds-payment'],
    idempotent: true,
    object: 'payment',
    handle: async ({ billing, identity }, { actor, params, body, idempotency, address }) => {
      // Written down before it is done: a process that dies in between leaves a line too many, not one too few.
      const accountId = await billing.payerOf(params.id);
      const object = `payment:${params.id}`;
      await identity.recordAudit({ actor, action: 'payment.refund', accountId, object, address });
      const { result, replayed } = await billing.refundPayment({
        actor,
        paymentId: params.id,
        amount: body.amount ?? null,
        endAccess: body.end_access,
        reason: body.reason ?? null,
        idempotency,
      });
      return { body: refundView(result), replayed };
    },
  }),

  route({
    method: 'get',
    path: '/payments/{id}/refunds',
    tag: 'Payments',
    summary: 'List the refunds of one of my payments, newest first; admins see anybody’s',
    access: 'account',
    params: IdParam,
    query: PageQuery,
    reply: { status: 200, schema: ListOf(RefundView) },
    refuses: ['request.not-found'],
    object: 'payment',
    handle: async ({ billing }, { actor, params, query }) => ({
      body: listOf(await billing.listRefunds(actor, params.id, pageRequest(query)), refundView),
    }),
  }),
];
