import { expect } from 'chai';
import { after, DAY, instant, type Instant } from '../../../src/kernel/instant.ts';
import { turned } from '../../../src/entitlements/turn.ts';
import type { Rollover } from '../../../src/entitlements/granted.ts';
import { meter, metered, NOON, termsOf } from '../../world/entitlements.ts';

const month = (number: number): Instant => instant(Date.UTC(2026, number, number === 1 ? 28 : 31, 12));
const rolling = (rollover: Rollover, changes = {}) => termsOf(metered({ rollover, ...changes }));
const amounts = (lots: readonly { readonly amount: number; readonly used: number }[]): readonly number[] =>
  lots.map(({ amount, used }) => amount - used);

describe('units that roll over', () => {
  it('are what the period left, for as many days as the plan says', () => {
    const next = turned(meter({ used: 700 }), rolling({ cap: 1_000, expiresDays: 31 }), month(1));
    expect(next.lots).to.deep.equal([{ amount: 300, used: 0, expiresAt: after(month(1), 31 * DAY) }]);
    expect(next.used).to.equal(0);
  });

  it('lapse to the millisecond', () => {
    const terms = rolling({ cap: 1_000, expiresDays: 10 });
    const next = turned(meter({ used: 700 }), terms, month(1));
    const lapse = after(month(1), 10 * DAY);
    expect(turned(next, terms, instant(lapse - 1)).lots).to.have.length(1);
    expect(turned(next, terms, lapse).lots).to.deep.equal([]);
  });

  it('are never more than the cap: the oldest give way', () => {
    const lots = [{ amount: 400, used: 100, expiresAt: after(NOON, 300 * DAY) }];
    const next = turned(meter({ used: 500, lots }), rolling({ cap: 600, expiresDays: 366 }), month(1));
    expect(amounts(next.lots)).to.deep.equal([100, 500]);
  });

  it('are given for each period that nobody touched', () => {
    const next = turned(meter({ used: 900 }), rolling({ cap: 5_000, expiresDays: 366 }), month(4));
    expect(amounts(next.lots)).to.deep.equal([100, 1_000, 1_000, 1_000]);
  });

  it('are not given for periods under another subscription', () => {
    const terms = { ...rolling({ cap: 5_000, expiresDays: 366 }), subscriptionId: 'another' };
    expect(amounts(turned(meter({ used: 900 }), terms, month(4)).lots)).to.deep.equal([100]);
  });

  it('that would have lapsed by now are left out, over any number of years', () => {
    const terms = rolling({ cap: 100_000, expiresDays: 40 }, { per: 'day', limit: 10 });
    const daily = meter({ per: 'day', periodEnd: after(NOON, DAY), allowance: 10 });
    expect(turned(daily, terms, after(NOON, 3_000 * DAY)).lots).to.have.length(40);
  });

  it('are given once for a term that is over and runs in its grace', () => {
    const [start, end] = [after(NOON, 30 * DAY), after(NOON, 60 * DAY)];
    const terms = {
      ...rolling({ cap: 100_000, expiresDays: 60 }, { per: 'term', limit: 100 }),
      term: { start, end },
    };
    const last = meter({ per: 'term', periodEnd: start, allowance: 100, used: 100 });
    expect(amounts(turned(last, terms, after(end, DAY)).lots)).to.deep.equal([]);
  });

  it('are not given for the time before another plan came', () => {
    const terms = { ...rolling({ cap: 5_000, expiresDays: 366 }), planVersion: 'plan 3' };
    expect(amounts(turned(meter({ used: 900 }), terms, month(4)).lots)).to.deep.equal([100]);
  });

  it('are none without a rollover, of what is unlimited, and of what was overused', () => {
    expect(turned(meter({ used: 1 }), termsOf(metered()), month(1)).lots).to.deep.equal([]);
    const roll = { cap: 9, expiresDays: 9 };
    expect(turned(meter({ allowance: -1 }), rolling(roll, { limit: -1 }), month(1)).lots).to.deep.equal([]);
    expect(turned(meter({ used: 1_200 }), rolling(roll), month(1)).lots).to.deep.equal([]);
  });
});
