import { DomainError } from '../kernel/domain-error.ts';
import { Recent } from '../kernel/recent.ts';
import { singly } from '../kernel/together.ts';
import { applyUsage } from './apply-usage.ts';
import type { EntitlementsDeps } from './deps.ts';
import type { Consumption, UsageCommands, UsageOutcome } from './face.ts';
import { keyOf, type Meter } from './meter.ts';
import { standpointsOf } from './standpoints.ts';
import { steadyUse, type Ruled, type SteadyUse } from './steady-use.ts';

/** Meters remembered at the most: some 20 MB. */
const MAX_KNOWN = 50_000;

/** By what was ruled upon, and not by what was asked: one request may be handed in twice. */
type Outcomes = Map<Ruled, UsageOutcome>;

/**
 * Records the units that were asked for together. What the plan's own allowance gives is judged by the meter as
 * this process last stored it, without reading it, and the store settles it only if nobody moved the meter since
 * (ADR 13). All other units, and those that were not settled, are ruled upon behind the held meters, in one
 * transaction. What one is refused does not concern the others.
 */
export function recordUsage(deps: EntitlementsDeps): UsageCommands['recordUsage'] {
  const known = new Recent<string, Meter>(MAX_KNOWN);

  return async (uses) => {
    const standpoints = await standpointsOf(deps, uses);
    const asked = uses.map((use): Ruled | DomainError => {
      const terms = standpoints.terms(use);
      return terms instanceof DomainError ? terms : { use, terms };
    });
    const ruled = asked.filter((each): each is Ruled => !(each instanceof DomainError));
    const outcomes: Outcomes = new Map();
    await settleSteady(ruled, outcomes);
    const rest = ruled.filter((each) => !outcomes.has(each));
    try {
      await ruleOnRest(rest, outcomes);
    } catch (error) {
      // What was settled is stored: a batch that failed as a whole would be tried again with it.
      if (rest.length === ruled.length || !(error instanceof Error)) throw error;
      for (const each of rest) outcomes.set(each, error);
    }
    return asked.map((each) => (each instanceof DomainError ? each : (outcomes.get(each) as UsageOutcome)));
  };

  async function settleSteady(ruled: readonly Ruled[], outcomes: Outcomes): Promise<void> {
    const now = deps.clock.now();
    const drafts: { readonly uses: readonly Ruled[]; readonly steady: SteadyUse }[] = [];
    for (const [key, uses] of Map.groupBy(ruled, ({ use }) => keyOf(use))) {
      const meter = known.get(key);
      const steady = meter && steadyUse(meter, uses, now);
      if (steady) drafts.push({ uses, steady });
    }
    if (drafts.length === 0) return;
    const settled = await deps.unitOfWork.single(({ meters }) =>
      meters.settle(drafts.map(({ steady }) => steady.entry)),
    );
    for (const { uses, steady } of drafts) {
      const { meter } = steady.entry;
      if (!settled.has(keyOf(meter))) continue;
      known.set(keyOf(meter), meter);
      uses.forEach((each, index) => {
        const result = steady.usages[index];
        if (result) outcomes.set(each, { result, replayed: false });
      });
    }
  }

  async function ruleOnRest(rest: readonly Ruled[], outcomes: Outcomes): Promise<void> {
    if (rest.length === 0) return;
    for (const { use } of rest) known.delete(keyOf(use));
    const applied = await deps.unitOfWork.run((stores) => applyUsage(deps, stores, rest));
    for (const [each, outcome] of applied.outcomes) outcomes.set(each, outcome);
    for (const { meter, grants } of applied.entries)
      if (Object.keys(grants).length === 0) known.set(keyOf(meter), meter);
  }
}

/** One consumption, as its caller sees it: gathered with others, and a refusal is thrown. */
export function consume(
  { together = singly }: EntitlementsDeps,
  record: UsageCommands['recordUsage'],
): UsageCommands['consume'] {
  const send = together<Consumption, UsageOutcome>(record);
  return async (use) => {
    const outcome = await send(use);
    if (outcome instanceof Error) throw outcome;
    return outcome;
  };
}
