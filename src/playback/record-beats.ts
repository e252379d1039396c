import { DomainError } from '../kernel/domain-error.ts';
import { Recent } from '../kernel/recent.ts';
import { singly } from '../kernel/together.ts';
import { applyBatch, type Batch } from './apply-beats.ts';
import type { PlaybackDeps } from './deps.ts';
import type { Beat, BeatOutcome, PlaybackCommands } from './face.ts';
import type { Liveness } from './liveness.ts';
import type { PlaybackPolicy } from './policy.ts';
import { leaseOf } from './start-stream.ts';
import { steadyReport, type KnownStream } from './steady-beat.ts';
import type { Stream } from './stream.ts';
import { holds } from './viewer.ts';

/** Streams remembered at the most, some 40 MB: those of 1,600 heartbeats a second. */
const MAX_KNOWN = 50_000;

type KnownStreams = Recent<string, KnownStream>;

/**
 * Records the beats that came together. A steady one is judged by the stream as this process last stored it,
 * without reading it, and the store settles it only if nobody moved the stream since. All others, and those
 * that were not settled, are read and ruled upon in one transaction. What one beat is refused does not concern
 * the others.
 */
export function recordBeats(deps: PlaybackDeps, liveness: Liveness): PlaybackCommands['recordBeats'] {
  const known: KnownStreams = new Recent(MAX_KNOWN);

  return async (beats) => {
    const batch = { beats, standings: await standingsOf(deps, beats) };
    const settled = await settleSteady(deps, known, batch);
    const ruled = await ruleOnRest(
      beats.filter((beat) => !settled.has(beat)),
      batch,
    );
    return beats.map((beat) => resultOf(settled.get(beat) ?? ruled.get(beat), deps.policy));
  };

  async function ruleOnRest(
    rest: readonly Beat[],
    { standings }: Batch,
  ): Promise<ReadonlyMap<Beat, Stream | DomainError | undefined>> {
    if (rest.length === 0) return new Map();
    for (const { streamId } of rest) known.delete(streamId);
    const { outcomes, alive, ended } = await deps.unitOfWork.run((stores) =>
      applyBatch(deps, stores, { beats: rest, standings: ofSpeakers(rest, standings) }),
    );
    for (const each of alive) known.set(each.stream.id, each);
    liveness.forget(ended);
    return new Map(rest.map((beat, index) => [beat, outcomes[index]]));
  }
}

/** One beat, as its caller sees it: gathered with others, and a refusal is thrown. */
export function heartbeat(
  { together = singly }: PlaybackDeps,
  record: PlaybackCommands['recordBeats'],
): PlaybackCommands['heartbeat'] {
  const send = together<Beat, BeatOutcome>(record);
  return async (beat) => {
    const outcome = await send(beat);
    if (outcome instanceof DomainError) throw outcome;
    return outcome;
  };
}

async function standingsOf({ standings }: PlaybackDeps, beats: readonly Beat[]): Promise<Batch['standings']> {
  const accountIds = new Set<string>();
  for (const { actor } of beats) if (actor.kind === 'account') accountIds.add(actor.accountId);
  return accountIds.size === 0 ? new Map() : standings.many([...accountIds]);
}

const ofSpeakers = (beats: readonly Beat[], standings: Batch['standings']): Batch['standings'] =>
  new Map(
    beats.flatMap(({ actor }) => {
      const standing = actor.kind === 'account' ? standings.get(actor.accountId) : undefined;
      return actor.kind === 'account' && standing ? [[actor.accountId, standing] as const] : [];
    }),
  );

/** Settles the beats that are steady by what is known; the streams as settled, by their beats. */
async function settleSteady(
  deps: PlaybackDeps,
  known: KnownStreams,
  batch: Batch,
): Promise<ReadonlyMap<Beat, Stream>> {
  const drafts = steadyDrafts(deps, known, batch);
  if (drafts.size === 0) return drafts;
  const stored = await deps.unitOfWork.single(({ streams }) => streams.settle([...drafts.values()]));
  for (const [beat, stream] of drafts) {
    const before = known.get(stream.id);
    if (before && stored.has(stream.id)) known.set(stream.id, { ...before, stream });
    else drafts.delete(beat);
  }
  return drafts;
}

function steadyDrafts(
  { clock, policy, secrets }: PlaybackDeps,
  known: KnownStreams,
  { beats, standings }: Batch,
): Map<Beat, Stream> {
  const moment = { now: clock.now(), policy };
  const drafts = new Map<Beat, Stream>();
  const speakers = new Map<string, Beat>();
  for (const beat of beats) {
    const before = known.get(beat.streamId);
    if (!before) continue;
    // Of several beats on one stream the order counts, and who may speak: they are ruled upon together.
    const other = speakers.get(beat.streamId);
    speakers.set(beat.streamId, beat);
    if (other) drafts.delete(other);
    if (other || !holds(before.stream, beat, secrets)) continue;
    const { accountId } = before.stream;
    const standing = accountId === null ? undefined : standings.get(accountId);
    if (accountId !== null && !standing) continue;
    const next = steadyReport(before, { reported: beat, standing, moment });
    if (next) drafts.set(beat, next);
  }
  return drafts;
}

function resultOf(outcome: Stream | DomainError | undefined, policy: PlaybackPolicy): BeatOutcome {
  if (outcome === undefined) throw new Error('a beat of the batch has no outcome');
  if (outcome instanceof DomainError) return outcome;
  return {
    lease: leaseOf(outcome, policy),
    status: outcome.status,
    positionSeconds: outcome.positionSeconds,
  };
}
