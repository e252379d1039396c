import { z } from 'zod';
import type { Faces } from '../faces.ts';
import { route, type RouteRequest } from '../route.ts';
import { InstantText, ListOf, listOf, PageQuery, pageRequest } from '../schemas.ts';
import {
  HistoryEntryView,
  historyEntryView,
  MySubscriptionView,
  SubscriptionView,
  subscriptionView,
} from '../views/subscriptions.ts';

async function mine(
  { subscriptions, entitlements }: Faces,
  { actor }: Pick<RouteRequest<'account', unknown, unknown, unknown>, 'actor'>,
): Promise<{ body: z.input<typeof MySubscriptionView> }> {
  const [details, amounts] = await Promise.all([
    subscriptions.current(actor.accountId),
    entitlements.limitsOf(actor.accountId),
  ]);
  return {
    body: { ...subscriptionView(details), limits: { ...amounts.limits }, usage: { ...amounts.usage } },
  };
}

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
    method: 'post',
    path: '/subscriptions/resume',
    tag: 'Subscriptions',
    summary: 'Take a pending cancellation back',
    access: 'account',
    reply: { status: 200, schema: SubscriptionView },
    refuses: ['subscriptions.no-current', 'subscriptions.nothing-to-resume'],
    handle: async ({ subscriptions }, { actor }) => ({
      body: subscriptionView(await subscriptions.resume({ actor })),
    }),
  }),
];
