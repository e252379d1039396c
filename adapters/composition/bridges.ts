import type { Meters, Payers } from '../../src/billing/index.ts';
import type { Catalog, ViewerStanding } from '../../src/catalog/index.ts';
import type { Accounts, Entitlements, Granted, PlanAccess, Plans } from '../../src/entitlements/index.ts';
import type { AccountUse, Identity, Levels } from '../../src/identity/index.ts';
import type { Addresses, Codes, Plans as PlanNames } from '../../src/notifications/index.ts';
import type { PlayableTitle, Standing, Standings, Titles } from '../../src/playback/index.ts';
import type { Access, PlanGrant, Subscriptions, Term } from '../../src/subscriptions/index.ts';
import { batchedRead } from '../persistence/group.ts';

/**
 * One context's port answered by another's face: each is a sentence about policy. They take thunks, so that
 * contexts may need one another without a circle in the wiring.
 */
type Thunk<T> = () => T;

const planAccess = (access: Access, name: string | null): PlanAccess => ({
  level: access.level,
  reason: access.reason,
  plan: access.grant && {
    id: access.grant.planId,
    name,
    termsVersion: access.grant.termsVersion,
    subscriptionId: access.grant.subscriptionId,
    pausedMs: access.grant.pausedMs,
    isPaid: access.grant.price.minor > 0,
    maxDevices: access.grant.maxDevices,
    maxHeight: access.grant.maxHeight,
    features: grantedBy(access.grant),
    startedAt: access.grant.startedAt,
    anchor: access.grant.anchor,
    ...periodOf(access.grant.term),
  },
});

/** Thousands of subscribers share the terms of a plan's version: they are put in the other words once. */
const known = new WeakMap<PlanGrant['features'], readonly Granted[]>();

function grantedBy({ features, price }: Pick<PlanGrant, 'features' | 'price'>): readonly Granted[] {
  const before = known.get(features);
  if (before) return before;
  const granted = features.map(
    ({ feature, kind, limit, per, overage, overagePriceMinor, rollover = null, rate = null }): Granted => ({
      ...{ feature, kind, limit, per, overage, rollover, rate },
      overagePrice:
        overagePriceMinor === null ? null : { minor: overagePriceMinor, currency: price.currency },
    }),
  );
  known.set(features, granted);
  return granted;
}

const periodOf = ({ start, end }: Term): { periodStart: Term['start']; periodEnd: Term['end'] } => ({
  periodStart: start,
  periodEnd: end,
});

/** Entitlements ask subscriptions what was bought. */
export function plansOf(subscriptions: Thunk<Subscriptions>): Plans {
  const accessOfAll = async (accountIds: readonly string[]): Promise<readonly PlanAccess[]> =>
    (await subscriptions().accessOf(accountIds)).map((access) => planAccess(access, null));
  return {
    accessOf: batchedRead(accessOfAll),
    accessOfAll,
    accessAsOf: async (accountId, at) => {
      const details = await subscriptions().asOf(accountId, at);
      if (!details) return { level: 'free', reason: 'no_subscription', plan: null };
      return planAccess(details.access, details.plan.name);
    },
  };
}

export const accountsOf = (identity: Thunk<Identity>): Accounts => ({
  of: async (accountIds) => {
    const contacts = await identity().contactsOf(accountIds);
    return new Map(
      contacts.map(({ accountId, createdAt, isSuspended }) => [accountId, { createdAt, isSuspended }]),
    );
  },
});

/** Suspended accounts lose their sessions at once, so nobody suspended gets as far as these questions. */
export const catalogStanding = (entitlements: Thunk<Entitlements>): ViewerStanding => ({
  of: (accountId) => entitlements().standing(accountId),
});

export const playbackStandings = (entitlements: Thunk<Entitlements>): Standings => ({
  of: (accountId) => entitlements().standing(accountId),
  many: async (accountIds) => {
    const standings = await entitlements().standings(accountIds);
    return new Map(accountIds.map((id, index) => [id, standings[index] as Standing]));
  },
});

export const playableTitles = (catalog: Thunk<Catalog>): Titles => ({
  find: (titleId) => catalog().viewing(titleId),
  many: async (titleIds) => {
    const cards = await catalog().titlesByIds(titleIds);
    return new Map([...cards].map(([id, card]): [string, PlayableTitle] => [id, { ...card, media: null }]));
  },
});

export const accountLevels = (entitlements: Thunk<Entitlements>): Levels => ({
  levelOf: async (accountId) => (await entitlements().standing(accountId)).level,
});

/** Billing pays for nothing but subscriptions, so whoever paid has one. */
export const accountUse = (subscriptions: Thunk<Subscriptions>): AccountUse => ({
  everUsed: async (accountIds) => [...(await subscriptions().everSubscribed(accountIds))],
});

/**
 * An address that nobody proved may be a stranger's: the name that came with it would carry somebody's words
 * and links to them, under our signature.
 */
export const accountAddresses = (identity: Thunk<Identity>): Addresses => ({
  of: async (accountId) => {
    const [contact] = await identity().contactsOf([accountId]);
    return contact && { email: contact.email, name: contact.isVerified ? contact.name : null };
  },
});

/** Suspension stops collection (rules.md, "Identity"), and nobody collects from an account that is gone. */
export const payersOf = (identity: Thunk<Identity>): Payers => ({
  of: async (accountId) => {
    const [contact] = await identity().contactsOf([accountId]);
    return contact && { name: contact.name, email: contact.email };
  },
  mayCollect: async (accountIds) => {
    const contacts = await identity().contactsOf(accountIds);
    return new Set(contacts.filter(({ isSuspended }) => !isSuspended).map(({ accountId }) => accountId));
  },
});

/** Billing asks what was used over the limits that plans give. */
export const metersOf = (entitlements: Thunk<Entitlements>): Meters => ({
  overageOf: (accountId) => entitlements().overageOf(accountId),
});

export const mailedCodes = (identity: Thunk<Identity>): Codes => ({
  codeOf: async (codeId) => (await identity().codeMail(codeId))?.code,
});

export const planNames = (subscriptions: Thunk<Subscriptions>): PlanNames => ({
  nameOf: async (planId) => (await subscriptions().findPlan(planId, { withRetired: true })).name,
});
