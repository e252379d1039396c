import { DomainError } from '../kernel/domain-error.ts';
import type { EntitlementsDeps } from './deps.ts';
import type { UsageOutcome } from './face.ts';
import { keptAnswers } from './kept-answers.ts';
import { openLedger, type MeterLedger } from './meter-ledger.ts';
import { priceOfOverage, readingsOf, type OverageReading } from './overage.ts';
import type { EntitlementStores } from './ports.ts';
import type { Ruled } from './steady-use.ts';
import type { UsageEntry } from './usage-log.ts';
import { usageOf } from './reckon.ts';
import type { Usage } from './usage.ts';

export interface Applied {
  readonly outcomes: ReadonlyMap<Ruled, UsageOutcome>;
  /** The meters as stored now. */
  readonly entries: readonly UsageEntry[];
}

/** Applies every rule to a batch: holds all that it concerns, asks for each, writes once. */
export async function applyUsage(
  { clock, policy }: EntitlementsDeps,
  stores: EntitlementStores,
  ruled: readonly Ruled[],
): Promise<Applied> {
  const now = clock.now();
  const wanted = ruled.map(({ use, terms }) => ({ accountId: use.accountId, feature: use.feature, terms }));
  const ledger = await openLedger(stores, wanted, now);
  // Behind the meters: a request with the same key waits for the same meter.
  const kept = await keptAnswers(
    stores,
    ruled.map(({ use }) => use),
    { now, policy: policy.once },
  );
  const outcomes = new Map<Ruled, UsageOutcome>();
  const readings = new Readings();
  for (const each of ruled) {
    const { use } = each;
    const answered = kept.answerTo<Usage>(use.idempotency);
    const outcome = answered ?? usedBy(ledger, each, readings);
    if (!answered && !(outcome instanceof Error)) kept.keep(use.idempotency, outcome.result);
    outcomes.set(each, outcome);
  }
  const entries = await ledger.save(stores);
  await readings.save(stores);
  await kept.save(stores);
  return { outcomes, entries };
}

function usedBy(ledger: MeterLedger, { use, terms }: Ruled, readings: Readings): UsageOutcome {
  const taken = ledger.take(use, use.amount, 'consumed');
  if (taken instanceof DomainError) return taken;
  readings.add(use.accountId, readingsOf(taken.parts, priceOfOverage(terms)));
  return { result: usageOf(taken.balance, terms, ledger.now(use)), replayed: false };
}

/** What a batch adds to the readings of overage. */
class Readings {
  readonly #added = new Map<string, readonly OverageReading[]>();

  add(accountId: string, readings: readonly OverageReading[]): void {
    if (readings.length > 0) this.#added.set(accountId, [...(this.#added.get(accountId) ?? []), ...readings]);
  }

  async save({ overages }: Pick<EntitlementStores, 'overages'>): Promise<void> {
    for (const [accountId, readings] of this.#added) await overages.add(accountId, readings);
  }
}
