import { later, type Instant } from '../kernel/instant.ts';
import type { Grant } from './grant.ts';
import type { Meter } from './meter.ts';

export type UsageKind = 'consumed' | 'reserved' | 'committed' | 'released' | 'expired' | 'granted' | 'noted';

/**
 * One line of a meter's log: what moved it, and how it stood then. The newest at or before an instant tells how
 * the meter stood at that instant; what commands of one batch did is one line, of the last one's kind.
 */
export interface UsageEntry {
  readonly kind: UsageKind;
  /** Units taken by it; negative when given back. */
  readonly units: number;
  /** The meter behind it: its `movedAt` is when, its `version` orders the log. */
  readonly meter: Meter;
  /** How much of each living grant was used, by its id. */
  readonly grants: Readonly<Record<string, number>>;
}

/** The line that a command leaves, with the meter one version on. Time in a log never runs back. */
export function moveOf(
  stored: Meter,
  next: { readonly meter: Meter; readonly grants: readonly Grant[] },
  done: { readonly kind: UsageKind; readonly units: number; readonly now: Instant },
): UsageEntry {
  const movedAt = later(done.now, stored.movedAt);
  return {
    kind: done.kind,
    units: done.units,
    meter: { ...next.meter, movedAt, version: stored.version + 1 },
    grants: Object.fromEntries(next.grants.map(({ id, used }) => [id, used])),
  };
}
