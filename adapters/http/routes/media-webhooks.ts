import { catalogRefusals } from '../../../src/catalog/index.ts';
import { readWebhook } from '../raw-body.ts';
import { route, type Route } from '../route.ts';
import { TakenView } from './webhooks.ts';

const { webhookSignature, webhookUnreadable } = catalogRefusals;

/** A media provider's door: as those of payments, and what comes in is the catalogue's. */
const mediaWebhookRoute = (provider: string, summary: string): Route =>
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
    refuses: [webhookSignature.code, webhookUnreadable.code],
    handle: async ({ catalog }, { upload, headers }) => {
      if (!upload) throw new Error('a webhook is taken with its bytes');
      await catalog.receiveMediaWebhook({ provider, raw: await readWebhook(upload.stream), headers });
      return { body: { received: true as const } };
    },
  });

export const mediaWebhookRoutes = [
  mediaWebhookRoute('mux', 'What Mux tells, signed in Mux-Signature'),
  mediaWebhookRoute('cloudflare', 'What Cloudflare Stream tells, signed in Webhook-Signature'),
];
