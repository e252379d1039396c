import type { AccountActor } from '../kernel/actor.ts';
import { isId } from '../kernel/ids.ts';
import type { Page, PageRequest } from '../kernel/page.ts';
import type { IdentityDeps } from './deps.ts';
import { audited, keyHappened, type Audited } from './events.ts';
import type { IdentityStores } from './ports.ts';
import { refusals } from './refusals.ts';
import { issueServiceKey, serviceKeyFault, type ServiceKey, type ServiceKeyDraft } from './service-key.ts';

export interface MadeServiceKey {
  readonly serviceKey: ServiceKey;
  /** The key itself: told here, and never again. */
  readonly key: string;
}

export interface ServiceKeyCommands {
  /** Refuses with `request.invalid`, and with `identity.too-many-service-keys` at the policy's number. */
  createServiceKey(given: {
    readonly actor: AccountActor;
    readonly draft: ServiceKeyDraft;
    readonly address: string;
  }): Promise<MadeServiceKey>;
  /**
   * Ends a key for good: at once in this process, elsewhere within the time that an answer about it is kept. One
   * that was revoked before is not found, like one that never was.
   */
  revokeServiceKey(given: {
    readonly actor: AccountActor;
    readonly id: string;
    readonly address: string;
  }): Promise<void>;
  /** Those that were not revoked, newest first, expired ones too. */
  listServiceKeys(request: PageRequest): Promise<Page<ServiceKey>>;
  /** Also one that was revoked: histories and the audit log name it. Refuses with `request.not-found`. */
  findServiceKey(id: string): Promise<ServiceKey>;
}

/** Serialises the making of keys, so that they are counted exactly. */
const LOCK = 'service keys';

export const serviceKeyCommands = (deps: IdentityDeps): ServiceKeyCommands => ({
  createServiceKey: (given) => created(deps, given),

  revokeServiceKey: async ({ actor, id, address }) => {
    const digest = await deps.unitOfWork.run(async (stores) => {
      const serviceKey = isId(id) ? await stores.serviceKeys.find(id) : undefined;
      const now = deps.systemClock.now();
      if (!serviceKey || !(await stores.serviceKeys.revoke(id, now))) throw refusals.notFound();
      await stores.outbox.add([keyHappened(deps, 'identity.service-key-revoked', id)]);
      await stores.audit.add([audited(deps, onKey({ actor, id, address }, 'service-key.revoked'))]);
      return serviceKey.digest;
    });
    deps.serviceKeyMemory?.forget(digest);
  },

  listServiceKeys: (request) => deps.unitOfWork.read(({ serviceKeys }) => serviceKeys.list(request)),

  findServiceKey: async (id) => {
    const found = isId(id)
      ? await deps.unitOfWork.read(({ serviceKeys }) => serviceKeys.find(id))
      : undefined;
    if (!found) throw refusals.notFound();
    return found;
  },
});

async function created(
  deps: IdentityDeps,
  { actor, draft, address }: Parameters<ServiceKeyCommands['createServiceKey']>[0],
): Promise<MadeServiceKey> {
  // By the system's time, like every credential: no virtual clock makes one last longer.
  const now = deps.systemClock.now();
  const fault = serviceKeyFault(draft, now);
  if (fault) throw refusals.invalid(fault.pointer, fault.detail);
  const { key, digest } = deps.serviceKeys.fresh();
  const id = deps.ids.next();
  const serviceKey = issueServiceKey(draft, { id, key, digest, createdBy: actor.accountId, now });
  await deps.unitOfWork.run(async (stores) => {
    await assertRoom(stores, deps);
    await stores.serviceKeys.add(serviceKey);
    const { scopes } = serviceKey;
    await stores.outbox.add([keyHappened(deps, 'identity.service-key-created', id, { scopes })]);
    await stores.audit.add([audited(deps, onKey({ actor, id, address }, 'service-key.created'))]);
  });
  return { serviceKey, key };
}

async function assertRoom(stores: IdentityStores, deps: IdentityDeps): Promise<void> {
  const { max } = deps.policy.serviceKeys;
  await stores.lock(LOCK);
  const live = await stores.serviceKeys.countLive(deps.systemClock.now());
  if (live >= max) throw refusals.tooManyServiceKeys(max);
}

const onKey = (
  { actor, id, address }: { readonly actor: AccountActor; readonly id: string; readonly address: string },
  action: 'service-key.created' | 'service-key.revoked',
): Audited => ({ actor, action, accountId: null, object: `service-key:${id}`, address });
