import { expect } from 'chai';
import { after, DAY, instant, SECOND, toRfc3339, type Instant } from '../../../src/kernel/instant.ts';
import type { Granted } from '../../../src/entitlements/granted.ts';
import { meterPeriod } from '../../../src/entitlements/period.ts';
import { metered, NOON, termsOf } from '../../world/entitlements.ts';

const at = (text: string): Instant => instant(Date.parse(text));

const periodOf = (per: Granted['per'], moment: Instant): readonly (string | null)[] => {
  const { start, end } = meterPeriod(termsOf(metered({ per })), moment);
  return [toRfc3339(start), end && toRfc3339(end)];
};

describe('the period of a meter', () => {
  it('is a day of 86,400 s from the anchor', () => {
    expect(periodOf('day', after(NOON, DAY - 1))).to.deep.equal([
      '2026-01-31T12:00:00.000Z',
      '2026-02-01T12:00:00.000Z',
    ]);
    expect(periodOf('day', after(NOON, 40 * DAY))[0]).to.equal('2026-03-12T12:00:00.000Z');
  });

  it('is a month from the anchor, clamped to its end, and the 31st comes back', () => {
    const starts = ['2026-02-10', '2026-03-10', '2026-03-31T12:00:00.000', '2026-05-01', '2026-06-30'].map(
      (day) => periodOf('month', at(`${day.length === 10 ? `${day}T00:00:00` : day}Z`))[0],
    );
    expect(starts).to.deep.equal([
      '2026-01-31T12:00:00.000Z',
      '2026-02-28T12:00:00.000Z',
      '2026-03-31T12:00:00.000Z',
      '2026-04-30T12:00:00.000Z',
      '2026-05-31T12:00:00.000Z',
    ]);
  });

  it('turns at the very millisecond, half-open', () => {
    const end = at('2026-02-28T12:00:00Z');
    expect(periodOf('month', instant(end - 1))[1]).to.equal('2026-02-28T12:00:00.000Z');
    expect(periodOf('month', end)[0]).to.equal('2026-02-28T12:00:00.000Z');
  });

  it('does not drift over ten years of touching it late', () => {
    let moment: Instant = NOON;
    for (let month = 0; month < 120; month += 1) {
      const { start, end } = meterPeriod(termsOf(metered()), moment);
      expect(start).to.be.at.most(moment);
      if (end === null) throw new Error('a month has an end');
      expect(end).to.be.above(moment);
      // Touched seventeen seconds late, as PayKit's drifting meters were.
      moment = after(end, 17 * SECOND);
    }
    expect(periodOf('month', moment)[0]).to.equal('2036-01-31T12:00:00.000Z');
  });

  it('leap days are days', () => {
    const terms = termsOf(metered(), { anchor: at('2028-01-29T00:00:00Z') });
    expect(toRfc3339(meterPeriod(terms, at('2028-02-29T10:00:00Z')).start)).to.equal(
      '2028-02-29T00:00:00.000Z',
    );
    const other = termsOf(metered(), { anchor: at('2027-01-29T00:00:00Z') });
    expect(toRfc3339(meterPeriod(other, at('2027-03-01T00:00:00Z')).start)).to.equal(
      '2027-02-28T00:00:00.000Z',
    );
  });

  it('is found before the anchor too', () => {
    expect(periodOf('month', at('2025-12-30T00:00:00Z'))[0]).to.equal('2025-11-30T12:00:00.000Z');
    expect(periodOf('day', after(NOON, -1))[0]).to.equal('2026-01-30T12:00:00.000Z');
  });

  it('is the running term, or all time', () => {
    expect(periodOf('term', after(NOON, DAY))).to.deep.equal([
      '2026-01-31T12:00:00.000Z',
      '2026-03-02T12:00:00.000Z',
    ]);
    expect(periodOf('lifetime', after(NOON, 400 * DAY))[1]).to.equal(null);
  });
});
