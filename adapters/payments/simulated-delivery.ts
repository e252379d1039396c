import type { WebhookSent } from '../../src/billing/index.ts';
import type { Swept } from '../../src/kernel/due.ts';
import { after, MINUTE, type Clock, type Instant } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import type { GatewayBookStores, SimulatedWebhook } from './simulated-book.ts';
import { SIMULATED_SIGNATURE } from './simulated-webhooks.ts';
import { signatureOf } from '../security/signed-webhooks.ts';

export interface DeliveryDeps {
  readonly unitOfWork: UnitOfWork<GatewayBookStores>;
  /** By which webhooks fall due. */
  readonly clock: Clock;
  /** By which they are signed. */
  readonly systemClock: Clock;
  readonly secrets: readonly string[];
  /** The merchant's door: what the HTTP route does. Rejects when the merchant does not take it. */
  readonly receive: (sent: WebhookSent) => Promise<{ readonly provider: string; readonly id: string }>;
  /** Makes the merchant act on what it took in, without waiting for its own workers. */
  readonly process: (event: { readonly provider: string; readonly id: string }) => Promise<void>;
}

export interface SimulatedDelivery {
  /** Brings at most `limit` due webhooks to the merchant. Each arrives at least once, as a provider's do. */
  deliverDue(limit: number): Promise<Swept>;
  /** The same for these alone, as far as they are due; and the merchant acts on them before this answers. */
  deliverNow(webhooks: readonly SimulatedWebhook[]): Promise<void>;
  nextDueAt(until: Instant): Promise<Instant | undefined>;
}

/** Minutes between the tries at a merchant who does not take it; the last repeats. */
const RETRY_MINUTES = [1, 5, 30, 120];

/** The gateway's own sender: signs the body as it is and brings it to the same door as HTTP does. */
export function simulatedDelivery(deps: DeliveryDeps): SimulatedDelivery {
  const { unitOfWork, clock, systemClock, secrets, receive } = deps;

  const deliver = async (
    webhook: SimulatedWebhook,
  ): Promise<{ readonly provider: string; readonly id: string }> => {
    const raw = Buffer.from(webhook.body);
    const signature = signatureOf(raw, secrets.slice(0, 1), systemClock.now());
    return receive({ provider: 'simulated', raw, headers: { [SIMULATED_SIGNATURE]: signature } });
  };

  const keep = (webhook: SimulatedWebhook): Promise<void> =>
    unitOfWork.run(({ gatewayBook }) => gatewayBook.saveWebhook(webhook));

  const sent = (webhook: SimulatedWebhook): SimulatedWebhook => ({
    ...webhook,
    dueAt: null,
    attempts: webhook.attempts + 1,
  });

  return {
    deliverDue: async (limit) => {
      const webhooks = await unitOfWork.read(({ gatewayBook }) =>
        gatewayBook.dueWebhooks(clock.now(), limit),
      );
      await inTurn(webhooks, async (webhook) => {
        try {
          await deliver(webhook);
        } catch (error) {
          await keep(later(webhook, clock.now()));
          throw error;
        }
        await keep(sent(webhook));
      });
      return { done: webhooks.length };
    },

    deliverNow: async (webhooks) => {
      const now = clock.now();
      for (const webhook of webhooks.filter(({ dueAt }) => dueAt !== null && dueAt <= now)) {
        await deps.process(await deliver(webhook));
        await keep(sent(webhook));
      }
    },

    nextDueAt: (until) => unitOfWork.read(({ gatewayBook }) => gatewayBook.nextWebhookAt(until)),
  };
}

/** One after another; a failure does not keep the others from their turn, and is told at the end. */
async function inTurn<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const faults: unknown[] = [];
  for (const item of items) {
    const [outcome] = await Promise.allSettled([work(item)]);
    if (outcome.status === 'rejected') faults.push(outcome.reason);
  }
  if (faults.length > 0) throw new AggregateError(faults, 'webhooks were not taken');
}

const later = (webhook: SimulatedWebhook, now: Instant): SimulatedWebhook => ({
  ...webhook,
  attempts: webhook.attempts + 1,
  dueAt: after(now, (RETRY_MINUTES[webhook.attempts] ?? RETRY_MINUTES.at(-1) ?? 1) * MINUTE),
});
