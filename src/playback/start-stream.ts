import { SECOND } from '../kernel/instant.ts';
import { admit, type Admission } from './admission.ts';
import type { PlaybackDeps } from './deps.ts';
import { streamEvent } from './events.ts';

import type { Lease, PlaybackCommands, StartRequest, Started, StartedMedia } from './face.ts';
import type { Liveness } from './liveness.ts';
import { resumePosition } from './marks.ts';
import type { PlaybackPolicy } from './policy.ts';
import type { PlayableMedia, PlaybackStores } from './ports.ts';
import { revisedProgress } from './progress.ts';
import { refusals } from './refusals.ts';
import { planSeat } from './seats.ts';
import { beginStream, ticketEnd, type NewStream, type Stream } from './stream.ts';

/** Whoever starts or ends streams of an account does so one after another. */
export const seatsOf = (accountId: string): string => `streams ${accountId}`;

/** A seat's lease; viewers without an account have none. */
export const leaseOf = (stream: Stream, policy: PlaybackPolicy): Lease | null =>
  stream.accountId === null
    ? null
    : { expiresAt: stream.aliveUntil, heartbeatSeconds: policy.heartbeatSeconds };

export const startStream =
  (deps: PlaybackDeps, liveness: Liveness): PlaybackCommands['start'] =>
  async (request) => {
    const admission = await admit(deps, request.actor, request.titleId);
    const { media } = admission.title;
    if (!media || !isReachable(deps, media)) throw refusals.mediaNotReady();
    const secret = admission.accountId === null ? deps.secrets.issue() : null;
    const draft = draftOf(deps, { request, admission, secretHash: secret?.hash ?? null });
    const { stream, ended } = await deps.unitOfWork.run((stores) =>
      takeSeat(deps, stores, { draft, request, maxDevices: admission.maxDevices }),
    );
    liveness.forget(ended.map(({ id }) => id));
    return {
      stream,
      media: await admittance(deps, media, { stream, maxHeight: admission.maxHeight }),
      maxHeight: admission.maxHeight,
      resumePositionSeconds: stream.positionSeconds,
      lease: leaseOf(stream, deps.policy),
      sessionToken: secret?.secret ?? null,
    } satisfies Started;
  };

/** Media of a provider that is no longer the chosen one cannot be signed for. */
const isReachable = ({ providerPlayback }: PlaybackDeps, media: PlayableMedia): boolean =>
  media.form !== 'remote' || providerPlayback?.provider === media.provider;

interface Admitted {
  readonly stream: Stream;
  readonly maxHeight: number;
}

async function admittance(
  { tickets, providerPlayback, policy }: PlaybackDeps,
  media: PlayableMedia,
  { stream, maxHeight }: Admitted,
): Promise<StartedMedia> {
  const { id: streamId, titleId, durationSeconds, startedAt } = stream;
  const expiresAt = ticketEnd(durationSeconds, { now: startedAt, policy });
  if (media.form !== 'remote') {
    const { form, storageKey, contentType } = media;
    const ticket = { streamId, titleId, form, storageKey, contentType, maxHeight, expiresAt };
    return { form, ticket: tickets.issue(ticket) };
  }
  if (!providerPlayback) throw refusals.mediaNotReady();
  const { playbackId } = media;
  // So long from now, and not until then: the provider's clock is the world's, and ours may be a virtual one.
  const forSeconds = Math.floor((expiresAt - startedAt) / SECOND);
  return { form: 'remote', url: await providerPlayback.urlOf({ playbackId, maxHeight, forSeconds }) };
}

interface Drafted {
  readonly request: StartRequest;
  readonly admission: Admission;
  readonly secretHash: string | null;
}

function draftOf({ ids }: PlaybackDeps, { request, admission, secretHash }: Drafted): NewStream {
  const { title, accountId, isPrivileged } = admission;
  return {
    id: ids.next(),
    accountId,
    secretHash,
    deviceId: request.deviceId,
    deviceName: request.deviceName ?? request.deviceId,
    titleId: title.id,
    title: title.title,
    accessLevel: title.accessLevel,
    isPrivileged,
    terminationCode: ids.next(),
    positionSeconds: 0,
    durationSeconds: title.durationSeconds,
    creditsStartSeconds: title.creditsStartSeconds,
  };
}

interface Seating {
  readonly draft: NewStream;
  readonly request: StartRequest;
  readonly maxDevices: number;
}

interface Seated {
  readonly stream: Stream;
  readonly ended: readonly Stream[];
}

async function takeSeat(deps: PlaybackDeps, stores: PlaybackStores, seating: Seating): Promise<Seated> {
  const { ids, policy } = deps;
  const { accountId } = seating.draft;
  const ended = accountId === null ? [] : await makeRoom(deps, stores, { ...seating, accountId });
  // Behind the lock, so that one who waited for the seat does not begin with a lease already spent.
  const now = deps.clock.now();
  const positionSeconds =
    accountId === null ? 0 : await reopen(deps, stores, { ...seating.draft, accountId });
  const stream = beginStream({ ...seating.draft, positionSeconds }, { now, policy });
  await stores.streams.add(stream);
  const terminated = ended.filter(({ status }) => status === 'terminated');
  await stores.outbox.add([
    ...terminated.map((each) => streamEvent('playback.terminated', each, { ids, now })),
    streamEvent('playback.started', stream, { ids, now }),
  ]);
  return { stream, ended };
}

/** Counts the account's seats behind its lock, and ends who has to leave. */
async function makeRoom(
  { clock, policy }: PlaybackDeps,
  { lock, streams }: PlaybackStores,
  { accountId, request, draft, maxDevices }: Seating & { readonly accountId: string },
): Promise<readonly Stream[]> {
  await lock(seatsOf(accountId));
  const open = await streams.hold({ ids: [], accountIds: [accountId] });
  const seat = planSeat(open, {
    deviceId: draft.deviceId,
    deviceName: draft.deviceName,
    limit: maxDevices,
    terminate: request.terminate,
    atLimit: policy.atLimit,
    now: clock.now(),
  });
  if (!seat.free) throw refusals.streamLimitReached(maxDevices, seat.active);
  const ended = seat.ended.map((stream) => ({ ...stream, version: stream.version + 1 }));
  await streams.saveAll(ended);
  return ended;
}

/** Where the account left the title; playing it brings it back to *continue watching*. */
async function reopen(
  { policy }: PlaybackDeps,
  { progress }: PlaybackStores,
  draft: NewStream & { readonly accountId: string },
): Promise<number> {
  const [known] = await progress.hold([{ accountId: draft.accountId, titleId: draft.titleId }]);
  if (!known) return 0;
  if (known.dismissedAt !== null)
    await progress.saveAll([revisedProgress(known, { ...known, dismissedAt: null })]);
  return resumePosition(known.positionSeconds, draft, policy);
}
