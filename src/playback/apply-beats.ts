import { DomainError } from '../kernel/domain-error.ts';
import { isId } from '../kernel/ids.ts';
import { BeatLedger, pairKey } from './beat-ledger.ts';
import type { PlaybackDeps } from './deps.ts';
import type { Beat } from './face.ts';
import type { PairKey, PlaybackStores, Standing, StreamSecrets } from './ports.ts';
import { refusals } from './refusals.ts';
import { knownStream, type KnownStream } from './steady-beat.ts';
import type { Stream } from './stream.ts';
import { holds } from './viewer.ts';

export interface Batch {
  readonly beats: readonly Beat[];
  /** Of every account that speaks in the batch. */
  readonly standings: ReadonlyMap<string, Standing>;
}

export interface Applied {
  /** In the order of the beats. */
  readonly outcomes: readonly (Stream | DomainError)[];
  /** The streams that took a report and live, as stored now. */
  readonly alive: readonly KnownStream[];
  readonly ended: readonly string[];
}

/** Applies every rule to a batch: loads all that the beats concern, asks for each, writes once. */
export async function applyBatch(
  { clock, ids, policy, secrets }: PlaybackDeps,
  { streams, progress, outbox }: PlaybackStores,
  { beats, standings }: Batch,
): Promise<Applied> {
  const named = new Set(beats.map(({ streamId }) => streamId).filter(isId));
  const held = await streams.hold({ ids: [...named], accountIds: [...standings.keys()] });
  const byId = new Map(held.map((stream) => [stream.id, stream]));
  const pairs = await progress.hold(pairsOf(held.filter(({ id }) => named.has(id))));
  const moment = { now: clock.now(), policy };
  const ledger = new BeatLedger({ streams: held, progress: pairs, standings, ids, moment });
  const outcomes = inSeqOrder(beats, (beat) => outcomeOf(ledger, { byId, beat, secrets }));
  const changes = ledger.changes();
  await streams.saveAll(changes.streams);
  await progress.saveAll(changes.progress);
  await outbox.add(changes.events);
  const stored = new Map([...held, ...changes.streams].map((stream) => [stream.id, stream]));
  const progressOf = new Map([...pairs, ...changes.progress].map((row) => [pairKey(row), row]));
  const known = (stream: Stream): KnownStream => {
    const { accountId, titleId } = stream;
    if (accountId === null) return knownStream(stream, undefined, undefined);
    return knownStream(stream, progressOf.get(pairKey({ accountId, titleId })), standings.get(accountId));
  };
  return {
    outcomes,
    alive: outcomes.flatMap((outcome) => {
      const stream = outcome instanceof DomainError ? undefined : stored.get(outcome.id);
      return stream?.endedAt === null ? [known(stream)] : [];
    }),
    ended: changes.streams.filter(({ endedAt }) => endedAt !== null).map(({ id }) => id),
  };
}

/** The pairs of account and title that these streams may move. */
export function pairsOf(streams: readonly Stream[]): readonly PairKey[] {
  const pairs = new Map<string, PairKey>();
  for (const { accountId, titleId } of streams)
    if (accountId !== null) pairs.set(pairKey({ accountId, titleId }), { accountId, titleId });
  return [...pairs.values()];
}

interface BeatOn {
  readonly byId: ReadonlyMap<string, Stream>;
  readonly beat: Beat;
  readonly secrets: StreamSecrets;
}

function outcomeOf(ledger: BeatLedger, { byId, beat, secrets }: BeatOn): Stream | DomainError {
  if (beat.actor.kind !== 'account' && beat.token === null) return refusals.signInRequired();
  const stream = byId.get(beat.streamId);
  if (!stream || !holds(stream, beat, secrets)) return refusals.notFound();
  return ledger.apply(beat.streamId, beat);
}

/**
 * Applies the beats in their order of arrival, but those of one stream by `seq`, so that two that overtook one
 * another on their way both count. Outcomes in the order of arrival.
 */
function inSeqOrder<O>(beats: readonly Beat[], apply: (beat: Beat) => O): readonly O[] {
  const waiting = new Map<string, number[]>();
  beats.forEach(({ streamId }, index) => {
    const own = waiting.get(streamId) ?? [];
    own.push(index);
    waiting.set(streamId, own);
  });
  for (const own of waiting.values())
    own.sort((a, b) => (beats[a]?.seq ?? 0) - (beats[b]?.seq ?? 0) || a - b);
  const outcomes = new Map<number, O>();
  for (const { streamId } of beats) {
    const index = waiting.get(streamId)?.shift();
    const beat = index === undefined ? undefined : beats[index];
    if (index !== undefined && beat) outcomes.set(index, apply(beat));
  }
  return beats.map((_, index) => outcomes.get(index) as O);
}
