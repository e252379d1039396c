import type { AccountActor, Actor } from '../kernel/actor.ts';
import type { Page, PageRequest } from '../kernel/page.ts';
import type { Account } from './account.ts';
import type { IdentityDeps } from './deps.ts';
import { ANONYMOUS, audited, happened } from './events.ts';
import { loggedIn, type LoggedIn } from './log-in.ts';
import type { IdentityStores } from './ports.ts';
import { refusals } from './refusals.ts';
import {
  ended,
  isLive,
  refreshVerdict,
  rotated,
  tokenOf,
  type EndReason,
  type Origin,
  type Session,
} from './session.ts';

export interface SessionCommands {
  /**
   * Trades a refresh token for its successor. A token that was traded before answers with the same successor
   * for a few seconds; later, or if it is older than that, the session ends. Refuses with
   * `identity.refresh-invalid`.
   */
  refreshSession(given: { readonly refresh: string } & Origin): Promise<LoggedIn>;
  /** Ends the actor's session, and the one that `refresh` belongs to when that is the same account's. */
  logOut(given: {
    readonly actor: AccountActor;
    readonly refresh: string | null;
    readonly address: string;
  }): Promise<void>;
  /** Ends one session of the actor; anybody else's is not found, like one that does not exist. */
  endSession(given: {
    readonly actor: AccountActor;
    readonly id: string;
    readonly address: string;
  }): Promise<void>;
  /** The live sessions of the actor, newest first. */
  listSessions(actor: AccountActor, request: PageRequest): Promise<Page<Session>>;
  findSession(actor: AccountActor, id: string): Promise<Session>;
}

interface Refreshed {
  readonly account: Account;
  readonly session: Session;
  readonly refresh: string;
}

export const sessionCommands = (deps: IdentityDeps): SessionCommands => ({
  refreshSession: async ({ refresh, address }) => {
    const offered = {
      digest: deps.refreshTokens.digest(refresh),
      successors: deps.refreshTokens.successors(refresh),
      address,
    };
    // A reuse is answered after its unit of work: the refusal must not undo the end of the session.
    const outcome = await deps.unitOfWork.run((stores) => refreshed(stores, deps, offered));
    if (outcome && 'endedId' in outcome) deps.sessionMemory?.forget([outcome.endedId]);
    if (!outcome || 'endedId' in outcome) throw refusals.refreshInvalid();
    return loggedIn(deps, outcome, outcome.refresh);
  },

  logOut: async ({ actor, refresh, address }) => {
    const digest = refresh === null ? null : deps.refreshTokens.digest(refresh);
    const endedIds = await deps.unitOfWork.run(async (stores) => {
      const own = await stores.sessions.find(actor.sessionId);
      const named = digest === null ? undefined : (await stores.sessions.findByToken(digest))?.session;
      const open = (named && named.id !== own?.id ? [own, named] : [own]).filter(
        (session) => session?.accountId === actor.accountId && session.endedAt === null,
      );
      for (const session of open)
        if (session) await endOne(stores, deps, { session, reason: 'log-out', actor, address });
      return open.flatMap((session) => session?.id ?? []);
    });
    deps.sessionMemory?.forget(endedIds);
  },

  endSession: async ({ actor, id, address }) => {
    await deps.unitOfWork.run(async (stores) => {
      const session = await ownLive(stores, deps, actor, id);
      await endOne(stores, deps, { session, reason: 'ended-by-owner', actor, address });
    });
    deps.sessionMemory?.forget([id]);
  },

  listSessions: (actor, request) =>
    deps.unitOfWork.read(({ sessions }) => sessions.list(actor.accountId, request, deps.systemClock.now())),

  findSession: (actor, id) => deps.unitOfWork.read((stores) => ownLive(stores, deps, actor, id)),
});

async function ownLive(
  { sessions }: IdentityStores,
  { systemClock }: IdentityDeps,
  actor: AccountActor,
  id: string,
): Promise<Session> {
  const session = await sessions.find(id);
  if (session?.accountId !== actor.accountId || !isLive(session, systemClock.now()))
    throw refusals.notFound();
  return session;
}

interface Offered {
  readonly digest: string;
  readonly successors: readonly [string, ...string[]];
  readonly address: string;
}

async function refreshed(
  stores: IdentityStores,
  deps: IdentityDeps,
  { digest, successors, address }: Offered,
): Promise<Refreshed | { readonly endedId: string } | undefined> {
  const found = await stores.sessions.findByToken(digest);
  const account = found && (await stores.accounts.find(found.session.accountId));
  if (!account || account.suspendedAt !== null || account.deletedAt !== null) return undefined;
  const { session, generation } = found;
  const now = deps.systemClock.now();
  switch (refreshVerdict(session, generation, now, deps.policy)) {
    case 'dead':
      return undefined;
    case 'rotate': {
      const [refresh] = successors;
      const next = rotated(session, deps.refreshTokens.digest(refresh), now, deps.policy);
      await stores.sessions.save(next);
      await stores.sessions.addToken(tokenOf(next));
      return { account, session: next, refresh };
    }
    case 'repeat': {
      // The server's key may have been rotated in between: the successor given then is the one that fits.
      const refresh = successors.find((each) => deps.refreshTokens.digest(each) === session.tokenDigest);
      return refresh === undefined ? undefined : { account, session, refresh };
    }
    case 'reuse':
      await endOne(stores, deps, { session, reason: 'reuse', actor: ANONYMOUS, address });
      return { endedId: session.id };
  }
}

async function endOne(
  stores: IdentityStores,
  deps: IdentityDeps,
  given: {
    readonly session: Session;
    readonly reason: EndReason;
    readonly actor: Actor;
    readonly address: string;
  },
): Promise<void> {
  const { session, reason, actor, address } = given;
  const { accountId } = session;
  const reuse = reason === 'reuse';
  await stores.sessions.save(ended(session, reason, deps.systemClock.now()));
  await stores.outbox.add([
    happened(deps, reuse ? 'identity.session-reuse-detected' : 'identity.session-ended', accountId, {
      sessionId: session.id,
      reason,
    }),
  ]);
  const action = reuse ? 'session.reuse-detected' : 'session.ended';
  await stores.audit.add([
    audited(deps, { actor, action, accountId, object: `session:${session.id}`, address }),
  ]);
}

/** Ends all sessions of an account, except one, inside the caller's unit of work; the ids of those ended. */
export async function endAllSessions(
  stores: IdentityStores,
  deps: IdentityDeps,
  given: { readonly accountId: string; readonly reason: EndReason; readonly exceptId: string | null },
): Promise<readonly string[]> {
  const { accountId, reason, exceptId } = given;
  const ids = await stores.sessions.endAll(accountId, { reason, exceptId, now: deps.systemClock.now() });
  if (ids.length > 0) {
    const data = { reason, exceptId, count: ids.length };
    await stores.outbox.add([happened(deps, 'identity.sessions-ended', accountId, data)]);
  }
  return ids;
}
