import { before, type Instant } from '../../../../src/kernel/instant.ts';
import type { AliveServiceKey, ServiceKeyStore } from '../../../../src/identity/ports.ts';
import type { ServiceKey } from '../../../../src/identity/service-key.ts';
import { RecordTable } from '../columns.ts';
import { rawRows, textsFromJson } from '../json-rows.ts';
import { keysetPage } from '../pages.ts';
import type { Database } from '../unit-of-work.ts';

const SERVICE_KEYS = new RecordTable<ServiceKey>('service_keys', {
  id: 'text',
  name: 'text',
  scopes: 'json',
  prefix: 'text',
  digest: 'text',
  createdBy: 'text',
  createdAt: 'number',
  lastUsedAt: 'number',
  expiresAt: 'number',
  revokedAt: 'number',
});

export const knexServiceKeys = (database: Database): ServiceKeyStore => ({
  find: (id) => SERVICE_KEYS.find(database, { id }),

  list: (request) =>
    keysetPage(database, SERVICE_KEYS, request, {
      order: { field: 'createdAt', direction: 'desc', kind: 'number' },
      where: (query) => query.whereNull('revoked_at'),
    }),

  countLive: async (now) => {
    const row = (await database.knex('service_keys').whereRaw(LIVE, [now]).count({ live: '*' }).first()) as {
      readonly live: number | string;
    };
    return Number(row.live);
  },

  add: (key) => SERVICE_KEYS.insert(database, [key]),

  revoke: async (id, now) =>
    (await database.knex('service_keys').where({ id, revoked_at: null }).update({ revoked_at: now })) === 1,

  alive: (digests, now) => alive(database, digests, now),

  noteUse: async (ids, now, againMs) => {
    await database
      .knex('service_keys')
      .whereIn('id', [...ids])
      .whereRaw('(last_used_at is null or last_used_at <= ?)', [before(now, againMs)])
      .update({ last_used_at: now });
  },
});

const LIVE = 'revoked_at is null and (expires_at is null or expires_at > ?)';

/** One statement for all requests of a moment: this is asked of every caller with a key. */
async function alive(
  database: Database,
  digests: readonly string[],
  now: Instant,
): Promise<(AliveServiceKey | undefined)[]> {
  const sql = `select ${SERVICE_KEYS.selected()} from service_keys
    where digest in (${textsFromJson(database.dialect)}) and ${LIVE}`;
  const rows = await rawRows(database, sql, [JSON.stringify(digests), now]);
  const keys = rows.map((row) => SERVICE_KEYS.fromRow(row));
  const byDigest = new Map(keys.map((key) => [key.digest, aliveOf(key)]));
  return digests.map((digest) => byDigest.get(digest));
}

const aliveOf = ({ id, scopes, expiresAt, lastUsedAt }: ServiceKey): AliveServiceKey => ({
  id,
  scopes,
  expiresAt,
  lastUsedAt,
});
