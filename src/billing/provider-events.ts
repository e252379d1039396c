import type { Actor } from '../kernel/actor.ts';
import { bringer } from './bring-to-life.ts';
import { foldCharge, type ToldLife } from './charge-life.ts';
import type { BillingDeps, PurchaseStores } from './deps.ts';
import { providerEventReceived } from './events.ts';
import { mirrorCommands } from './mirror.ts';
import type { Payment } from './payment.ts';
import type { WebhookSent } from './ports.ts';
import {
  failedEvent,
  isObservation,
  isOfCharge,
  processedEvent,
  receivedEvent,
  type ChargeEvent,
  type ProviderEvent,
  type StoredEvent,
} from './provider-event.ts';
import { refusals } from './refusals.ts';

const PROVIDER: Actor = { kind: 'system', job: 'provider-events' };

/** An event by its provider and the provider's name of it. */
export interface EventName {
  readonly provider: string;
  readonly id: string;
}

export interface ProviderEventCommands {
  /**
   * Takes a webhook in, which is all that a sender waits for; what it means is acted on behind the answer. A
   * second delivery is taken in as well as the first, and has no effect. Refuses with `billing.webhook-signature`,
   * `billing.webhook-unreadable` and, from a provider that was not chosen, `request.not-found`: then nothing is
   * stored.
   */
  receiveWebhook(sent: WebhookSent): Promise<EventName>;
  /** Takes in an event that is known to be its provider's; whether it was new. */
  receive(event: ProviderEvent): Promise<boolean>;
  /**
   * Acts on an event that was taken in, and on all that was told of the same life: in any order, and any number
   * of times, it comes to the same. Rejects when that fails; it is then tried again by whoever owes it.
   */
  processProviderEvent(name: EventName): Promise<void>;
}

export function providerEventCommands(deps: BillingDeps): ProviderEventCommands {
  const { unitOfWork, webhooks, tally, clock, ids } = deps;
  const act = actor(deps);

  const receive = (event: ProviderEvent): Promise<boolean> =>
    unitOfWork.run(async ({ providerEvents, outbox }) => {
      const now = clock.now();
      const isNew = await providerEvents.add(receivedEvent(event, now));
      if (isNew && event.body.kind !== 'ignored')
        await outbox.add([providerEventReceived(event, { at: now, ids })]);
      return isNew;
    });

  /** Whether it worked or not: an operator finds out from the row. */
  const note = (event: StoredEvent, done: (event: StoredEvent) => StoredEvent): Promise<void> =>
    unitOfWork.run(async ({ providerEvents }) => {
      const current = await providerEvents.find(event);
      if (current?.processedAt === null) await providerEvents.save(done(current));
    });

  return {
    receive,

    receiveWebhook: async (sent) => {
      const { provider } = sent;
      const reader = webhooks.find((it) => it.provider === provider);
      if (!reader) throw refusals.notFound();
      const read = reader.read(sent);
      if ('refused' in read) {
        tally.count(provider, 'refused');
        throw read.refused === 'signature' ? refusals.webhookSignature() : refusals.webhookUnreadable();
      }
      tally.count(provider, (await receive(read.event)) ? 'received' : 'duplicate');
      return { provider, id: read.event.id };
    },

    processProviderEvent: async (name) => {
      const event = await unitOfWork.read(({ providerEvents }) => providerEvents.find(name));
      if (event?.processedAt !== null) return;
      try {
        await act(event);
      } catch (error) {
        tally.count(event.provider, 'failed');
        await note(event, (it) => failedEvent(it, error instanceof Error ? error.message : String(error)));
        throw error;
      }
      await note(event, (it) => processedEvent(it, clock.now()));
    },
  };
}

function actor(deps: BillingDeps): (event: StoredEvent) => Promise<void> {
  const bring = bringer(deps);
  const { mirror } = mirrorCommands(deps);
  return async (event) => {
    const { provider, objectKey, body } = event;
    if (isObservation(event)) await mirror({ provider, customer: objectKey });
    if (!isOfCharge(body)) return;
    const told = (stores: PurchaseStores): Promise<ToldLife> => lifeTold(stores, event, body);
    const { life, payment } = await deps.unitOfWork.read(async (stores) => {
      const life = await told(stores);
      return { life, payment: await paymentOf(stores, provider, life) };
    });
    // Somebody else's charge at the same provider; or one that its capture, still to come, will name.
    if (payment) await bring({ payment, life, again: told, actor: PROVIDER });
  };
}

async function lifeTold(
  { providerEvents }: PurchaseStores,
  { provider, objectKey }: StoredEvent,
  body: ChargeEvent,
): Promise<ToldLife> {
  const events = await providerEvents.ofObject({ provider, objectKey });
  return foldCharge(ofCharge(events, body));
}

type ToldOfCharge = Pick<StoredEvent, 'id' | 'createdAt'> & { readonly body: ChargeEvent };

/** A life may be a customer's, with many charges: those of the same one share a key or a name. */
function ofCharge(events: readonly StoredEvent[], { paymentKey, reference }: ChargeEvent): ToldOfCharge[] {
  const told = events.flatMap(({ id, createdAt, body }) =>
    isOfCharge(body) ? [{ id, createdAt, body }] : [],
  );
  const names = new Set([paymentKey, reference].filter((name) => name !== null));
  const isSame = ({ body }: ToldOfCharge): boolean =>
    (body.paymentKey !== null && names.has(body.paymentKey)) ||
    (body.reference !== null && names.has(body.reference));
  for (const { body } of told.filter(isSame))
    for (const name of [body.paymentKey, body.reference]) if (name !== null) names.add(name);
  return told.filter(isSame);
}

async function paymentOf(
  { payments }: PurchaseStores,
  gateway: string,
  { paymentKey, reference }: ToldLife,
): Promise<Payment | undefined> {
  const byKey = paymentKey === null ? undefined : await payments.findByGatewayKey(paymentKey);
  if (byKey || reference === null) return byKey;
  return payments.findByReference({ gateway, reference });
}
