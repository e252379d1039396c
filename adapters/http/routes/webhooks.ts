import { z } from 'zod';
import { readWebhook } from '../raw-body.ts';
import { route, type Route } from '../route.ts';

export const TakenView = z.object({ received: z.literal(true) }).meta({ id: 'WebhookTaken' });

/** A provider's door: the bytes are taken as they are, and whoever did not sign them is turned away. */
export const webhookRoute = (provider: string, summary: string): Route =>
  route({
    method: 'post',
    path: `/webhooks/${provider}`,
    tag: 'Webhooks',
    summary,
    access: 'public',
    rate: 'unlimited',
    provider,
    upload: { types: ['*/*'] },
    reply: { status: 200, schema: TakenView },
    refuses: ['billing.webhook-signature', 'billing.webhook-unreadable'],
    handle: async ({ billing }, { upload, headers }) => {
      if (!upload) throw new Error('a webhook is taken with its bytes');
      await billing.receiveWebhook({ provider, raw: await readWebhook(upload.stream), headers });
      return { body: { received: true as const } };
    },
  });

export const webhookRoutes = [
  webhookRoute('stripe', 'What Stripe tells, signed in Stripe-Signature'),
  webhookRoute('simulated', 'What the simulated gateway tells, signed in Simulated-Signature'),
];
