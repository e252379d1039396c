import type { IdentityDeps } from './deps.ts';
import type { AliveSession, SessionClaim } from './ports.ts';

export interface LiveSessions {
  /**
   * Which of these access tokens still have a living session and the account's present token version, in
   * order, by one read. For the edge, which asks for all requests of a moment together.
   */
  sessionsAlive(claims: readonly SessionClaim[]): Promise<readonly (AliveSession | undefined)[]>;
}

export const liveSessions = ({ unitOfWork, systemClock }: IdentityDeps): LiveSessions => ({
  sessionsAlive: (claims) => unitOfWork.read(({ sessions }) => sessions.alive(claims, systemClock.now())),
});
