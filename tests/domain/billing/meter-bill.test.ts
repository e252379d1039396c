import { expect } from 'chai';
import {
  billed,
  held,
  newMeterBill,
  released,
  unbilledUnits,
  type OverageReading,
} from '../../../src/billing/meter-bill.ts';
import { DOWNLOADS } from '../../world/meters.ts';

const shows = (units: number): OverageReading => ({ ...DOWNLOADS, units });

describe('the bill of a meter', () => {
  const none = newMeterBill('account', shows(70));

  it('begins with nothing, whatever the meter shows', () => {
    expect(none).to.deep.equal({
      ...{ accountId: 'account', feature: 'downloads', unitPriceMinor: 5, currency: 'USD' },
      ...{ billedUnits: 0, heldUnits: 0, heldBy: null, version: 0 },
    });
    expect(unbilledUnits(shows(70), none)).to.equal(70);
  });

  it('leaves out what was billed, and what a payment holds', () => {
    const first = held(none, 70, 'payment');
    expect(first).to.include({ billedUnits: 0, heldUnits: 70, heldBy: 'payment', version: 1 });
    expect(unbilledUnits(shows(90), first)).to.equal(20);
    const paid = billed(first);
    expect(paid).to.include({ billedUnits: 70, heldUnits: 0, heldBy: null, version: 2 });
    expect(unbilledUnits(shows(90), paid)).to.equal(20);
    const more = billed(held(paid, 20, 'another'));
    expect(more).to.include({ billedUnits: 90, version: 4 });
    expect(unbilledUnits(shows(90), more)).to.equal(0);
  });

  it('has again what was given back', () => {
    const back = released(held(none, 70, 'payment'));
    expect(back).to.include({ billedUnits: 0, heldUnits: 0, heldBy: null, version: 2 });
    expect(unbilledUnits(shows(70), back)).to.equal(70);
  });

  it('takes a reading that is older than itself for nothing new', () => {
    expect(unbilledUnits(shows(40), billed(held(none, 70, 'payment')))).to.equal(0);
  });

  it('sets nothing aside for two payments, and no part of a unit', () => {
    const taken = held(none, 1, 'payment');
    expect(() => held(taken, 1, 'another')).to.throw(RangeError);
    for (const units of [0, -1, 0.5, Number.NaN, Number.MAX_SAFE_INTEGER + 1])
      expect(() => held(none, units, 'payment'), String(units)).to.throw(RangeError);
  });
});
