import type { Instant } from '../kernel/instant.ts';
import { byAge, expire, isLive, terminate, type Stream } from './stream.ts';

/** -1 is no limit, as in every limit of a plan. */
export const UNLIMITED = -1;

export interface SeatRequest {
  readonly deviceId: string;
  readonly deviceName: string;
  readonly limit: number;
  /** Termination codes the viewer agreed to, used in this order and only as far as needed. */
  readonly terminate: readonly string[];
  readonly atLimit: 'reject_newest' | 'evict_oldest';
  readonly now: Instant;
}

export type SeatPlan =
  | { readonly free: true; readonly ended: readonly Stream[] }
  | { readonly free: false; readonly active: readonly Stream[] };

/**
 * Who leaves so that a device can sit down: the silent ones, the same device's own stream (also at the limit),
 * then as few others as needed. `open` are all streams of the account without an end.
 */
export function planSeat(open: readonly Stream[], request: SeatRequest): SeatPlan {
  const { deviceId, deviceName, limit, now } = request;
  const silent = open.filter((stream) => !isLive(stream, now));
  const live = open.filter((stream) => isLive(stream, now)).sort(byAge);
  const own = live.filter((stream) => stream.deviceId === deviceId);
  const others = live.filter((stream) => stream.deviceId !== deviceId);
  const surplus = limit === UNLIMITED ? 0 : Math.max(0, others.length + 1 - limit);
  const leaving = candidates(others, request).slice(0, surplus);
  if (leaving.length < surplus) return { free: false, active: others };
  return {
    free: true,
    ended: [
      ...silent.map(expire),
      ...own.map((stream) => terminate(stream, { reason: 'same_device', byDevice: deviceName }, now)),
      ...leaving.map((stream) => terminate(stream, { reason: 'other_device', byDevice: deviceName }, now)),
    ],
  };
}

/** Those that may be ended, first to go first. Codes that name nothing live are stale, and ignored. */
function candidates(others: readonly Stream[], request: SeatRequest): readonly Stream[] {
  const named = [...new Set(request.terminate)].flatMap((code) =>
    others.filter(({ terminationCode }) => terminationCode === code),
  );
  if (request.atLimit === 'reject_newest') return named;
  return [...named, ...others.filter((stream) => !named.includes(stream))];
}

/** After a limit was lowered: the live streams that no longer have a seat, newest started first. */
export function excess(live: readonly Stream[], limit: number): readonly Stream[] {
  if (limit === UNLIMITED) return [];
  return [...live].sort(byAge).slice(Math.max(0, limit)).reverse();
}
