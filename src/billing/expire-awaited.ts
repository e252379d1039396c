import type { Actor } from '../kernel/actor.ts';
import { askAbout } from './ask-about.ts';
import type { BillingDeps } from './deps.ts';
import { asking, type Payment } from './payment.ts';

const EXPIRER: Actor = { kind: 'system', job: 'expire-awaited' };

/** A subscription that waited for its payer, and is over. */
export interface AwaitedEnd {
  readonly accountId: string;
  readonly subscriptionId: string;
}

export interface ExpireCommands {
  /**
   * Gives up the payment that a subscription waited for: the gateway makes it unpayable, and it expires. What
   * was paid just before goes back. Again it changes nothing; where the gateway does not answer, the resolver
   * goes on.
   */
  expireAwaited(over: AwaitedEnd): Promise<void>;
}

export function expireCommands(deps: BillingDeps): ExpireCommands {
  const { unitOfWork, clock, policy } = deps;
  const ask = askAbout(deps);

  const take = ({ accountId, subscriptionId }: AwaitedEnd): Promise<Payment | undefined> =>
    unitOfWork.run(async ({ lock, payments }) => {
      await lock(accountId);
      const open = await payments.findOpen(accountId);
      if (open?.status !== 'requires_action' || open.subscriptionId !== subscriptionId) return undefined;
      const taken = asking(open, clock.now(), policy);
      await payments.save(taken);
      return taken;
    });

  return {
    expireAwaited: async (over) => {
      const payment = await take(over);
      if (payment) await ask(payment, EXPIRER);
    },
  };
}
