import type { Ids } from '../kernel/ids.ts';
import type { Instant } from '../kernel/instant.ts';
import type { DomainEvent } from '../kernel/outbox.ts';
import type { Stream } from './stream.ts';

export const PLAYBACK_EVENTS = [
  'playback.started',
  'playback.stopped',
  'playback.terminated',
  'playback.completed',
  'playback.viewed',
] as const;
type PlaybackEvent = (typeof PLAYBACK_EVENTS)[number];

interface Made {
  readonly ids: Ids;
  readonly now: Instant;
}

/** Something that happened to a stream. Names no device: events stay when their account is erased. */
export const streamEvent = (type: PlaybackEvent, stream: Stream, { ids, now }: Made): DomainEvent => ({
  id: ids.next(),
  type,
  at: now,
  accountId: stream.accountId,
  subjectId: stream.id,
  data: {
    title_id: stream.titleId,
    position_seconds: stream.positionSeconds,
    watched_seconds: stream.watchedSeconds,
    ...(stream.endReason === null ? {} : { terminated_by: { reason: stream.endReason } }),
  },
});

/** A view to be counted in the figures of the title; the subject is what was playing. */
export const viewedEvent = (
  view: { readonly accountId: string | null; readonly titleId: string; readonly subjectId: string },
  { ids, now }: Made,
): DomainEvent => ({
  id: ids.next(),
  type: 'playback.viewed',
  at: now,
  accountId: view.accountId,
  subjectId: view.subjectId,
  data: { title_id: view.titleId },
});
