import { decodeCursor, pageOf } from '../../../../src/kernel/page.ts';
import { isLive } from '../../../../src/identity/session.ts';
import type { Session, SessionToken } from '../../../../src/identity/session.ts';
import type { SessionStore } from '../../../../src/identity/ports.ts';
import type { DraftTable, TableDefinition } from '../table.ts';
import type { MemoryTransaction } from '../unit-of-work.ts';
import { ACCOUNTS } from './identity.ts';

const SESSIONS: TableDefinition<Session> = { name: 'sessions', key: (session) => session.id };
const SESSION_TOKENS: TableDefinition<SessionToken> = {
  name: 'session_tokens',
  key: (token) => token.digest,
};

const newestFirst = (a: Session, b: Session): number => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1);

export function memorySessions({ table }: MemoryTransaction): SessionStore {
  const sessions = table(SESSIONS);
  const tokens = table(SESSION_TOKENS);
  const accounts = table(ACCOUNTS);
  return {
    find: async (id) => sessions.get(id),
    findByToken: async (digest) => {
      const token = tokens.get(digest);
      const session = token && sessions.get(token.sessionId);
      return session && { session, generation: token.generation };
    },
    list: async (accountId, { limit, cursor }, now) => {
      const from = cursor === undefined ? undefined : decodeCursor(cursor, 'number');
      const rows = sessions
        .where((session) => session.accountId === accountId && isLive(session, now))
        .sort(newestFirst)
        .filter(
          ({ createdAt, id }) =>
            !from || createdAt < Number(from.value) || (createdAt === from.value && id < from.id),
        );
      return pageOf(rows.slice(0, limit + 1), limit, ({ createdAt, id }) => ({ value: createdAt, id }));
    },
    all: async (accountId, limit) =>
      sessions
        .where((session) => session.accountId === accountId)
        .sort(newestFirst)
        .slice(0, limit),
    knowsDevice: async (accountId, deviceId) =>
      sessions.where((session) => session.accountId === accountId && session.deviceId === deviceId).length >
      0,
    add: async (session) => sessions.insert(session),
    save: async (session) => sessions.update(session, (stored) => stored.version === session.version - 1),
    addToken: async (token) => tokens.insert(token),
    endAll: async (accountId, { reason, now, exceptId }) => {
      const open = sessions.where(
        (session) => session.accountId === accountId && session.endedAt === null && session.id !== exceptId,
      );
      for (const session of open)
        sessions.update({ ...session, endedAt: now, endReason: reason, version: session.version + 1 });
      return open.map(({ id }) => id);
    },
    removeAll: async (accountId) =>
      forget(
        { sessions, tokens },
        sessions.where((session) => session.accountId === accountId),
      ),
    alive: async (claims, now) =>
      claims.map(({ sessionId, accountId, tokenVersion }) => {
        const session = sessions.get(sessionId);
        const account = accounts.get(accountId);
        if (!session || !account || session.accountId !== accountId || !isLive(session, now))
          return undefined;
        const open = account.suspendedAt === null && account.deletedAt === null;
        return open && account.tokenVersion === tokenVersion ? { isAdmin: account.isAdmin } : undefined;
      }),
    purge: async (before, limit) => {
      const over = sessions
        .where(({ endedAt, expiresAt }) => (endedAt !== null && endedAt < before) || expiresAt < before)
        .slice(0, limit);
      forget({ sessions, tokens }, over);
      return over.length;
    },
  };
}

interface SessionTables {
  readonly sessions: DraftTable<Session>;
  readonly tokens: DraftTable<SessionToken>;
}

function forget({ sessions, tokens }: SessionTables, gone: readonly Session[]): void {
  const ids = new Set(gone.map(({ id }) => id));
  for (const id of ids) sessions.delete(id);
  for (const { digest } of tokens.where(({ sessionId }) => ids.has(sessionId))) tokens.delete(digest);
}
