import { group } from '../persistence/group.ts';
import { Remembered } from './remembered.ts';

/** What an access token says of its bearer. */
export interface AccessClaims {
  readonly accountId: string;
  readonly sessionId: string;
  readonly tokenVersion: number;
}

/** What is true of a living session now. */
export interface LiveSession {
  readonly isAdmin: boolean;
}

/** Asks the owner of sessions. One call for all that arrived together; answers in the order of the claims. */
export interface SessionCheck {
  aliveAll(claims: readonly AccessClaims[]): Promise<readonly (LiveSession | undefined)[]>;
}

export interface LiveSessions {
  /** The session, if it still lives; an answer may be as old as `keepMs`, and is then given at once. */
  alive(claims: AccessClaims): LiveSession | undefined | Promise<LiveSession | undefined>;
  /** Has the next question about this session asked anew: it ended, or its account changed, just now. */
  forget(sessionId: string): void;
}

interface Answer {
  readonly session: LiveSession | undefined;
  readonly tokenVersion: number;
  readonly until: number;
}

/** Sessions remembered at most; each costs some 200 bytes. */
const CAPACITY = 20_000;

/**
 * The session check in front of every authenticated request: kept for at most `keepMs` (rules: 5 s), and
 * asked for all that miss in one turn of the event loop together.
 */
export function liveSessions(check: SessionCheck, keepMs = 5_000): LiveSessions {
  const answers = new Remembered<Answer>(CAPACITY);
  const ask = group<AccessClaims, LiveSession | undefined>((claims) => check.aliveAll(claims));
  const asking = new Map<string, Promise<LiveSession | undefined>>();
  let forgotten = 0;

  const askAnew = async (claims: AccessClaims): Promise<LiveSession | undefined> => {
    const before = forgotten;
    const askedAt = performance.now();
    const session = await ask(claims);
    // An answer that was under way when a session was forgotten may be older than what made it so.
    if (before === forgotten) {
      const { sessionId, tokenVersion } = claims;
      answers.set(sessionId, { session, tokenVersion, until: askedAt + keepMs });
    }
    return session;
  };

  return {
    alive: (claims) => {
      const known = answers.get(claims.sessionId);
      if (known && known.tokenVersion === claims.tokenVersion && performance.now() < known.until) {
        return known.session;
      }
      const key = `${claims.sessionId}:${claims.tokenVersion}`;
      const underWay = asking.get(key);
      if (underWay) return underWay;
      const asked = askAnew(claims).finally(() => {
        if (asking.get(key) === asked) asking.delete(key);
      });
      asking.set(key, asked);
      return asked;
    },
    forget: (sessionId) => {
      forgotten += 1;
      answers.delete(sessionId);
      asking.clear();
    },
  };
}
