import { actorName } from '../kernel/actor.ts';
import { once } from '../kernel/once.ts';
import type { EntitlementsDeps } from './deps.ts';
import { grantedEvent } from './events.ts';
import type { GrantCommands, GrantRequest } from './face.ts';
import { createGrant, type Grant } from './grant.ts';
import { leftOf } from './lot.ts';
import { openLedger, type MeterLedger } from './meter-ledger.ts';
import type { EntitlementStores } from './ports.ts';
import { refusals } from './refusals.ts';
import { standpointsOf } from './standpoints.ts';

export function grantCommands(deps: EntitlementsDeps): GrantCommands {
  const { unitOfWork, clock, policy } = deps;
  return {
    grant: async (request) => {
      const standpoints = await standpointsOf(deps, [{ accountId: request.accountId, onBehalf: true }]);
      // Somebody who is suspended can be given something all the same: it waits for them.
      if (!standpoints.exists(request.accountId)) throw refusals.notFound();
      const granted = standpoints.granted(request);
      if (granted && granted.kind !== 'meter') throw refusals.notAMeter();
      const terms = standpoints.meterTerms(request, granted);
      return unitOfWork.run(async (stores) => {
        const key = { accountId: request.accountId, feature: request.feature };
        // The meter before the key, as everywhere.
        const ledger = await openLedger(stores, [{ ...key, terms }], clock.now());
        return once(stores, request.idempotency, { now: clock.now(), policy: policy.once }, () =>
          give(deps, stores, { request, ledger }),
        );
      });
    },
  };
}

async function give(
  { clock, ids, policy }: EntitlementsDeps,
  stores: EntitlementStores,
  { request, ledger }: { readonly request: GrantRequest; readonly ledger: MeterLedger },
): Promise<Grant> {
  const now = clock.now();
  const { actor, idempotency: _key, ...given } = request;
  const grant = createGrant(given, { id: ids.next(), now, by: actorName(actor) });
  const unspent = ledger.balance(grant).grants.filter((each) => leftOf(each) > 0);
  if (unspent.length >= policy.maxGrants) throw refusals.tooManyGrants(policy.maxGrants);
  ledger.feed(grant);
  await ledger.save(stores);
  await stores.grants.add(grant);
  await stores.outbox.add([grantedEvent(grant, { id: ids.next(), at: now })]);
  return grant;
}
