import { askedLately } from './asked-lately.ts';

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

/** The session check in front of every authenticated request: kept for at most `keepMs` (rules: 5 s). */
export function liveSessions(check: SessionCheck, keepMs = 5_000): LiveSessions {
  const asked = askedLately<AccessClaims, LiveSession | undefined>({
    ask: (claims) => check.aliveAll(claims),
    subjectOf: ({ sessionId }) => sessionId,
    versionOf: ({ tokenVersion }) => tokenVersion,
    keepMs,
  });
  return { alive: (claims) => asked.of(claims), forget: (sessionId) => asked.forget(sessionId) };
}
