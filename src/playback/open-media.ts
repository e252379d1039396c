import type { DomainError } from '../kernel/domain-error.ts';
import { covered, isVisible } from './admission.ts';
import type { PlaybackDeps } from './deps.ts';
import type { PlaybackQuestions } from './face.ts';
import type { Liveness } from './liveness.ts';
import { accessLost, gone, refusals } from './refusals.ts';
import { expire, isLive, type Stream } from './stream.ts';

export const openMedia =
  (deps: PlaybackDeps, liveness: Liveness): PlaybackQuestions['openMedia'] =>
  async (token) => {
    const ticket = deps.tickets.read(token);
    if (ticket === 'invalid') throw refusals.ticketInvalid();
    if (deps.clock.now() >= ticket.expiresAt) throw refusals.ticketExpired();
    const refused = await liveness.verdictOn(ticket.streamId, () => verdictOn(deps, ticket.streamId));
    if (refused) throw refused;
    const { titleId, storageKey, contentType, maxHeight } = ticket;
    return { titleId, storageKey, contentType, maxHeight };
  };

/** Whether a stream lives and its viewer still may watch: what makes a stop, a ban or a lapse cut at once. */
async function verdictOn(deps: PlaybackDeps, streamId: string): Promise<DomainError | undefined> {
  const stream = await deps.unitOfWork.read(({ streams }) => streams.find(streamId));
  if (!stream) return refusals.expired();
  const now = deps.clock.now();
  if (!isLive(stream, now)) return gone(stream.endedAt === null ? expire(stream) : stream);
  return (await mayWatch(deps, stream)) ? undefined : accessLost(now);
}

async function mayWatch({ titles, standings }: PlaybackDeps, stream: Stream): Promise<boolean> {
  const title = await titles.find(stream.titleId);
  if (!title || !isVisible(title, stream.isPrivileged)) return false;
  if (stream.accountId === null) return title.accessLevel === 'free';
  return covered(stream, await standings.of(stream.accountId), title.accessLevel);
}
