import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import type { DueTimes, SubscriptionStores } from '../../src/subscriptions/ports.ts';

export type Stores = Pick<SubscriptionStores, 'plans' | 'subscriptions' | 'subscriptionHistory' | 'trials'>;
type Work = (stores: Stores) => Promise<unknown>;

export const NEVER: DueTimes = { dueAt: null, collectAt: null };

/** What a store said to the work, before the unit of work made something else of it. */
export async function faultOf(unitOfWork: UnitOfWork<Stores>, work: Work): Promise<unknown> {
  let fault: unknown;
  const noted = async (stores: Stores): Promise<unknown> => {
    try {
      return await work(stores);
    } catch (error) {
      fault = error;
      throw error;
    }
  };
  const outcome = await unitOfWork.run(noted).then(
    () => undefined,
    (error: unknown) => error,
  );
  return outcome === undefined ? undefined : (fault ?? outcome);
}
