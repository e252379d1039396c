import type { DomainError } from '../kernel/domain-error.ts';
import { isId } from '../kernel/ids.ts';
import type { Instant } from '../kernel/instant.ts';
import type { EntitlementsDeps } from './deps.ts';
import { grantedOf, type PlanAccess } from './feature.ts';
import type { Granted } from './granted.ts';
import type { Case } from './judge.ts';
import type { MeterKey, MeterTerms } from './meter.ts';
import type { EntitlementPolicy } from './policy.ts';
import type { AccountFacts } from './ports.ts';
import { refusals } from './refusals.ts';
import { meterTerms } from './terms.ts';

/** Whose feature is meant, by whom. */
export interface Asked extends MeterKey {
  /**
   * True where it is not the account that is signed in: whether it exists, and may act, is then asked. A session
   * says both of its own account.
   */
  readonly onBehalf: boolean;
}

interface Said {
  readonly access: ReadonlyMap<string, PlanAccess>;
  readonly facts: ReadonlyMap<string, AccountFacts>;
  readonly policy: EntitlementPolicy;
}

/** What plans and accounts say of everybody that one batch concerns. */
export class Standpoints {
  readonly #said: Said;

  constructor(said: Said) {
    this.#said = said;
  }

  /** What is said of a meter, or why it may not be used at all. */
  terms(asked: Asked): MeterTerms | DomainError {
    const trouble = this.trouble(asked);
    if (trouble) return trouble;
    const granted = this.granted(asked);
    return granted && granted.kind !== 'meter' ? refusals.notAMeter() : this.meterTerms(asked, granted);
  }

  /** Why an account may not act at all: it is absent, or suspended. */
  trouble({ accountId, onBehalf }: Asked): DomainError | undefined {
    const facts = this.#said.facts.get(accountId);
    if (!this.#said.access.has(accountId) || (onBehalf && !facts)) return refusals.notFound();
    // What somebody else of the same batch asks on its behalf does not concern the account itself.
    return onBehalf && facts?.isSuspended === true ? refusals.notInPlan('suspended') : undefined;
  }

  granted({ accountId, feature }: MeterKey): Granted | undefined {
    return grantedOf(this.access(accountId), feature, this.#said.policy);
  }

  /** A feature of an account, for whoever answers questions about it. */
  case(key: MeterKey): Case {
    const granted = this.granted(key);
    return { key, granted, terms: this.meterTerms(key, granted) };
  }

  /** What is said of a meter; of what is none, as of one that nothing grants. */
  meterTerms(key: MeterKey, granted = this.granted(key)): MeterTerms {
    const facts = this.#said.facts.get(key.accountId);
    return meterTerms(granted, this.access(key.accountId), facts?.createdAt ?? null);
  }

  access(accountId: string): PlanAccess {
    const access = this.#said.access.get(accountId);
    if (!access) throw new Error(`nobody asked for the plan of ${accountId}`);
    return access;
  }

  exists(accountId: string): boolean {
    return this.#said.facts.has(accountId);
  }
}

/**
 * When an account began, where that matters: without a plan the days and months of the free policy's meters are
 * counted from there. Null where it does not.
 */
export async function bornAt(
  { accounts, policy }: EntitlementsDeps,
  accountId: string,
  { plan }: PlanAccess,
): Promise<Instant | null> {
  if (plan !== null || policy.freeFeatures.length === 0) return null;
  return (await accounts.of([accountId])).get(accountId)?.createdAt ?? null;
}

/** Asks the neighbours, each once, outside of any unit of work. */
export async function standpointsOf(
  { plans, accounts, policy }: EntitlementsDeps,
  asked: readonly Pick<Asked, 'accountId' | 'onBehalf'>[],
): Promise<Standpoints> {
  const accountIds = [...new Set(asked.map(({ accountId }) => accountId))].filter(isId);
  const found = accountIds.length === 0 ? [] : await plans.accessOfAll(accountIds);
  const access = new Map(accountIds.map((id, index) => [id, found[index] as PlanAccess]));
  // Without a plan the days and months of the free policy's meters are counted from when the account began.
  const countsFromBirth = (id: string): boolean =>
    policy.freeFeatures.length > 0 && access.get(id)?.plan === null;
  const named = new Set(
    asked
      .filter(({ accountId, onBehalf }) => access.has(accountId) && (onBehalf || countsFromBirth(accountId)))
      .map(({ accountId }) => accountId),
  );
  const facts = named.size === 0 ? new Map<string, AccountFacts>() : await accounts.of([...named]);
  return new Standpoints({ access, facts, policy });
}
