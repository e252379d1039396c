import { DomainError } from '../kernel/domain-error.ts';
import type { Ids } from '../kernel/ids.ts';
import type { DomainEvent } from '../kernel/outbox.ts';
import { enforced } from './enforcement.ts';
import { streamEvent, viewedEvent } from './events.ts';
import { isView } from './marks.ts';
import type { PairKey, Standing } from './ports.ts';
import { followStream, mayCountView, newProgress, revisedProgress, type Progress } from './progress.ts';
import { gone } from './refusals.ts';
import { isLive, report, revised, type Moment, type Report, type Stream } from './stream.ts';

export const pairKey = ({ accountId, titleId }: PairKey): string => `${accountId} ${titleId}`;

export interface LedgerInput {
  readonly streams: readonly Stream[];
  readonly progress: readonly Progress[];
  readonly standings: ReadonlyMap<string, Standing>;
  readonly ids: Ids;
  readonly moment: Moment;
}

export interface LedgerChanges {
  readonly streams: readonly Stream[];
  readonly progress: readonly Progress[];
  readonly events: readonly DomainEvent[];
}

/**
 * What one unit of work knows of the streams it holds, and what it will have to store: the draft on which the
 * pure rules of a whole batch are applied one after another. Standings are enforced when it is opened, so
 * silence, lost access and a lowered limit end streams before anything is reported to them.
 */
export class BeatLedger {
  readonly #input: LedgerInput;
  readonly #streams: Map<string, Stream>;
  readonly #progress: Map<string, Progress>;
  readonly #events: DomainEvent[] = [];

  constructor(input: LedgerInput) {
    this.#input = input;
    this.#streams = new Map(input.streams.map((stream) => [stream.id, stream]));
    this.#progress = new Map(input.progress.map((row) => [pairKey(row), row]));
    for (const stream of enforced(input.streams, input.standings, input.moment.now)) {
      this.put(stream);
      if (stream.status === 'terminated') this.#tell('playback.terminated', stream);
    }
  }

  /** The stream as it is now if it lives; a dead one gives what it is told. */
  live(streamId: string): Stream | DomainError {
    const stream = this.#streams.get(streamId);
    if (!stream) throw new Error(`stream ${streamId} is not in the ledger`);
    return isLive(stream, this.#input.moment.now) ? stream : gone(stream);
  }

  /** Applies one report to a live stream; a dead one gives what it is told. */
  apply(streamId: string, reported: Report): Stream | DomainError {
    const before = this.live(streamId);
    if (before instanceof DomainError) return before;
    const after = report(before, reported, this.#input.moment);
    if (after === before) return before;
    const next = this.#follow(after);
    if (before.completedAt === null && next.completedAt !== null) this.#tell('playback.completed', next);
    this.put(next);
    return next;
  }

  put(stream: Stream): void {
    this.#streams.set(stream.id, stream);
  }

  /** The rows to store, each one version on, and the events to tell. */
  changes(): LedgerChanges {
    const { streams, progress } = this.#input;
    const storedStreams = new Map(streams.map((stream) => [stream.id, stream]));
    const storedProgress = new Map(progress.map((row) => [pairKey(row), row]));
    return {
      streams: [...this.#streams].flatMap(([id, next]) => {
        const stored = storedStreams.get(id);
        return stored === undefined || stored === next ? [] : [revised(stored, next)];
      }),
      progress: [...this.#progress].flatMap(([key, next]) => {
        const stored = storedProgress.get(key);
        return stored === next ? [] : [revisedProgress(stored ?? { ...next, version: 0 }, next)];
      }),
      events: this.#events,
    };
  }

  /** Moves the account's progress behind a report, and counts the view if one is due. */
  #follow(stream: Stream): Stream {
    const { moment, ids } = this.#input;
    const { now, policy } = moment;
    const { accountId, titleId, id: subjectId } = stream;
    const isDue = stream.viewedAt === null && isView(stream.watchedSeconds, stream, policy);
    const before = accountId === null ? undefined : this.#progressOf(stream, accountId);
    const counts = isDue && (before === undefined || mayCountView(before, moment));
    if (counts) this.#events.push(viewedEvent({ accountId, titleId, subjectId }, { ids, now }));
    if (before) {
      const moved = followStream(before, stream, moment);
      const next = counts ? { ...moved, viewedAt: now } : moved;
      if (next !== before) this.#progress.set(pairKey(before), next);
    }
    return isDue ? { ...stream, viewedAt: now } : stream;
  }

  #progressOf({ titleId, durationSeconds, creditsStartSeconds }: Stream, accountId: string): Progress {
    const { ids, moment } = this.#input;
    const known = this.#progress.get(pairKey({ accountId, titleId }));
    if (known) return known;
    return newProgress(
      { id: ids.next(), accountId, titleId, durationSeconds, creditsStartSeconds },
      moment.now,
    );
  }

  #tell(type: Parameters<typeof streamEvent>[0], stream: Stream): void {
    const { ids, moment } = this.#input;
    this.#events.push(streamEvent(type, stream, { ids, now: moment.now }));
  }
}
