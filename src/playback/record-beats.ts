import { DomainError } from '../kernel/domain-error.ts';
import { isId } from '../kernel/ids.ts';
import { singly } from '../kernel/together.ts';
import { BeatLedger, pairKey } from './beat-ledger.ts';
import type { PlaybackDeps } from './deps.ts';
import type { Beat, BeatOutcome, PlaybackCommands } from './face.ts';
import type { Liveness } from './liveness.ts';
import type { PairKey, PlaybackStores, Standing, StreamSecrets } from './ports.ts';
import { refusals } from './refusals.ts';
import { leaseOf } from './start-stream.ts';
import type { Stream } from './stream.ts';
import { holds } from './viewer.ts';

/**
 * One transaction for all beats that came together: load, ask the rule for each, write once. What one beat is
 * refused does not concern the others.
 */
export const recordBeats =
  (deps: PlaybackDeps, liveness: Liveness): PlaybackCommands['recordBeats'] =>
  async (beats) => {
    const accountIds = [
      ...new Set(beats.flatMap(({ actor }) => (actor.kind === 'account' ? [actor.accountId] : []))),
    ];
    const standings: ReadonlyMap<string, Standing> =
      accountIds.length === 0 ? new Map() : await deps.standings.many(accountIds);
    const { outcomes, ended } = await deps.unitOfWork.run((stores) =>
      applyBatch(deps, stores, { beats, accountIds, standings }),
    );
    liveness.forget(ended);
    return outcomes;
  };

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

interface Batch {
  readonly beats: readonly Beat[];
  readonly accountIds: readonly string[];
  readonly standings: ReadonlyMap<string, Standing>;
}

async function applyBatch(
  { clock, ids, policy, secrets }: PlaybackDeps,
  { streams, progress, outbox }: PlaybackStores,
  { beats, accountIds, standings }: Batch,
): Promise<{ readonly outcomes: readonly BeatOutcome[]; readonly ended: readonly string[] }> {
  const named = new Set(beats.map(({ streamId }) => streamId).filter(isId));
  const held = await streams.hold({ ids: [...named], accountIds });
  const byId = new Map(held.map((stream) => [stream.id, stream]));
  const moment = { now: clock.now(), policy };
  const ledger = new BeatLedger({
    streams: held,
    progress: await progress.hold(pairsOf(held.filter(({ id }) => named.has(id)))),
    standings,
    ids,
    moment,
  });
  const outcomes = inSeqOrder(beats, (beat) => outcomeOf(ledger, { byId, beat, secrets })).map((outcome) =>
    outcome instanceof DomainError
      ? outcome
      : { lease: leaseOf(outcome, policy), status: outcome.status, positionSeconds: outcome.positionSeconds },
  );
  const changes = ledger.changes();
  await streams.saveAll(changes.streams);
  await progress.saveAll(changes.progress);
  await outbox.add(changes.events);
  return { outcomes, ended: changes.streams.filter(({ endedAt }) => endedAt !== null).map(({ id }) => id) };
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
