import type { DenialReason } from '../kernel/access-level.ts';
import { refusal, type DomainError } from '../kernel/domain-error.ts';
import { notFound } from '../kernel/not-found.ts';
import { toRfc3339, type Instant } from '../kernel/instant.ts';
import type { Stream } from './stream.ts';

export const refusals = {
  notFound,
  badMonth: refusal('invalid', 'request.invalid', 'The month must be a calendar month, such as 2026-01.'),
  signInRequired: refusal(
    'unauthenticated',
    'playback.sign-in-required',
    'Sign in to watch this; without an account only free titles play.',
    () => ({ reason: 'sign_in_required' satisfies DenialReason }),
  ),
  tierTooLow: refusal(
    'forbidden',
    'playback.tier-too-low',
    'Your subscription does not cover this title.',
    (reason: DenialReason) => ({ reason }),
  ),
  mediaNotReady: refusal(
    'conflict',
    'playback.media-not-ready',
    'This title has no media that can be played yet.',
  ),
  streamLimitReached: refusal(
    'conflict',
    'playback.stream-limit-reached',
    'Every seat of your plan is taken. End one of the active streams and start again.',
    (limit: number, active: readonly Stream[]) => ({ limit, active: active.map(activeMember) }),
  ),
  terminated: refusal(
    'gone',
    'playback.terminated',
    'This stream was ended from elsewhere.',
    ({ endReason, endedByDevice, endedAt }: Pick<Stream, 'endReason' | 'endedByDevice' | 'endedAt'>) => ({
      terminated_by: { reason: endReason, device_name: endedByDevice },
      terminated_at: endedAt === null ? null : toRfc3339(endedAt),
    }),
  ),
  expired: refusal('gone', 'playback.session-expired', 'This stream was silent or paused for too long.'),
  stopped: refusal('gone', 'playback.session-stopped', 'This stream was stopped.'),
  ticketInvalid: refusal('forbidden', 'media.ticket-invalid', 'This is not a ticket for this media.'),
  renditionNotCovered: refusal(
    'forbidden',
    'media.rendition-not-covered',
    'This rendition is larger than what your subscription covers.',
    (maxHeight: number) => ({ max_height: maxHeight }),
  ),
  ticketExpired: refusal('forbidden', 'media.ticket-expired', 'This ticket has run out. Start a new stream.'),
};

const activeMember = (stream: Stream): Readonly<Record<string, unknown>> => ({
  device_name: stream.deviceName,
  title: stream.title,
  started_at: toRfc3339(stream.startedAt),
  last_seen_at: toRfc3339(stream.lastSeenAt),
  termination_code: stream.terminationCode,
});

/** What a dead stream is told. */
export function gone(stream: Stream): DomainError {
  if (stream.status === 'terminated') return refusals.terminated(stream);
  if (stream.status === 'stopped' || stream.status === 'completed') return refusals.stopped();
  return refusals.expired();
}

/** What a stream is told whose viewer lost the right to its title while it ran. */
export const accessLost = (now: Instant): DomainError =>
  refusals.terminated({ endReason: 'access_lost', endedByDevice: null, endedAt: now });
