import type { Instant } from '../../../../src/kernel/instant.ts';
import type { AliveSession, SessionClaim, SessionStore } from '../../../../src/identity/ports.ts';
import type { Session, SessionToken } from '../../../../src/identity/session.ts';
import { RecordTable, type Row } from '../columns.ts';
import { rawRows } from '../json-rows.ts';
import { keysetPage } from '../pages.ts';
import type { Database } from '../unit-of-work.ts';

const SESSIONS = new RecordTable<Session>('sessions', {
  id: 'text',
  accountId: 'text',
  deviceId: 'text',
  deviceName: 'text',
  address: 'text',
  userAgent: 'text',
  createdAt: 'number',
  lastUsedAt: 'number',
  expiresAt: 'number',
  absoluteExpiresAt: 'number',
  endedAt: 'number',
  endReason: 'text',
  generation: 'number',
  tokenDigest: 'text',
  rotatedAt: 'number',
  version: 'number',
});

const SESSION_TOKENS = new RecordTable<SessionToken>('session_tokens', {
  digest: 'text',
  sessionId: 'text',
  generation: 'number',
});

export const knexSessions = (database: Database): SessionStore => ({
  ...reads(database),
  add: (session) => SESSIONS.insert(database, [session]),
  save: (session) => SESSIONS.update(database, { id: session.id, version: session.version - 1 }, session),
  addToken: (token) => SESSION_TOKENS.insert(database, [token]),

  endAll: async (accountId, { reason, now, exceptId }) => {
    const query = database.knex('sessions').where({ account_id: accountId, ended_at: null });
    if (exceptId !== null) query.whereNot({ id: exceptId });
    const version = database.knex.raw('version + 1');
    const rows = (await query
      .update({ ended_at: now, end_reason: reason, version })
      .returning('id')) as readonly { readonly id: string }[];
    return rows.map(({ id }) => id);
  },

  removeAll: async (accountId) => {
    // Their tokens go with them (on delete cascade).
    await database.knex('sessions').where({ account_id: accountId }).delete();
  },

  purge: (before, limit) => {
    const { knex } = database;
    const over = knex('sessions')
      .select('id')
      .where('ended_at', '<', before)
      .orWhere('expires_at', '<', before)
      .limit(limit);
    return knex('sessions').whereIn('id', over).delete();
  },
});

const reads = (
  database: Database,
): Pick<SessionStore, 'find' | 'findByToken' | 'list' | 'all' | 'knowsDevice' | 'alive'> => ({
  find: (id) => SESSIONS.find(database, { id }),

  findByToken: async (digest) => {
    const token = await SESSION_TOKENS.find(database, { digest });
    const session = token && (await SESSIONS.find(database, { id: token.sessionId }));
    return session && { session, generation: token.generation };
  },

  list: (accountId, request, now) =>
    keysetPage(database, SESSIONS, request, {
      order: { field: 'createdAt', direction: 'desc', kind: 'number' },
      where: (query) => query.where({ account_id: accountId, ended_at: null }).where('expires_at', '>', now),
    }),

  all: async (accountId, limit) => {
    const rows: Row[] = await database
      .knex('sessions')
      .where({ account_id: accountId })
      .orderBy([
        { column: 'created_at', order: 'desc' },
        { column: 'id', order: 'desc' },
      ])
      .limit(limit);
    return rows.map((row) => SESSIONS.fromRow(row));
  },

  knowsDevice: async (accountId, deviceId) => {
    const row: unknown = await database
      .knex('sessions')
      .where({ account_id: accountId, device_id: deviceId })
      .first('id');
    return row !== undefined;
  },

  alive: (claims, now) => alive(database, claims, now),
});

const ALIVE = (ids: string): string => `
  select s.id, s.account_id, a.token_version, a.is_admin
  from sessions s join accounts a on a.id = s.account_id
  where s.id in (select value from ${ids}) and s.ended_at is null and s.expires_at > ?
    and a.suspended_at is null and a.deleted_at is null`;

const ALIVE_BY_DIALECT = {
  sqlite: ALIVE('json_each(?)'),
  postgres: ALIVE('json_array_elements_text(?::json)'),
} as const;

/** One statement for all requests of a moment: this is asked on every authenticated call. */
async function alive(
  database: Database,
  claims: readonly SessionClaim[],
  now: Instant,
): Promise<(AliveSession | undefined)[]> {
  const ids = JSON.stringify(claims.map(({ sessionId }) => sessionId));
  const rows = await rawRows(database, ALIVE_BY_DIALECT[database.dialect], [ids, now]);
  const byId = new Map(rows.map((row) => [row['id'], row]));
  return claims.map(({ sessionId, accountId, tokenVersion }) => {
    const row = byId.get(sessionId);
    const same = row?.['account_id'] === accountId && row['token_version'] === tokenVersion;
    return same ? { isAdmin: Boolean(row['is_admin']) } : undefined;
  });
}
