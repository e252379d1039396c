import { DomainError } from '../kernel/domain-error.ts';
import { isId } from '../kernel/ids.ts';
import { earlier } from '../kernel/instant.ts';
import { once } from '../kernel/once.ts';
import { partedAt } from './burn.ts';
import type { EntitlementsDeps } from './deps.ts';
import type { ReservationCommands, ReservationEnd, ReserveRequest } from './face.ts';
import { openLedger, type MeterLedger } from './meter-ledger.ts';
import type { MeterKey, MeterTerms } from './meter.ts';
import { priceOfOverage, readingsOf } from './overage.ts';
import type { EntitlementStores } from './ports.ts';
import { refusals } from './refusals.ts';
import { createReservation, ended, type Reservation } from './reservation.ts';
import { standpointsOf } from './standpoints.ts';

export function reservationCommands(
  deps: EntitlementsDeps,
): Pick<ReservationCommands, 'reserve' | 'commit' | 'release'> {
  const { unitOfWork, clock, policy } = deps;
  return {
    reserve: async (request) => {
      const terms = (await standpointsOf(deps, [request])).terms(request);
      if (terms instanceof DomainError) throw terms;
      return unitOfWork.run(async (stores) => {
        // The meter before the key, as everywhere: a use and a reservation with one key would wait in a circle.
        const ledger = await openLedger(stores, [{ ...keyIn(request), terms }], clock.now());
        return once(stores, request.idempotency, { now: clock.now(), policy: policy.once }, () =>
          setAside(deps, stores, { request, terms, ledger }),
        );
      });
    },
    commit: (end) => endBy(deps, end, 'commit'),
    release: (end) => endBy(deps, { ...end, amount: null }, 'release'),
  };
}

interface SettingAside {
  readonly request: ReserveRequest;
  readonly terms: MeterTerms;
  readonly ledger: MeterLedger;
}

async function setAside(
  { ids, policy }: EntitlementsDeps,
  stores: EntitlementStores,
  { request, terms, ledger }: SettingAside,
): Promise<Reservation> {
  const taken = ledger.take(request, request.amount, 'reserved');
  if (taken instanceof DomainError) throw taken;
  const { meter } = taken.balance;
  const reservation = createReservation(request, {
    id: ids.next(),
    amount: request.amount,
    parts: taken.parts,
    turn: meter.turn,
    overagePrice: priceOfOverage(terms),
    onBehalf: request.onBehalf,
    now: ledger.now(request),
    seconds: request.seconds ?? policy.reservationSeconds,
  });
  const { expiresAt } = reservation;
  const lapsesAt = meter.lapsesAt === null ? expiresAt : earlier(meter.lapsesAt, expiresAt);
  ledger.lapseAt(request, lapsesAt, 'reserved');
  await ledger.save(stores);
  await stores.reservations.add(reservation);
  return reservation;
}

/** Ends a held reservation: what was not used goes back to where it was taken from, as far as that is still there. */
async function endBy(
  deps: EntitlementsDeps,
  { reservationId, amount, accountId }: ReservationEnd,
  trigger: 'commit' | 'release',
): Promise<Reservation> {
  if (!isId(reservationId)) throw refusals.notFound();
  const found = await deps.unitOfWork.read(({ reservations }) => reservations.find(reservationId));
  if (!found || !mayEnd(found, accountId)) throw refusals.notFound();
  // What was set aside may be used whatever became of the plan since; the meter only has to be turned as it says.
  const standpoints = await standpointsOf(deps, [{ accountId: found.accountId, onBehalf: false }]);
  const terms = standpoints.meterTerms(found);
  return deps.unitOfWork.run(async (stores) => {
    const ledger = await openLedger(stores, [{ ...keyIn(found), terms }], deps.clock.now());
    const held = await stores.reservations.find(reservationId);
    if (!held) throw refusals.notFound();
    const committed = trigger === 'commit' ? (amount ?? held.amount) : null;
    const next = ended(held, trigger, { committed, now: ledger.now(found) });
    if (next instanceof DomainError) throw next;
    if (next === held) return held;
    giveBackUnused(ledger, next);
    await ledger.save(stores);
    await stores.reservations.saveAll([next]);
    await addReadings(stores, next);
    return next;
  });
}

/** What another back end set aside for an account is that back end's to end: the work is its own. */
const mayEnd = (found: Reservation, accountId: string | null): boolean =>
  accountId === null || (found.accountId === accountId && !found.onBehalf);

const keyIn = ({ accountId, feature }: MeterKey): MeterKey => ({ accountId, feature });

function giveBackUnused(
  ledger: MeterLedger,
  { accountId, feature, parts, turn, committed }: Reservation,
): void {
  const { unused } = partedAt(parts, committed ?? 0);
  ledger.giveBack(
    { accountId, feature },
    { parts: unused, turn },
    committed === null ? 'released' : 'committed',
  );
}

/** Units over the limit are billed once they were really used. */
async function addReadings(
  { overages }: EntitlementStores,
  { accountId, parts, committed, overagePrice }: Reservation,
): Promise<void> {
  const readings = readingsOf(partedAt(parts, committed ?? 0).used, overagePrice);
  if (readings.length > 0) await overages.add(accountId, readings);
}
