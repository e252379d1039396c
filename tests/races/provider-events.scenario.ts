import type { ProviderEvent } from '../../src/billing/index.ts';
import { takenBack } from '../../src/billing/money-back.ts';
import { receivedEvent } from '../../src/billing/provider-event.ts';
import { billingOn } from '../world/billing.ts';
import { NOW } from '../world/subscriptions.ts';
import type { Ground, Scenario } from './scenario.ts';

export interface ToldSettings {
  /** `naive` looks whether it knows the event, does what it says, and keeps it. */
  readonly listener: 'ours' | 'naive';
}

export interface ToldInput {
  readonly event: ProviderEvent;
}

/** Whether the event was new. */
export interface ToldOutput {
  readonly isNew: boolean;
}

const toldScenario: Scenario<ToldSettings, ToldInput, ToldOutput> = (ground) => {
  const { billing } = billingOn(ground.unitOfWork, { clock: { now: () => NOW } });
  if (ground.settings.listener === 'naive') return ({ event }) => naively(ground, event);
  return async ({ event }) => {
    const isNew = await billing.receive(event);
    // Each process may be the one that is owed the reaction, also to what another took in.
    await billing.processProviderEvent(event);
    return { isNew };
  };
};

export default toldScenario;

async function naively({ unitOfWork }: Ground<ToldSettings>, event: ProviderEvent): Promise<ToldOutput> {
  const { body } = event;
  if (body.kind !== 'charge-refunded') throw new Error('the naive listener knows refunds alone');
  const known = await unitOfWork.read(({ providerEvents }) => providerEvents.find(event));
  if (known) return { isNew: false };
  await unitOfWork.run(async ({ payments }) => {
    const payment = await payments.findByGatewayKey(body.paymentKey ?? '');
    if (payment) await payments.save(takenBack(payment, body.amountMinor));
  });
  await unitOfWork.run(({ providerEvents }) => providerEvents.add(receivedEvent(event, NOW)));
  return { isNew: true };
}
