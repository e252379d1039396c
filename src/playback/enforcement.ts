import type { Instant } from '../kernel/instant.ts';
import { covered } from './admission.ts';
import type { Standing } from './ports.ts';
import { excess } from './seats.ts';
import { expire, isLive, terminate, type Stream } from './stream.ts';

/**
 * The streams that end now, as ended: the silent ones, those whose account lost the title, and after a
 * downgrade those without a seat, newest started first. Accounts without a standing in the map are left alone.
 */
export function enforced(
  streams: readonly Stream[],
  standings: ReadonlyMap<string, Standing>,
  now: Instant,
): readonly Stream[] {
  const open = streams.filter(({ endedAt }) => endedAt === null);
  const ends = open.filter((stream) => !isLive(stream, now)).map(expire);
  const liveOf = Map.groupBy(
    open.filter((stream) => isLive(stream, now)),
    ({ accountId }) => accountId,
  );
  for (const [accountId, live] of liveOf) {
    const standing = accountId === null ? undefined : standings.get(accountId);
    if (standing) ends.push(...endedBy(standing, live, now));
  }
  return ends;
}

function endedBy(standing: Standing, live: readonly Stream[], now: Instant): readonly Stream[] {
  const lost = live.filter((stream) => !covered(stream, standing, stream.accessLevel));
  const seated = live.filter((stream) => !lost.includes(stream) && !stream.isPrivileged);
  return [
    ...lost.map((stream) => terminate(stream, { reason: 'access_lost', byDevice: null }, now)),
    ...excess(seated, standing.maxDevices).map((stream) =>
      terminate(stream, { reason: 'limit_lowered', byDevice: null }, now),
    ),
  ];
}
