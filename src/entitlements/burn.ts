import type { Instant } from '../kernel/instant.ts';
import { UNLIMITED } from './granted.ts';
import { isAlive, PLAN_PRIORITY, type Grant } from './grant.ts';
import type { Meter, MeterTerms } from './meter.ts';
import { leftOf } from './lot.ts';

/** A meter with the grants that feed it: everything that the next unit depends on. */
export interface Balance {
  readonly meter: Meter;
  readonly grants: readonly Grant[];
}

/** Where units came from: the plan's allowance, units rolled over (named by their end), a grant (by its id), or nowhere. */
export type Source = 'plan' | 'overage' | `rollover ${number}` | `grant ${string}`;

/** How many units were taken from which source. */
export interface Part {
  readonly source: Source;
  readonly units: number;
}

interface Bucket {
  readonly source: Source;
  readonly left: number;
  readonly priority: number;
  readonly expiresAt: Instant | null;
  readonly since: Instant;
}

/** Burnt by priority, then earliest expiry, then age (rules.md, "Entitlements"). */
function bucketsOf({ meter, grants }: Balance, terms: MeterTerms, now: Instant): readonly Bucket[] {
  const buckets: Bucket[] = [];
  if (terms.granted) {
    const { periodStart: since, periodEnd: expiresAt, allowance, used } = meter;
    const left = allowance === UNLIMITED ? Number.MAX_SAFE_INTEGER - used : Math.max(0, allowance - used);
    buckets.push({ source: 'plan', left, priority: PLAN_PRIORITY, expiresAt, since });
    for (const lot of meter.lots)
      buckets.push({
        ...{ source: `rollover ${lot.expiresAt}`, left: leftOf(lot), priority: PLAN_PRIORITY },
        ...{ expiresAt: lot.expiresAt, since: lot.expiresAt },
      });
  }
  for (const grant of grants)
    if (isAlive(grant, now))
      buckets.push({
        ...{ source: `grant ${grant.id}`, left: leftOf(grant), priority: grant.priority },
        ...{ expiresAt: grant.expiresAt, since: grant.createdAt },
      });
  return buckets.length < 2 ? buckets : buckets.sort(inOrderOfBurning);
}

const endOf = ({ expiresAt }: Bucket): number => expiresAt ?? Number.POSITIVE_INFINITY;
const inOrderOfBurning = (a: Bucket, b: Bucket): number =>
  a.priority - b.priority ||
  compare(endOf(a), endOf(b)) ||
  a.since - b.since ||
  (a.source < b.source ? -1 : 1);
const compare = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);

/**
 * Splits `units` over the sources in their order; undefined when they do not suffice and nothing may go over
 * the limit.
 */
export function splitUnits(
  balance: Balance,
  { units, terms, now }: { readonly units: number; readonly terms: MeterTerms; readonly now: Instant },
): readonly Part[] | undefined {
  const parts: Part[] = [];
  let rest = units;
  for (const { source, left } of bucketsOf(balance, terms, now)) {
    const taken = Math.min(left, rest);
    if (taken > 0) parts.push({ source, units: taken });
    rest -= taken;
    if (rest === 0) return parts;
  }
  const mayGoOver =
    terms.granted?.overage === 'allow' && balance.meter.over <= Number.MAX_SAFE_INTEGER - rest;
  return mayGoOver ? [...parts, { source: 'overage', units: rest }] : undefined;
}

/** The balance after parts were taken from their sources (`sign` 1), or given back to them (-1). */
export const moved = (balance: Balance, parts: readonly Part[], sign: 1 | -1): Balance =>
  parts.reduce((current, { source, units }) => movedOne(current, source, sign * units), balance);

function movedOne({ meter, grants }: Balance, source: Source, units: number): Balance {
  if (source === 'plan') return { grants, meter: { ...meter, used: meter.used + units } };
  if (source === 'overage') return { grants, meter: { ...meter, over: meter.over + units } };
  const lots = meter.lots.map((lot) =>
    source === `rollover ${lot.expiresAt}` ? { ...lot, used: lot.used + units } : lot,
  );
  if (source.startsWith('rollover ')) return { grants, meter: { ...meter, lots } };
  return {
    meter,
    grants: grants.map((grant) =>
      source === `grant ${grant.id}` ? { ...grant, used: grant.used + units } : grant,
    ),
  };
}

/**
 * Of the parts of a reservation, those that can still be given back: what belongs to a period that has turned,
 * or to a lot or a grant that is gone, went with it.
 */
export const returnable = (
  { meter, grants }: Balance,
  { parts, turn }: { readonly parts: readonly Part[]; readonly turn: number },
): readonly Part[] =>
  parts.filter(({ source }) => {
    if (source === 'plan' || source === 'overage') return meter.turn === turn;
    return (
      meter.lots.some(({ expiresAt }) => source === `rollover ${expiresAt}`) ||
      grants.some(({ id }) => source === `grant ${id}`)
    );
  });

/** The first `units` of the parts, and the rest: what of a reservation was really used, and what was not. */
export function partedAt(
  parts: readonly Part[],
  units: number,
): { readonly used: readonly Part[]; readonly unused: readonly Part[] } {
  const used: Part[] = [];
  const unused: Part[] = [];
  let rest = units;
  for (const part of parts) {
    const kept = Math.min(part.units, rest);
    rest -= kept;
    if (kept > 0) used.push({ ...part, units: kept });
    if (kept < part.units) unused.push({ ...part, units: part.units - kept });
  }
  return { used, unused };
}
