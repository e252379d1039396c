import { expect } from 'chai';
import { planChanges, PlanBody, PlanChangesBody, planDraft } from '../../adapters/http/plan-input.ts';
import { money } from '../../src/kernel/money.ts';
import { terms } from '../world/subscriptions.ts';

const BODY = {
  code: 'gold',
  name: 'Gold',
  price: '9.99',
  currency: 'USD',
  validity_days: 30,
  access_level: 'premium',
  max_devices_allowed: 4,
  resolution: '4K',
};

const draft = (changes: object) => planDraft(PlanBody.parse({ ...BODY, ...changes }));
const changes = (body: object, current = terms()) => planChanges(PlanChangesBody.parse(body), current);
const pointer = (index = 0): string => `details.errors[${index}].pointer`;

describe('a plan in a request body', () => {
  it('is read with its defaults', () => {
    expect(draft({})).to.deep.equal({
      code: 'gold',
      name: 'Gold',
      description: '',
      isActive: true,
      terms: {
        price: money(999, 'USD'),
        validity: { days: 30 },
        accessLevel: 'premium',
        maxDevices: 4,
        resolution: '4K',
        trialDays: 0,
        graceDays: 0,
        features: [],
      },
    });
  });

  it('has exactly one of days and months', () => {
    expect(() => draft({ validity_months: 1 }))
      .to.throw()
      .with.nested.property(pointer(), '/validity_months');
    expect(() => draft({ validity_days: undefined }))
      .to.throw()
      .with.property('code', 'request.invalid');
    expect(draft({ validity_days: undefined, validity_months: 1 }).terms.validity).to.deep.equal({
      months: 1,
    });
  });

  it('has amounts of its currency', () => {
    expect(draft({ price: '999', currency: 'JPY' }).terms.price).to.deep.equal(money(999, 'JPY'));
    for (const price of ['-1', '9.999', 'much', '1e3', ''])
      expect(() => draft({ price }), price)
        .to.throw()
        .with.nested.property(pointer(), '/price');
    const meter = { feature: 'calls', kind: 'meter', limit: 5, per: 'day', overage: 'allow' };
    expect(draft({ entitlements: [{ ...meter, overage_price: '0.05' }] }).terms.features[0]).to.deep.include({
      overage: 'allow',
      overagePriceMinor: 5,
    });
    expect(() => draft({ entitlements: [{ ...meter, overage_price: 'x' }] }))
      .to.throw()
      .with.nested.property(pointer(), '/entitlements/0/overage_price');
  });

  it('blocks overage of a meter unless it says otherwise', () => {
    const meter = { feature: 'calls', kind: 'meter', limit: 5, per: 'day' };
    expect(draft({ entitlements: [meter] }).terms.features[0]?.overage).to.equal('block');
  });
});

describe('changes of a plan in a request body', () => {
  it('are only what was sent', () => {
    expect(changes({ name: 'New' })).to.deep.equal({ name: 'New', terms: {} });
    expect(changes({ is_active: false, trial_days: 3 })).to.deep.equal({
      isActive: false,
      terms: { trialDays: 3 },
    });
  });

  it('price in the plan’s currency when they name none', () => {
    expect(changes({ price: '5' }).terms?.price).to.deep.equal(money(500, 'USD'));
  });

  it('name every amount anew with another currency', () => {
    expect(() => changes({ currency: 'JPY' }))
      .to.throw()
      .with.nested.property(pointer(), '/price');
    const metered = terms({
      features: [
        { feature: 'calls', kind: 'meter', limit: 5, per: 'day', overage: 'allow', overagePriceMinor: 5 },
      ],
    });
    expect(() => changes({ currency: 'JPY', price: '5' }, metered))
      .to.throw()
      .with.nested.property(pointer(), '/entitlements');
    expect(changes({ currency: 'JPY', price: '5' }).terms?.price).to.deep.equal(money(5, 'JPY'));
  });
});
