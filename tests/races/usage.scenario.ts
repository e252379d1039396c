import { setTimeout as pause } from 'node:timers/promises';
import { DomainError } from '../../src/kernel/domain-error.ts';
import { instant, type Clock, type Instant } from '../../src/kernel/instant.ts';
import type { Consumption, Granted, Usage, UsageOutcome } from '../../src/entitlements/index.ts';
import { newMeter } from '../../src/entitlements/turn.ts';
import { refusals } from '../../src/entitlements/refusals.ts';
import { moveOf } from '../../src/entitlements/usage-log.ts';
import { entitlementsOn, holding, NOON, termsOf } from '../world/entitlements.ts';
import { patiently } from './patience.ts';
import type { Ground, Scenario } from './scenario.ts';

export interface UsageSettings {
  /** The meter that every account's plan grants. */
  readonly granted: Granted;
  /** Time stands still at noon, or passes as it does. */
  readonly time: 'noon' | 'real';
  /** Decides by the meter as it was read before, and writes what it decided behind the lock. */
  readonly naive: boolean;
}

/** Somebody who uses units up, one time after another. */
export interface Consumer {
  readonly accountId: string;
  readonly amount: number;
  readonly times: number;
  readonly key: string | null;
  readonly waitMs: number;
  /** In a transaction of its own, and not together with what the process is asked at the same moment. */
  readonly alone: boolean;
  /** Where the days of the account are counted from; null: noon. */
  readonly anchor: Instant | null;
}

/** What a consumer was told: the usage behind its units, or what was left when they were refused. */
export type Told =
  | { readonly granted: number; readonly usage: Usage; readonly replayed: boolean }
  | { readonly refused: number; readonly remaining: number; readonly resetsAt: string | null };

export const consumer = (accountId: string, changes: Partial<Consumer> = {}): Consumer => ({
  ...{ accountId, amount: 1, times: 1, key: null, waitMs: 0, alone: false, anchor: null },
  ...changes,
});

const LIMIT_REACHED = refusals.limitReached.code;
const REAL: Clock = { now: () => instant(Date.now()) };

type Use = (use: Consumption, alone: boolean) => Promise<UsageOutcome>;

const scenario: Scenario<UsageSettings, Consumer, readonly Told[]> = (ground) => {
  const { unitOfWork, settings } = ground;
  const { granted, time, naive } = settings;
  const everybody = holding([granted]);
  const world = entitlementsOn(unitOfWork, { everybody, ...(time === 'real' ? { clock: REAL } : {}) });
  const carefully: Use = (use, alone) =>
    patiently(async () => {
      const [outcome] = alone ? await world.entitlements.recordUsage([use]) : [];
      return outcome ?? world.entitlements.consume(use);
    });
  const use = naive ? naively(ground) : carefully;

  return async ({ accountId, amount, times, key, waitMs, alone, anchor }) => {
    if (anchor !== null) world.put(accountId, holding([granted], { anchor }));
    if (waitMs > 0) await pause(waitMs);
    const asked = { accountId, feature: granted.feature, amount, onBehalf: false };
    const keyed = key === null ? asked : { ...asked, idempotency: { key, fingerprint: key } };
    const told: Told[] = [];
    for (let time = 0; time < times; time += 1) told.push(await answerTo(() => use(keyed, alone), amount));
    return told;
  };
};

export default scenario;

async function answerTo(use: () => Promise<UsageOutcome>, amount: number): Promise<Told> {
  try {
    const outcome = await use();
    if (outcome instanceof Error) throw outcome;
    return { granted: amount, usage: outcome.result, replayed: outcome.replayed };
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== LIMIT_REACHED) throw error;
    const { remaining, resets_at: resetsAt } = error.details as { remaining: number; resets_at: string };
    return { refused: amount, remaining, resetsAt };
  }
}

function naively({ unitOfWork, settings: { granted } }: Ground<UsageSettings>): Use {
  const terms = termsOf(granted);
  return async ({ accountId, feature, amount }) => {
    const key = { accountId, feature };
    const [read] = await unitOfWork.read(({ meters }) => meters.find([key]));
    const seen = read ?? newMeter(key, terms, NOON);
    const used = seen.used + amount;
    const { allowance: limit, periodEnd: resetsAt } = seen;
    const usage = { feature, used, limit, remaining: limit - used, overage: 0, resetsAt };
    if (used > limit)
      return refusals.limitReached({ ...usage, used: seen.used, remaining: limit - seen.used });
    await unitOfWork.run(async ({ meters }) => {
      const [held = newMeter(key, terms, NOON)] = await meters.hold([key]);
      const next = { meter: { ...seen, used }, grants: [] };
      await meters.save([moveOf(held, next, { kind: 'consumed', units: amount, now: NOON })]);
    });
    return { result: usage, replayed: false };
  };
}
