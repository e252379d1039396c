import type { DomainError } from '../kernel/domain-error.ts';
import { covered, isVisible } from './admission.ts';
import type { PlaybackDeps } from './deps.ts';
import type { PlaybackQuestions } from './face.ts';
import type { Liveness, StreamVerdict } from './liveness.ts';
import { accessLost, gone, refusals } from './refusals.ts';
import { expire, isLive, type Stream } from './stream.ts';

export const openMedia =
  (deps: PlaybackDeps, liveness: Liveness): PlaybackQuestions['openMedia'] =>
  async (token) => {
    const ticket = deps.tickets.read(token);
    if (ticket === 'invalid') throw refusals.ticketInvalid();
    if (deps.clock.now() >= ticket.expiresAt) throw refusals.ticketExpired();
    const verdict = await liveness.verdictOn(ticket.streamId, () => verdictOn(deps, ticket.streamId));
    if (verdict.refusal) throw verdict.refusal;
    const { titleId, form, storageKey, contentType } = ticket;
    // A ticket outlives a change of plan, but not what the new plan covers.
    const maxHeight = Math.min(ticket.maxHeight, verdict.maxHeight);
    return { titleId, form, storageKey, contentType, maxHeight };
  };

const refused = (refusal: DomainError): StreamVerdict => ({ refusal });

/** Whether a stream lives and its viewer still may watch: what makes a stop, a ban or a lapse cut at once. */
async function verdictOn(deps: PlaybackDeps, streamId: string): Promise<StreamVerdict> {
  const stream = await deps.unitOfWork.read(({ streams }) => streams.find(streamId));
  if (!stream) return refused(refusals.expired());
  const now = deps.clock.now();
  if (!isLive(stream, now)) return refused(gone(stream.endedAt === null ? expire(stream) : stream));
  const maxHeight = await heightNow(deps, stream);
  return maxHeight === undefined ? refused(accessLost(now)) : { refusal: null, maxHeight };
}

/** The greatest picture height that a stream's viewer may have now; undefined when they lost the title. */
async function heightNow(
  { titles, standings, policy }: PlaybackDeps,
  stream: Stream,
): Promise<number | undefined> {
  const title = await titles.find(stream.titleId);
  if (!title || !isVisible(title, stream.isPrivileged)) return undefined;
  if (stream.accountId === null) return title.accessLevel === 'free' ? policy.anonymousMaxHeight : undefined;
  const standing = await standings.of(stream.accountId);
  if (!covered(stream, standing, title.accessLevel)) return undefined;
  return stream.isPrivileged ? policy.adminMaxHeight : standing.maxHeight;
}
