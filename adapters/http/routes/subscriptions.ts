import { z } from 'zod';
import type { Faces } from '../faces.ts';
import { PAID_REFUSALS, PaymentMethod, ReturnUrl } from '../purchase-input.ts';
import { route, type RouteRequest } from '../route.ts';
import { InstantText, ListOf, listOf, PageQuery, pageRequest } from '../schemas.ts';
import { BoughtView, boughtView } from '../views/bought.ts';
import {
  HistoryEntryView,
  historyEntryView,
  MySubscriptionView,
  SubscriptionView,
  subscriptionView,
} from '../views/subscriptions.ts';

async function mine(
  { subscriptions, entitlements, billing }: Faces,
  { actor }: Pick<RouteRequest<'account', unknown, unknown, unknown>, 'actor'>,
): Promise<{ body: z.input<typeof MySubscriptionView> }> {
  const [details, amounts, method] = await Promise.all([
    subscriptions.current(actor.accountId),
    entitlements.limitsOf(actor.accountId),
    billing.storedMethod(actor.accountId),
  ]);
  return {
    body: {
      ...subscriptionView(details),
      payment_method: method,
      limits: { ...amounts.limits },
      usage: { ...amounts.usage },
    },
  };
}

/** With the payment, when there was one: nothing was left, so the next period was charged first. */
const ResumedView = SubscriptionView.extend({
  payment: BoughtView.shape.payment.optional(),
  checkout_url: BoughtView.shape.checkout_url,
}).meta({ id: 'ResumedSubscription' });

const HistoryView = ListOf(HistoryEntryView).extend({
  as_of: SubscriptionView.optional().meta({ description: 'With `?as_of=`: the subscription as it stood.' }),
});

export const subscriptionRoutes = [
  ...(['/subscriptions/my', '/subscriptions/me'] as const).map((path) =>
    route({
      method: 'get',
      path,
      tag: 'Subscriptions',
      summary: 'Show my subscription, its limits and usage',
      access: 'account',
      reply: { status: 200, schema: MySubscriptionView },
      refuses: [],
      handle: mine,
    }),
  ),

  route({
    method: 'get',
    path: '/subscriptions/history',
    tag: 'Subscriptions',
    summary: 'List what happened to my subscriptions, newest first',
    access: 'account',
    query: PageQuery.extend({ as_of: InstantText.optional() }),
    reply: { status: 200, schema: HistoryView },
    refuses: [],
    handle: async ({ subscriptions }, { actor, query }) => {
      const page = await subscriptions.history(actor.accountId, pageRequest(query));
      const list = listOf(page, historyEntryView);
      if (query.as_of === undefined) return { body: list };
      const stood = await subscriptions.asOf(actor.accountId, query.as_of);
      return { body: { ...list, as_of: subscriptionView(stood) } };
    },
  }),

  route({
    method: 'post',
    path: '/subscriptions/cancel',
    tag: 'Subscriptions',
    summary: 'Cancel my subscription at its end, or now',
    access: 'account',
    body: z.object({ at: z.enum(['period_end', 'now']).default('period_end') }),
    reply: { status: 200, schema: SubscriptionView },
    refuses: ['subscriptions.no-current'],
    handle: async ({ subscriptions }, { actor, body }) => ({
      body: subscriptionView(await subscriptions.cancel({ actor, when: body.at })),
    }),
  }),

  route({
    method: 'patch',
    path: '/subscriptions/my',
    tag: 'Subscriptions',
    summary: 'Switch automatic renewal on or off, or change what it is charged to',
    access: 'account',
    body: z.object({
      auto_renew: z.boolean().optional().meta({
        description:
          'Off also takes back a pause or a change at the end of the period, and ends the retries of a debt.',
      }),
      payment_method: PaymentMethod,
    }),
    reply: { status: 200, schema: MySubscriptionView },
    refuses: ['billing.account-closed', 'subscriptions.no-current', 'subscriptions.collected-elsewhere'],
    handle: async (faces, { actor, body }) => {
      const { auto_renew: on, payment_method: method } = body;
      if (method !== undefined) await faces.billing.setPaymentMethod({ actor, method });
      if (on !== undefined) await faces.subscriptions.setAutoRenew({ actor, on });
      return mine(faces, { actor });
    },
  }),

  route({
    method: 'post',
    path: '/subscriptions/pause',
    tag: 'Subscriptions',
    summary: 'Pause my subscription, at its end or now',
    access: 'account',
    body: z.object({
      at: z.enum(['now', 'period_end']).optional().meta({
        description: 'Left out: at the end of the period with automatic renewal, now without.',
      }),
      resumes_at: InstantText.optional().meta({
        description: 'When it goes on by itself: behind the beginning of the pause, at most 365 days.',
      }),
    }),
    reply: { status: 200, schema: SubscriptionView },
    refuses: [
      'subscriptions.no-current',
      'subscriptions.not-pausable',
      'subscriptions.needs-auto-renew',
      'subscriptions.resume-out-of-range',
      'subscriptions.collected-elsewhere',
    ],
    handle: async ({ subscriptions }, { actor, body }) => ({
      body: subscriptionView(
        await subscriptions.pause({ actor, when: body.at ?? null, resumesAt: body.resumes_at ?? null }),
      ),
    }),
  }),

  route({
    method: 'post',
    path: '/subscriptions/resume',
    tag: 'Subscriptions',
    summary: 'Take a pending cancellation or pause back, or end a pause',
    access: 'account',
    body: z.object({ payment_method: PaymentMethod, return_url: ReturnUrl }).optional().meta({
      description: 'What is charged when nothing is left behind the pause.',
    }),
    reply: { status: 200, schema: ResumedView },
    refuses: [
      'subscriptions.no-current',
      'subscriptions.nothing-to-resume',
      'subscriptions.collected-elsewhere',
      ...PAID_REFUSALS,
    ],
    handle: async ({ billing, subscriptions }, { actor, body }) => {
      const resumed = await subscriptions.resume({ actor });
      if (!resumed.needsPayment) return { body: subscriptionView(resumed.subscription) };
      // Asked again it is refused: there is no pause to end twice.
      const { result } = await billing.purchase({
        actor,
        planId: null,
        intent: 'resume',
        startsAt: null,
        paymentMethod: body?.payment_method ?? null,
        returnUrl: body?.return_url,
        idempotency: undefined,
      });
      return { body: boughtView(result) };
    },
  }),
];
