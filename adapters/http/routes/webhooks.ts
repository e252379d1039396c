import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { billingRefusals } from '../../../src/billing/index.ts';
import { catalogRefusals } from '../../../src/catalog/index.ts';
import type { Faces } from '../faces.ts';
import { readWebhook } from '../raw-body.ts';
import { route, type Route } from '../route.ts';

const TakenView = z.object({ received: z.literal(true) }).meta({ id: 'WebhookTaken' });

interface Told {
  readonly provider: string;
  readonly raw: Buffer;
  readonly headers: IncomingHttpHeaders;
}

/** Who hears what a provider tells, and what it is refused with. */
interface Ear {
  readonly take: (usher: Faces, told: Told) => Promise<unknown>;
  readonly refuses: readonly string[];
}

const BILLING: Ear = {
  take: ({ billing }, told) => billing.receiveWebhook(told),
  refuses: [billingRefusals.webhookSignature.code, billingRefusals.webhookUnreadable.code],
};
const CATALOG: Ear = {
  take: ({ catalog }, told) => catalog.receiveMediaWebhook(told),
  refuses: [catalogRefusals.webhookSignature.code, catalogRefusals.webhookUnreadable.code],
};

/** A provider's door: the bytes are taken as they are, and whoever did not sign them is turned away. */
const webhookRoute = (provider: string, { take, refuses }: Ear, summary: string): Route =>
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
    refuses,
    handle: async (usher, { upload, headers }) => {
      if (!upload) throw new Error('a webhook is taken with its bytes');
      await take(usher, { provider, raw: await readWebhook(upload.stream), headers });
      return { body: { received: true as const } };
    },
  });

export const webhookRoutes = [
  webhookRoute('stripe', BILLING, 'What Stripe tells, signed in Stripe-Signature'),
  webhookRoute('simulated', BILLING, 'What the simulated gateway tells, signed in Simulated-Signature'),
  webhookRoute('mux', CATALOG, 'What Mux tells, signed in Mux-Signature'),
  webhookRoute('cloudflare', CATALOG, 'What Cloudflare Stream tells, signed in Webhook-Signature'),
];
