import { archiveHistory } from './archive-history.ts';
import type { PlaybackDeps } from './deps.ts';
import { endStreamsOf } from './end-streams.ts';
import { eraseAccount } from './erase-account.ts';
import type { Playback } from './face.ts';
import { history } from './history.ts';
import { createLiveness } from './liveness.ts';
import { logWatch } from './log-watch.ts';
import { openMedia } from './open-media.ts';
import { liveStreams, reapSilent } from './reap-silent.ts';
import { heartbeat, recordBeats } from './record-beats.ts';
import { dismiss, shelves } from './shelves.ts';
import { startStream } from './start-stream.ts';
import { stopStream } from './stop-stream.ts';

export type { PlaybackDeps } from './deps.ts';
export type {
  Beat,
  BeatOutcome,
  BeatResult,
  Lease,
  OpenMedia,
  Playback,
  ShelfItem,
  Started,
  StartedMedia,
  StartRequest,
  StopRequest,
  Viewer,
  WatchRequest,
} from './face.ts';
export type { ArchiveFiles, ArchivePlace } from './history-ports.ts';
export { playbackPolicy, type PlaybackPolicy } from './policy.ts';
export type {
  MediaForm,
  PlayableMedia,
  PlayableTitle,
  PlaybackRight,
  PlaybackStores,
  ProviderPlayback,
  Standing,
  Standings,
  StreamSecrets,
  Ticket,
  Tickets,
  Titles,
} from './ports.ts';
export type { WatchState } from './progress.ts';
export { withinHeight } from './within-height.ts';
export { refusals as playbackRefusals } from './refusals.ts';
export type { Stream } from './stream.ts';
export { STREAM_STATUSES, streamLifecycle, type StreamStatus } from './stream-lifecycle.ts';
export type { Viewing } from './viewing.ts';

export function createPlayback(deps: PlaybackDeps): Playback {
  const liveness = createLiveness(deps.clock, deps.policy.mediaCheckSeconds);
  const record = recordBeats(deps, liveness);
  const endStreams = endStreamsOf(deps, liveness);
  return {
    start: startStream(deps, liveness),
    recordBeats: record,
    heartbeat: heartbeat(deps, record),
    stop: stopStream(deps, liveness),
    endStreamsOf: endStreams,
    eraseAccount: eraseAccount(deps, endStreams),
    logWatch: logWatch(deps),
    dismiss: dismiss(deps),
    reapSilent: reapSilent(deps),
    archiveHistory: archiveHistory(deps),
    live: liveStreams(deps),
    openMedia: openMedia(deps, liveness),
    ...shelves(deps),
    history: history(deps),
    nextDueAt: (until) => deps.unitOfWork.read(({ streams }) => streams.nextSilentAt(until)),
  };
}
