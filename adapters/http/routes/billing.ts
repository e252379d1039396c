import { z } from 'zod';
import {
  Coupon,
  PAID_REFUSALS,
  PaymentMethod,
  PlanId,
  RENEWAL_REFUSALS,
  ReturnUrl,
} from '../purchase-input.ts';
import { route } from '../route.ts';
import { IdParam, InstantText, ListOf, listOf, PageQuery, pageRequest } from '../schemas.ts';
import { PaymentView, paymentView } from '../views/billing.ts';
import { BoughtView, boughtView } from '../views/bought.ts';

export const billingRoutes = [
  route({
    method: 'post',
    path: '/payments',
    tag: 'Payments',
    summary: 'Buy a plan, or renew the one I have',
    access: 'account',
    body: z.object({
      plan_id: PlanId,
      payment_method: PaymentMethod,
      coupon: Coupon,
      return_url: ReturnUrl,
    }),
    reply: { status: 201, schema: PaymentView },
    refuses: ['request.not-found', 'subscriptions.plan-unavailable', ...PAID_REFUSALS, ...RENEWAL_REFUSALS],
    idempotent: true,
    handle: async ({ billing }, { actor, body, idempotency }) => {
      const { result, replayed } = await billing.purchase({
        actor,
        planId: body.plan_id,
        intent: 'buy',
        startsAt: null,
        paymentMethod: body.payment_method ?? null,
        coupon: body.coupon,
        returnUrl: body.return_url,
        idempotency,
      });
      if (!result.payment) throw new Error('a payment always charges');
      return { body: paymentView(result.payment), replayed };
    },
  }),

  route({
    method: 'get',
    path: '/payments/my',
    tag: 'Payments',
    summary: 'List my payments, newest first',
    access: 'account',
    query: PageQuery,
    reply: { status: 200, schema: ListOf(PaymentView) },
    refuses: [],
    handle: async ({ billing }, { actor, query }) => ({
      body: listOf(await billing.listPayments(actor, pageRequest(query)), paymentView),
    }),
  }),

  route({
    method: 'get',
    path: '/payments/my/{id}',
    tag: 'Payments',
    summary: 'Show one of my payments',
    access: 'account',
    params: IdParam,
    reply: { status: 200, schema: PaymentView },
    refuses: ['request.not-found'],
    object: 'payment',
    handle: async ({ billing }, { actor, params }) => ({
      body: paymentView(await billing.findPayment(actor, params.id)),
    }),
  }),

  route({
    method: 'post',
    path: '/subscriptions',
    tag: 'Subscriptions',
    summary: 'Subscribe to a plan, with its trial or a later start',
    access: 'account',
    body: z.object({
      plan_id: PlanId,
      payment_method: PaymentMethod,
      coupon: Coupon,
      return_url: ReturnUrl,
      auto_renew: z.boolean().optional(),
      starts_at: InstantText.optional(),
    }),
    reply: { status: 201, schema: BoughtView },
    refuses: [
      'request.not-found',
      ...PAID_REFUSALS,
      'billing.coupon-not-applicable',
      'subscriptions.plan-unavailable',
      'subscriptions.start-too-far',
    ],
    idempotent: true,
    handle: async ({ billing }, { actor, body, idempotency }) => {
      const { result, replayed } = await billing.purchase({
        actor,
        planId: body.plan_id,
        intent: 'subscribe',
        startsAt: body.starts_at ?? null,
        autoRenew: body.auto_renew ?? false,
        paymentMethod: body.payment_method ?? null,
        coupon: body.coupon,
        returnUrl: body.return_url,
        idempotency,
      });
      return { body: boughtView(result), replayed };
    },
  }),

  route({
    method: 'post',
    path: '/subscriptions/renew',
    tag: 'Subscriptions',
    summary: 'Renew my subscription',
    access: 'account',
    body: z.object({ payment_method: PaymentMethod, coupon: Coupon, return_url: ReturnUrl }),
    reply: { status: 200, schema: BoughtView },
    refuses: ['subscriptions.no-current', ...PAID_REFUSALS, ...RENEWAL_REFUSALS],
    idempotent: true,
    handle: async ({ billing }, { actor, body, idempotency }) => {
      const { result, replayed } = await billing.purchase({
        actor,
        planId: null,
        intent: 'renew',
        startsAt: null,
        paymentMethod: body.payment_method ?? null,
        coupon: body.coupon,
        returnUrl: body.return_url,
        idempotency,
      });
      return { body: boughtView(result), replayed };
    },
  }),
];
