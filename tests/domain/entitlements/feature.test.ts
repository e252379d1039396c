import { expect } from 'chai';
import {
  ACCESS_LEVELS,
  coverage,
  type AccessLevel,
  type DenialReason,
} from '../../../src/kernel/access-level.ts';
import { instant } from '../../../src/kernel/instant.ts';
import { createEntitlements, entitlementPolicy, type PlanAccess } from '../../../src/entitlements/index.ts';

const NOW = instant(Date.UTC(2026, 0, 31));

const nothing = (reason: DenialReason): PlanAccess => ({ level: 'free', reason, plan: null });

const bought = (
  level: AccessLevel,
  features: NonNullable<PlanAccess['plan']>['features'] = [],
): PlanAccess => ({
  level,
  reason: null,
  plan: {
    id: 'plan',
    name: 'Plan',
    termsVersion: 2,
    maxDevices: 4,
    maxHeight: 2160,
    features,
    periodStart: NOW,
    periodEnd: null,
  },
});

const entitlementsOf = (access: PlanAccess) =>
  createEntitlements({
    plans: {
      accessOf: async () => access,
      accessOfAll: async (ids) => ids.map(() => access),
      accessAsOf: async () => access,
    },
    accounts: { find: async () => ({ isSuspended: false }) },
    clock: { now: () => NOW },
    policy: entitlementPolicy,
  });

describe('whether what is held covers what is asked for', () => {
  const cases: readonly [PlanAccess, AccessLevel, DenialReason | null][] = [
    [nothing('no_subscription'), 'free', null],
    [nothing('no_subscription'), 'basic', 'no_subscription'],
    [nothing('ended'), 'premium', 'ended'],
    [nothing('paused'), 'basic', 'paused'],
    [bought('free'), 'basic', 'no_subscription'],
    [bought('basic'), 'basic', null],
    [bought('basic'), 'premium', 'tier_too_low'],
    [bought('premium'), 'premium', null],
    ...ACCESS_LEVELS.map((level) => [bought('premium'), level, null] as const).map(
      (row) => [...row] as [PlanAccess, AccessLevel, null],
    ),
  ];
  for (const [access, asked, reason] of cases) {
    const who = `${access.level} (${access.reason ?? 'paid'})`;
    it(`${who} asking for ${asked}: ${reason ?? 'allowed'}`, () => {
      expect(coverage(access, asked)).to.deep.equal(
        reason === null ? { allowed: true } : { allowed: false, reason },
      );
    });
  }
});

describe('what an account may do', () => {
  it('follows the free policy without a subscription', async () => {
    const { limits, usage } = await entitlementsOf(nothing('no_subscription')).limitsOf('account');
    expect(limits).to.deep.equal({ max_devices: 1, resolution: 480, channels: 5 });
    expect(usage).to.deep.equal({});
  });

  it('derives seats and resolution from the plan, and ten channels from premium', async () => {
    const { limits } = await entitlementsOf(bought('premium')).limitsOf('account');
    expect(limits).to.deep.equal({ max_devices: 4, resolution: 2160, channels: 10 });
  });

  it('takes the plan’s own number of channels, unlimited included', async () => {
    const access = bought('premium', [{ feature: 'channels', kind: 'limit', limit: -1, per: null }]);
    const entitlement = await entitlementsOf(access).one('account', 'channels');
    expect(entitlement).to.include({ allowed: true, limit: -1, remaining: -1 });
  });

  it('denies a limit of nothing as reached', async () => {
    const access = bought('basic', [{ feature: 'downloads', kind: 'limit', limit: 0, per: null }]);
    expect(await entitlementsOf(access).one('account', 'downloads')).to.include({
      allowed: false,
      reason: 'limit_reached',
    });
  });

  it('says not_in_plan for a feature that nothing grants, or the plan’s own trouble', async () => {
    expect(await entitlementsOf(bought('basic')).one('account', 'offline')).to.include({
      allowed: false,
      reason: 'not_in_plan',
    });
    expect(await entitlementsOf(nothing('ended')).one('account', 'offline')).to.include({ reason: 'ended' });
  });

  it('explains from the plan’s version to the verdict', async () => {
    const explained = await entitlementsOf(bought('basic')).explain('account', 'max_devices', null);
    expect(explained.plan).to.deep.equal({ id: 'plan', name: 'Plan', version: 2 });
    expect(explained.grants).to.deep.equal([{ source: 'plan', limit: 4 }]);
    expect(explained.verdict.allowed).to.equal(true);
  });
});
