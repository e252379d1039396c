import { randomUUID } from 'node:crypto';
import { createEntitlements, createGuard, entitlementPolicy } from 'usher/entitlements';
import type { Accounts, Granted, Plans } from 'usher/entitlements';
import { DomainError, instant } from 'usher/kernel';
import { openStores } from './your-own-store.ts';

const reports: Granted = {
  ...{ feature: 'reports', kind: 'meter', limit: 3, per: 'month' },
  ...{ overage: 'block', overagePrice: null, rollover: null, rate: null },
};
const nothing = { level: 'free', reason: null, plan: null } as const;
const plans: Plans = {
  accessOf: async () => nothing,
  accessOfAll: async (accountIds) => accountIds.map(() => nothing),
  accessAsOf: async () => nothing,
};
const began = { createdAt: instant(Date.now()), isSuspended: false };
const accounts: Accounts = { of: async (ids) => new Map(ids.map((id) => [id, began])) };
const entitlements = createEntitlements({
  ...{ unitOfWork: openStores(), plans, accounts, ids: { next: randomUUID } },
  clock: { now: () => instant(Date.now()) },
  policy: { ...entitlementPolicy, freeFeatures: [reports] },
});

const guard = createGuard(entitlements);
const report = { accountId: randomUUID(), feature: 'reports' };
const torn = guard({ ...report, amount: 3, reserve: true }, async () => Promise.reject(new Error('torn')));
console.log('given back:', (await Promise.allSettled([torn]))[0].status === 'rejected');
for (const name of ['spring', 'summer', 'autumn', 'winter'])
  try {
    await guard(report, async () => console.log('written:', name));
  } catch (error) {
    console.log(`${name}: ${error instanceof DomainError ? error.code : String(error)}`);
  }
console.log('left:', (await entitlements.one(report.accountId, 'reports')).remaining);
