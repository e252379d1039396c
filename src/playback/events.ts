import type { Ids } from '../kernel/ids.ts';
import type { Instant } from '../kernel/instant.ts';
import type { DomainEvent } from '../kernel/outbox.ts';
import type { Stream } from './stream.ts';

type PlaybackEvent =
  'playback.started' | 'playback.stopped' | 'playback.terminated' | 'playback.completed' | 'playback.viewed';

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
    titleId: stream.titleId,
    positionSeconds: stream.positionSeconds,
    watchedSeconds: stream.watchedSeconds,
    endReason: stream.endReason,
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
  data: { titleId: view.titleId },
});
