import type { EntitlementsDeps } from './deps.ts';
import type { Entitlements, ReservationCommands } from './face.ts';
import { openLedger } from './meter-ledger.ts';
import type { EntitlementStores } from './ports.ts';
import { standpointsOf } from './standpoints.ts';

export const reservationSweep = (
  deps: EntitlementsDeps,
): Pick<ReservationCommands, 'expireReservations' | 'nextDueAt'> => ({
  expireReservations: async (limit) => {
    const { unitOfWork, clock } = deps;
    const keys = await unitOfWork.read(({ reservations }) => reservations.lapsedMeters(clock.now(), limit));
    if (keys.length === 0) return { done: 0 };
    const standpoints = await standpointsOf(
      deps,
      keys.map(({ accountId }) => ({ accountId, onBehalf: false })),
    );
    for (const key of keys)
      await unitOfWork.run(async (stores) => {
        const ledger = await openLedger(
          stores,
          [{ ...key, terms: standpoints.meterTerms(key) }],
          clock.now(),
        );
        await ledger.save(stores);
      });
    return { done: keys.length };
  },
  nextDueAt: (until) => deps.unitOfWork.read(({ reservations }) => reservations.nextLapseAt(until)),
});

const BATCH = 500;
/** A hundred thousand rows of one kind: what is left then is erased by the next try. */
const MAX_BATCHES = 200;

type Eraser = (stores: EntitlementStores, accountId: string) => Promise<number>;

const ERASERS: readonly Eraser[] = [
  ({ reservations }, accountId) => reservations.erase(accountId, BATCH),
  ({ grants }, accountId) => grants.erase(accountId, BATCH),
  ({ meters }, accountId) => meters.erase(accountId, BATCH),
  ({ overages }, accountId) => overages.erase(accountId, BATCH),
];

export const eraseAccount =
  ({ unitOfWork }: EntitlementsDeps): Entitlements['eraseAccount'] =>
  async (accountId) => {
    for (const erase of ERASERS) {
      // Until nothing is left: a batch is short where `tidy` removed some of it meanwhile.
      let left = BATCH;
      for (let batch = 0; left > 0 && batch < MAX_BATCHES; batch += 1)
        left = await unitOfWork.run((stores) => erase(stores, accountId));
      if (left > 0) throw new Error(`account ${accountId} has more to erase`);
    }
  };
