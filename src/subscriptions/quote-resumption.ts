import type { Instant } from '../kernel/instant.ts';
import { isSpent } from './collection.ts';
import { firstTerm } from './pay.ts';
import type { SubscriptionStores } from './ports.ts';
import type { Quote } from './purchase.ts';
import { nextBought, offerOf } from './offer.ts';
import { notBefore } from './record.ts';
import { refusals } from './refusals.ts';
import type { Subscription } from './subscription.ts';

/** The first term behind a pause with nothing left: it runs from now. */
export async function quoteResumption(
  stores: Pick<SubscriptionStores, 'plans'>,
  { current, now }: { readonly current: Subscription; readonly now: Instant },
): Promise<Quote> {
  if (current.collectedBy !== 'usher') throw refusals.collectedElsewhere(current.collectedBy);
  if (current.status !== 'paused' || !isSpent(current)) throw refusals.nothingToResume();
  const { bought } = await nextBought(stores, current, now);
  const { stretch } = firstTerm(notBefore(now, current), bought.terms, bought.terms.price.minor);
  return {
    ...offerOf(bought, [stretch]),
    kind: 'resume',
    subscriptionId: current.id,
    autoRenew: current.autoRenew,
  };
}
