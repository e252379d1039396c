import type { Actor } from '../kernel/actor.ts';
import { questionOf } from './charge-request.ts';
import type { BillingDeps } from './deps.ts';
import type { Payment } from './payment.ts';
import { settler, type Settlement } from './settle.ts';

/**
 * Asks the gateway what became of a payment, and settles what it says. A payment that waits for its payer is
 * thereby given up: it cannot be paid any more, unless it was just before.
 */
export function askAbout(deps: BillingDeps): (payment: Payment, actor: Actor) => Promise<Settlement> {
  const { gateway } = deps;
  const settle = settler(deps);
  return async (payment, actor) => {
    const question = questionOf(payment, gateway);
    const waits = payment.status === 'requires_action';
    const found = waits ? await gateway.abandon(question) : await gateway.find(question);
    return settle(payment, { found, asked: 'find', actor });
  };
}
