import type { Client } from './client.ts';

/** Has an admin put a plan on sale over REST: 30 days, basic, 9.99, unless `changes` say otherwise; its id. */
export async function createPlanOn(
  admin: Client,
  changes: Readonly<Record<string, unknown>>,
): Promise<string> {
  const created = await admin.post('/subscriptions/plans', {
    name: 'Standard',
    description: '',
    price: '9.99',
    currency: 'USD',
    validity_days: 30,
    access_level: 'basic',
    max_devices_allowed: 2,
    resolution: '1080p',
    ...changes,
  });
  if (created.status !== 201) throw new Error(`no plan: ${JSON.stringify(created.body)}`);
  return String(created.body['id']);
}
