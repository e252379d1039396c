import { expect } from 'chai';
import { money } from '../../../src/kernel/money.ts';
import { checkPlan, planFaults } from '../../../src/subscriptions/plan-rules.ts';
import type { PlanFeature, PlanTerms } from '../../../src/subscriptions/plan.ts';
import { terms } from '../../world/subscriptions.ts';

const feature = (changes: Partial<PlanFeature>): PlanFeature => ({
  feature: 'downloads',
  kind: 'meter',
  limit: 10,
  per: 'month',
  overage: 'block',
  overagePriceMinor: null,
  ...changes,
});

const FLAG = { kind: 'flag', limit: null, per: null, overage: null } as const;
const LIMIT = { kind: 'limit', limit: 5, per: null, overage: null } as const;

const ROLLOVER = { cap: 5, expiresDays: 31 };
const RATE = { max: 5, windowSeconds: 60 };

const GOOD: readonly [what: string, feature: PlanFeature][] = [
  ['a flag', feature(FLAG)],
  ['a limit', feature(LIMIT)],
  ['an unlimited limit', feature({ ...LIMIT, limit: -1 })],
  ['a meter', feature({})],
  ['a meter with paid overage', feature({ overage: 'allow', overagePriceMinor: 5 })],
  ['a meter that rolls over, at a rate', feature({ rollover: ROLLOVER, rate: RATE })],
  ['a name with parts', feature({ feature: 'video_upload_mb' })],
];

const BAD: readonly [what: string, feature: PlanFeature, detail: RegExp][] = [
  ['a flag with a limit', feature({ ...FLAG, limit: 1 }), /flag/],
  ['a limit without one', feature({ ...LIMIT, limit: null }), /needs a limit/],
  ['a limit below -1', feature({ ...LIMIT, limit: -2 }), /needs a limit/],
  ['a limit that is no whole number', feature({ ...LIMIT, limit: 1.5 }), /needs a limit/],
  ['a limit with a period', feature({ ...LIMIT, per: 'day' }), /no meter/],
  ['a flag with overage', feature({ ...FLAG, overage: 'allow' }), /no meter/],
  ['a meter without a period', feature({ per: null }), /needs `per`/],
  ['a meter without a limit', feature({ limit: null }), /needs a limit/],
  ['a price of overage that is blocked', feature({ overagePriceMinor: 5 }), /does not allow/],
  ['a price of overage below 0', feature({ overage: 'allow', overagePriceMinor: -1 }), /between 0 and/],
  [
    'overage dearer than any plan',
    feature({ overage: 'allow', overagePriceMinor: 10_000_000_001 }),
    /between 0 and/,
  ],
  ['a limit beyond what is counted exactly', feature({ limit: 1_000_000_000_001 }), /limit above/],
  ['a rollover of what never turns', feature({ per: 'lifetime', rollover: ROLLOVER }), /never turns/],
  ['a rollover of a limit', feature({ ...LIMIT, rollover: ROLLOVER }), /never turns/],
  ['a rollover of what is unlimited', feature({ limit: -1, rollover: ROLLOVER }), /is unlimited/],
  ['a rollover of nothing', feature({ rollover: { ...ROLLOVER, cap: 0 } }), /at least 1 unit/],
  ['a rollover for ever', feature({ rollover: { ...ROLLOVER, expiresDays: 367 } }), /1 to 366 days/],
  ['a rate of a limit', feature({ ...LIMIT, rate: RATE }), /no `rate`/],
  ['a rate of nothing', feature({ rate: { ...RATE, max: 0 } }), /at least 1 unit/],
  ['a rate of longer than a day', feature({ rate: { ...RATE, windowSeconds: 86_401 } }), /1 to 86400/],
  ['max_devices beside the field', feature({ feature: 'max_devices' }), /cannot be sent/],
  ['resolution beside the field', feature({ feature: 'resolution' }), /cannot be sent/],
  ['a name in capitals', feature({ feature: 'Downloads' }), /must be a name/],
];

const faultsOf = (changes: Partial<PlanTerms>, code = 'standard') =>
  planFaults({ code, terms: terms(changes) });

describe('the rules of plans', () => {
  for (const [what, good] of GOOD)
    it(`take ${what}`, () => {
      expect(faultsOf({ features: [good] })).to.deep.equal([]);
    });

  for (const [what, bad, detail] of BAD)
    it(`refuse ${what}`, () => {
      const [fault, ...more] = faultsOf({ features: [bad] });
      expect(more).to.deep.equal([]);
      expect(fault?.pointer).to.equal('/entitlements/0');
      expect(fault?.detail).to.match(detail);
    });

  it('refuse a feature named twice, and say which', () => {
    const faults = faultsOf({ features: [feature({}), feature({ feature: 'calls' }), feature(LIMIT)] });
    expect(faults).to.deep.equal([{ pointer: '/entitlements/2', detail: 'downloads is named twice' }]);
  });

  const NUMBERS: readonly [pointer: string, changes: Partial<PlanTerms>][] = [
    ['/validity_days', { validity: { days: 0 } }],
    ['/validity_days', { validity: { days: 3_661 } }],
    ['/validity_months', { validity: { months: 0 } }],
    ['/validity_months', { validity: { months: 121 } }],
    ['/trial_days', { trialDays: -1 }],
    ['/grace_days', { graceDays: 0.5 }],
    ['/max_devices_allowed', { maxDevices: 0 }],
    ['/price', { price: money(-1, 'USD') }],
  ];
  for (const [pointer, changes] of NUMBERS)
    it(`refuse ${JSON.stringify(changes)} at ${pointer}`, () => {
      expect(faultsOf(changes).map((fault) => fault.pointer)).to.deep.equal([pointer]);
    });

  it('refuse a code that is no slug', () => {
    for (const code of ['', 'Premium', 'a b', '-a', 'a--b', 'ü'])
      expect(
        faultsOf({}, code).map((fault) => fault.pointer),
        code,
      ).to.deep.equal(['/code']);
  });

  it('are refused as an invalid request with every fault', () => {
    const check = (): void => checkPlan({ code: 'A', terms: terms({ trialDays: -1 }) });
    expect(check).to.throw().with.property('code', 'request.invalid');
    expect(check).to.throw().with.nested.property('details.errors').with.length(2);
  });
});
