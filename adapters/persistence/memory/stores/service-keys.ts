import { before } from '../../../../src/kernel/instant.ts';
import type { ServiceKeyStore } from '../../../../src/identity/ports.ts';
import { isLiveKey, type ServiceKey } from '../../../../src/identity/service-key.ts';
import type { TableDefinition } from '../table.ts';
import type { MemoryTransaction } from '../unit-of-work.ts';
import { newestPage } from './identity.ts';

const SERVICE_KEYS: TableDefinition<ServiceKey> = {
  name: 'service_keys',
  key: (key) => key.id,
  unique: { service_keys_digest: (key) => key.digest },
};

export function memoryServiceKeys({ table }: MemoryTransaction): ServiceKeyStore {
  const keys = table(SERVICE_KEYS);
  return {
    find: async (id) => keys.get(id),
    list: async (request) =>
      newestPage(
        keys.where(({ revokedAt }) => revokedAt === null),
        request,
        ({ createdAt }) => createdAt,
      ),
    countLive: async (now) => keys.where((key) => isLiveKey(key, now)).length,
    add: async (key) => keys.insert(key),
    revoke: async (id, now) => {
      const key = keys.get(id);
      if (!key || key.revokedAt !== null) return false;
      keys.update({ ...key, revokedAt: now });
      return true;
    },
    alive: async (digests, now) =>
      digests.map((digest) => {
        const key = keys.holder('service_keys_digest', digest);
        if (!key || !isLiveKey(key, now)) return undefined;
        const { id, scopes, expiresAt, lastUsedAt } = key;
        return { id, scopes, expiresAt, lastUsedAt };
      }),
    noteUse: async (ids, now, againMs) => {
      for (const key of ids.flatMap((id) => keys.get(id) ?? []))
        if (key.lastUsedAt === null || key.lastUsedAt <= before(now, againMs))
          keys.update({ ...key, lastUsedAt: now });
    },
  };
}
