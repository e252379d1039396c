import { setTimeout as pause } from 'node:timers/promises';
import { identityPolicy, identityRefusals, type IdentityStores } from '../../src/identity/index.ts';
import { instant, type Instant } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import { randomIds } from '../world/billing.ts';
import { HOME, identityWorld, serviceKey } from '../world/identity.ts';
import type { Scenario } from './scenario.ts';

export interface ServiceKeySettings {
  /** The naive admin counts the keys, and believes the count when making another. */
  readonly naive: boolean;
  readonly max: number;
}

/** A key to be made, or the id of one to be revoked. */
export type ServiceKeyInput =
  { readonly make: string; readonly admin: string } | { readonly revoke: string; readonly admin: string };

const now = (): Instant => instant(Date.now());

/** Admins who make and revoke service keys; an outcome is the id of a key. */
const serviceKeyScenario: Scenario<ServiceKeySettings, ServiceKeyInput, string> = ({
  unitOfWork,
  settings: { naive, max },
}) => {
  const policy = { serviceKeys: { ...identityPolicy.serviceKeys, max } };
  const { identity } = identityWorld(unitOfWork, policy, { clock: { now }, systemClock: { now } });
  return async (input) => {
    const actor = { kind: 'account', accountId: input.admin, sessionId: '', isAdmin: true } as const;
    if ('revoke' in input) {
      await identity.revokeServiceKey({ actor, address: HOME.address, id: input.revoke });
      return input.revoke;
    }
    if (naive) return makeNaively(unitOfWork, max);
    const draft = { name: input.make, scopes: ['usage:write'], expiresAt: null } as const;
    return (await identity.createServiceKey({ actor, address: HOME.address, draft })).serviceKey.id;
  };
};

export default serviceKeyScenario;

async function makeNaively(unitOfWork: UnitOfWork<IdentityStores>, max: number): Promise<string> {
  const live = await unitOfWork.read(({ serviceKeys }) => serviceKeys.countLive(now()));
  if (live >= max) throw identityRefusals.tooManyServiceKeys(max);
  // Where the key would be made.
  await pause(5);
  const id = randomIds.next();
  await unitOfWork.run(({ serviceKeys }) => serviceKeys.add(serviceKey({ id, digest: id })));
  return id;
}
