import type { Billing, PaymentGateway, WebhookReader } from '../../src/billing/index.ts';
import type { Clock } from '../../src/kernel/instant.ts';
import { simulatedCheckout, type SimulatedCheckout } from './simulated-checkout.ts';
import { simulatedDelivery, type SimulatedDelivery } from './simulated-delivery.ts';
import { simulatedDesk, type SimulatedDesk } from './simulated-desk.ts';
import { simulatedGateway } from './simulated-gateway.ts';
import type { SimulatedGatewayDeps } from './simulated-news.ts';
import { simulatedWebhooks } from './simulated-webhooks.ts';

export interface SimulatedDeps extends SimulatedGatewayDeps {
  readonly systemClock: Clock;
  /** By which its webhooks are signed, the current one first. */
  readonly secrets: readonly string[];
  /** The merchant; asked for when the first event is on its way, since it is made of the gateway. */
  readonly merchant: () => Pick<Billing, 'receiveWebhook' | 'processProviderEvent'>;
  /** Told of what the payer must not be bothered with. */
  readonly onFault: (fault: unknown) => void;
}

/** Everything that there is where payments are simulated. */
export interface Simulated {
  readonly gateway: PaymentGateway;
  readonly webhooks: WebhookReader;
  readonly checkout: SimulatedCheckout;
  readonly delivery: SimulatedDelivery;
  readonly desk: SimulatedDesk;
}

export function simulatedPayments(deps: SimulatedDeps): Simulated {
  const { merchant, onFault } = deps;
  const delivery = simulatedDelivery({
    ...deps,
    receive: (sent) => merchant().receiveWebhook(sent),
    process: (event) => merchant().processProviderEvent(event),
  });
  return {
    gateway: simulatedGateway(deps),
    webhooks: simulatedWebhooks(deps),
    // What fails here is still due: the sweep goes on, and the payer has paid.
    checkout: simulatedCheckout(deps, (news) => delivery.deliverNow(news).catch(onFault)),
    delivery,
    desk: simulatedDesk(deps),
  };
}
