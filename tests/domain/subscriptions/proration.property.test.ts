import { expect } from 'chai';
import fc from 'fast-check';
import { DAY, instant, type Instant } from '../../../src/kernel/instant.ts';
import { money, splitMinor } from '../../../src/kernel/money.ts';
import { changed, reckonChange, type Reckoned } from '../../../src/subscriptions/change.ts';
import { evolve } from '../../../src/subscriptions/evolve.ts';
import type { PlanTerms } from '../../../src/subscriptions/plan.ts';
import type { Proration } from '../../../src/subscriptions/purchase.ts';
import type { Stretch } from '../../../src/subscriptions/stretch.ts';
import type { Subscription } from '../../../src/subscriptions/subscription.ts';
import { termEnd } from '../../../src/subscriptions/term.ts';
import { nextId, NOW, subscription, terms } from '../../world/subscriptions.ts';
import { validities } from './lives.ts';

/** 10,000 in `npm run prove`. */
const RUNS = process.env['PROVE'] === '1' ? 10_000 : 300;

const sum = (parts: readonly { readonly minor: number }[]): number =>
  parts.reduce((total, { minor }) => total + minor, 0);

/** Somebody with some terms paid ahead, at some discounts. */
interface Payer {
  readonly state: Subscription;
  readonly plans: readonly [PlanTerms, PlanTerms];
  /** When they change, how, and to which of the plans is told by the turn. */
  readonly changes: readonly { readonly at: Instant; readonly proration: Proration }[];
}

const prices = fc.integer({ min: 0, max: 100_000_00 });

const payers: fc.Arbitrary<Payer> = fc
  .record({
    anchor: fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2040, 0, 1) }),
    lengths: fc.tuple(validities, fc.oneof(fc.constant(null), validities)),
    prices: fc.tuple(prices, prices),
    shares: fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 3 }),
    waits: fc.array(fc.double({ min: 0, max: 0.7, noNaN: true }), { minLength: 1, maxLength: 4 }),
    prorations: fc.infiniteStream(fc.constantFrom<Proration>('prorate', 'prorate', 'none', 'full')),
  })
  .map(({ anchor: from, lengths: [length, another], shares, waits, prorations, ...given }) => {
    const anchor = instant(from);
    const [first, second] = given.prices;
    const plans = [
      terms({ validity: length, price: money(first, 'USD') }),
      terms({ validity: another ?? length, price: money(second, 'USD') }),
    ] as const;
    const stretches = shares.map((share, index): Stretch => ({
      start: termEnd(anchor, length, index),
      end: termEnd(anchor, length, index + 1),
      minor: Math.floor((first * share) / 100),
    }));
    const endsAt = termEnd(anchor, length, shares.length);
    const state = subscription({ ...{ anchor, endsAt, stretches }, terms: shares.length, changedAt: anchor });
    let at = anchor;
    const changes = waits.map((wait) => {
      at = instant(Math.min(endsAt - 1, Math.floor(at + (endsAt - at) * wait)));
      const [proration = 'prorate'] = prorations.take(1);
      return { at, proration };
    });
    return { state, plans, changes };
  });

interface Turn extends Reckoned {
  readonly before: Subscription;
  readonly after: Subscription;
  readonly to: PlanTerms;
  readonly at: Instant;
  readonly proration: Proration;
  readonly sameLength: boolean;
}

function turnsOf({ state, plans, changes }: Payer): readonly Turn[] {
  let before = state;
  return changes.flatMap(({ at, proration }, index): readonly Turn[] => {
    // A full term that began anew may be over by then: nothing runs that could be changed.
    if (before.endsAt !== null && at >= before.endsAt) return [];
    const [from, to] = [plans[index % 2] as PlanTerms, plans[(index + 1) % 2] as PlanTerms];
    const reckoned = reckonChange(before, { from, terms: to }, { at, proration });
    const paid = reckoned.charges.map(({ prorated: _, ...stretch }) => stretch);
    const event = changed(before, { planId: nextId(), termsVersion: 1 }, { ...reckoned, paid, now: at });
    const next = evolve(before, event);
    const sameLength = JSON.stringify(from.validity) === JSON.stringify(to.validity);
    const turn: Turn = { ...reckoned, before, after: next, to, at, proration, sameLength };
    before = next;
    return [turn];
  });
}

const holds = (law: (turn: Turn) => void): void =>
  fc.assert(
    fc.property(payers, (payer) => turnsOf(payer).forEach(law)),
    { numRuns: RUNS },
  );

describe('a change of plan', () => {
  it('gives back what is unused, to the last unit: used and credited are what was paid', () => {
    holds(({ before, credits, at, proration }) => {
      const open = before.stretches.filter(({ end }) => end > at);
      if (proration !== 'prorate') return expect(credits).to.deep.equal([]);
      expect(credits).to.have.length(open.length);
      credits.forEach((credit, index) => {
        const { start, end, minor, carry = 0 } = open[index] as Stretch;
        const used = minor - credit.minor;
        expect(credit).to.include({ start: Math.max(start, at), end });
        // The used part by another road: exact fractions, those of earlier changes too, and not a unit off.
        const length = BigInt(end - start) * 1_000_000n;
        const exact =
          BigInt(minor) * BigInt(Math.max(0, at - start)) * 1_000_000n + BigInt(carry) * BigInt(end - start);
        const off = BigInt(used) * length - exact;
        const isNear = off < length && -off < length;
        expect(isNear || used === 0 || used === minor, `${used} of ${minor}`).to.equal(true);
        expect(used).to.be.within(0, minor);
      });
    });
  });

  it('charges a time’s share of the price, never more than the price of its terms', () => {
    holds(({ before, charges, to, sameLength, proration, at }) => {
      if (!sameLength || proration === 'full') {
        expect(charges.map(({ minor, start }) => [minor, start])).to.deep.equal([[to.price.minor, at]]);
        return;
      }
      if (proration === 'none') return expect(charges).to.deep.equal([]);
      for (const { start, end, minor } of charges) {
        expect(minor).to.be.within(0, to.price.minor);
        const anchor = before.anchor ?? NOW;
        let index = 0;
        while (termEnd(anchor, to.validity, index + 1) <= start) index += 1;
        const whole = BigInt(termEnd(anchor, to.validity, index + 1) - termEnd(anchor, to.validity, index));
        const off = BigInt(minor) * whole - BigInt(to.price.minor) * BigInt(end - start);
        expect(off < whole && -off < whole).to.equal(true);
        if (start === termEnd(anchor, to.validity, index)) expect(minor).to.equal(to.price.minor);
      }
    });
  });

  it('leaves in the subscription exactly what was charged, or what was there', () => {
    holds(({ before, after: next, charges, proration, sameLength, at, run }) => {
      const kept = before.stretches.filter(({ end }) => end > at);
      const expected = proration === 'none' && sameLength ? sum(kept) : sum(charges);
      expect(sum(next.stretches)).to.equal(expected);
      expect(next.endsAt).to.equal(run?.endsAt);
      expect(next.stretches.at(-1)?.end).to.equal(next.endsAt);
    });
  });

  it('and back at the same instant gives back what it charged, and charges what it gave back', () => {
    fc.assert(
      fc.property(payers, ({ state, plans: [from, { price }], changes: [first] }) => {
        if (!first) return;
        const to = { ...from, price };
        const { at } = first;
        const there = reckonChange(state, { from, terms: to }, { at, proration: 'prorate' });
        const paid = there.charges.map(({ prorated: _, ...stretch }) => stretch);
        const next = evolve(
          state,
          changed(state, { planId: nextId(), termsVersion: 1 }, { ...there, paid, now: at }),
        );
        const back = reckonChange(next, { from: to, terms: from }, { at, proration: 'prorate' });
        expect(back.credits).to.deep.equal(paid.map(({ carry: _, ...stretch }) => stretch));
        const paidBack = back.charges.map(({ prorated: _, ...stretch }) => stretch);
        const again = evolve(
          next,
          changed(next, { planId: nextId(), termsVersion: 1 }, { ...back, paid: paidBack, now: at }),
        );
        const third = reckonChange(again, { from, terms: to }, { at, proration: 'prorate' });
        expect(third.charges).to.deep.equal(there.charges);
      }),
      { numRuns: RUNS },
    );
  });

  it('conserves money over any number of changes: paid is used, credited or still there', () => {
    fc.assert(
      fc.property(payers, (payer) => {
        const turns = turnsOf(payer);
        let paid = sum(payer.state.stretches);
        let credited = 0;
        let used = 0;
        for (const { before, credits, charges, at, proration, sameLength } of turns) {
          const open = before.stretches.filter(({ end }) => end > at);
          used += sum(before.stretches) - sum(open);
          // What `full` does not credit is used up by it; what `none` keeps is not.
          const kept = proration === 'none' && sameLength;
          if (!kept) used += sum(open) - sum(credits);
          paid += sum(charges);
          credited += sum(credits);
        }
        expect(paid).to.equal(used + credited + sum((turns.at(-1)?.after ?? payer.state).stretches));
      }),
      { numRuns: RUNS },
    );
  });
});

describe('splitting an amount', () => {
  const weights = fc
    .array(fc.integer({ min: 0, max: 400 * DAY }), { minLength: 1, maxLength: 12 })
    .filter((each) => each.some((weight) => weight > 0));

  it('gives parts that sum to it, none of them a unit off its exact share', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000_000 }), weights, (total, by) => {
        const parts = splitMinor(total, by);
        expect(parts.reduce((all, part) => all + part, 0)).to.equal(total);
        const whole = BigInt(by.reduce((all, weight) => all + weight, 0));
        parts.forEach((part, index) => {
          const off = BigInt(part) * whole - BigInt(total) * BigInt(by[index] ?? 0);
          expect(off < whole && -off < whole).to.equal(true);
        });
      }),
      { numRuns: RUNS },
    );
  });

  it('gives what is left over to the greatest remainders, of equal ones to the first', () => {
    expect(splitMinor(100, [1, 1, 1])).to.deep.equal([34, 33, 33]);
    expect(splitMinor(1, [1, 1])).to.deep.equal([1, 0]);
    expect(splitMinor(10, [0, 3, 3, 1])).to.deep.equal([0, 4, 4, 2]);
    expect(splitMinor(0, [0, 0])).to.deep.equal([0, 0]);
  });

  it('is refused where there is nothing to split by', () => {
    expect(() => splitMinor(1, [0, 0])).to.throw(RangeError);
    expect(() => splitMinor(1, [])).to.throw(RangeError);
    expect(() => splitMinor(-1, [1])).to.throw(RangeError);
    expect(() => splitMinor(1, [2, -1])).to.throw(RangeError);
  });

  it('is exact where numbers are not', () => {
    const year = 366 * DAY;
    expect(splitMinor(9_999_999_999, [1, year - 1])).to.deep.equal([0, 9_999_999_999]);
  });
});
