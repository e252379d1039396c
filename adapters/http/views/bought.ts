import { z } from 'zod';
import type { Receipt } from '../../../src/billing/index.ts';
import { PaymentView, paymentView } from './billing.ts';
import { SubscriptionView, subscriptionView } from './subscriptions.ts';

/** What a purchase gave: the subscription, with the payment that was made for it. */
export const BoughtView = SubscriptionView.extend({
  payment: PaymentView.nullable().meta({ description: 'Null when nothing was to be paid: a trial.' }),
  checkout_url: z.string().optional().meta({ description: 'Where the payer must act.' }),
}).meta({ id: 'BoughtSubscription' });

export function boughtView({ subscription, payment: paid }: Receipt): z.input<typeof BoughtView> {
  const payment = paid && paymentView(paid);
  const url = payment?.checkout_url;
  return {
    ...subscriptionView(subscription ?? undefined),
    payment,
    ...(url === undefined ? {} : { checkout_url: url }),
  };
}
