import { expect } from 'chai';
import fc from 'fast-check';
import { invoicePostings } from '../../../src/billing/ledger.ts';
import type { Overage } from '../../../src/billing/overage.ts';
import { priceOf, type Priced, type Pricing, type Reduction } from '../../../src/billing/pricing.ts';
import { after, DAY, instant } from '../../../src/kernel/instant.ts';
import { money, splitMinor } from '../../../src/kernel/money.ts';
import type { Quote } from '../../../src/subscriptions/index.ts';
import { sized } from '../../races/race.ts';

const NOW = instant(Date.UTC(2026, 1, 1));

const sum = (parts: readonly number[]): number => parts.reduce((total, part) => total + part, 0);

function quote(charges: readonly number[], credits: readonly number[] = []): Quote {
  const stretch = (minor: number) => ({ start: NOW, end: after(NOW, 30 * DAY), minor, planName: 'Standard' });
  return {
    kind: credits.length > 0 ? 'change' : 'start',
    planId: 'plan',
    planName: 'Standard',
    termsVersion: 1,
    price: money(sum(charges), 'USD'),
    subscriptionId: null,
    startsAt: null,
    autoRenew: false,
    charges: charges.map((minor) => ({ ...stretch(minor), prorated: credits.length > 0 })),
    credits: credits.map(stretch),
    change: null,
  };
}

/** Without overage, unless it is told. */
const priced = (of: Omit<Priced, 'overage'> & Partial<Priced>): Pricing => priceOf({ overage: [], ...of });
const percent = (percentBasisPoints: number): Reduction => ({ percentBasisPoints, fixedMinor: null });
const fixed = (fixedMinor: number): Reduction => ({ percentBasisPoints: null, fixedMinor });
const texts = ({ lines }: Pricing): readonly string[] =>
  lines.map(({ kind, description, amountMinor }) => `${kind}: ${description}: ${amountMinor}`);

describe('pricing', () => {
  it('charges a plan as it is', () => {
    const pricing = priced({ quote: quote([999]), discounts: [], creditMinor: 0 });
    expect(texts(pricing)).to.deep.equal(['plan: Standard: 999']);
    expect(pricing).to.include({ subtotalMinor: 999, totalMinor: 999, dueMinor: 999, creditLeftMinor: 0 });
    expect(pricing.nets).to.deep.equal([999]);
  });

  it('takes a share off, rounded half up, and then an amount off what is left', () => {
    const pricing = priced({
      quote: quote([1_001]),
      discounts: [percent(5_000), fixed(100)],
      creditMinor: 0,
    });
    expect(texts(pricing)).to.deep.equal([
      'plan: Standard: 1001',
      'discount: Discount of 50 %: -501',
      'discount: Discount of 1.00 USD: -100',
    ]);
    expect(pricing).to.include({ discountMinor: 601, dueMinor: 400 });
    expect(pricing.nets).to.deep.equal([400]);
  });

  it('never takes off more than is charged', () => {
    const pricing = priced({
      quote: quote([500]),
      discounts: [fixed(9_999), percent(100)],
      creditMinor: 50,
    });
    expect(pricing).to.include({ discountMinor: 500, totalMinor: 0, dueMinor: 0, creditUsedMinor: 0 });
    expect(pricing.nets).to.deep.equal([0]);
  });

  it('spreads a discount over the charges to the last unit', () => {
    const pricing = priced({ quote: quote([100, 100, 100]), discounts: [fixed(100)], creditMinor: 0 });
    expect(pricing.nets).to.deep.equal([66, 67, 67]);
  });

  it('discounts charges only, and never what is given back', () => {
    const pricing = priced({ quote: quote([1_000], [400]), discounts: [percent(1_000)], creditMinor: 0 });
    expect(pricing).to.include({ discountMinor: 100, creditMinor: 400, totalMinor: 500, dueMinor: 500 });
  });

  it('uses the balance before it charges', () => {
    const part = priced({ quote: quote([999]), discounts: [], creditMinor: 300 });
    expect(texts(part).at(-1)).to.equal('balance: Paid from your balance: -300');
    expect(part).to.include({ totalMinor: 999, creditUsedMinor: 300, dueMinor: 699 });
    const whole = priced({ quote: quote([999]), discounts: [], creditMinor: 5_000 });
    expect(whole).to.include({ creditUsedMinor: 999, dueMinor: 0 });
  });

  it('leaves what is given back beyond the charges on the balance', () => {
    const pricing = priced({ quote: quote([200], [500]), discounts: [], creditMinor: 70 });
    expect(texts(pricing).at(-1)).to.equal('balance: Added to your balance: 300');
    expect(pricing).to.include({ totalMinor: -300, creditLeftMinor: 300, creditUsedMinor: 0, dueMinor: 0 });
  });

  const downloads = (units: number, unitPriceMinor = 2): Overage => ({
    ...{ feature: 'hd_downloads', unitPriceMinor, units },
    currency: 'USD',
  });

  it('charges what was used over the limit, unit by unit, behind the plan', () => {
    const pricing = priced({
      quote: quote([999]),
      overage: [downloads(1_250), downloads(1_000_000, 5)],
      discounts: [],
      creditMinor: 0,
    });
    expect(texts(pricing)).to.deep.equal([
      'plan: Standard: 999',
      'overage: 1,250 × hd downloads over the limit: 2500',
      'overage: 1,000,000 × hd downloads over the limit: 5000000',
    ]);
    expect(pricing).to.include({ subtotalMinor: 5_003_499, totalMinor: 5_003_499, dueMinor: 5_003_499 });
    expect(pricing.lines[1]).to.include({ start: null, end: null });
    expect(pricing.nets, 'use is no time').to.deep.equal([999]);
  });

  it('takes coupons off the plan alone, and overage from the balance like all else', () => {
    const pricing = priced({
      quote: quote([1_000]),
      overage: [downloads(100)],
      discounts: [percent(10_000), fixed(50)],
      creditMinor: 150,
    });
    expect(pricing).to.include({ subtotalMinor: 1_200, discountMinor: 1_000, totalMinor: 200 });
    expect(pricing).to.include({ creditUsedMinor: 150, dueMinor: 50 });
    expect(pricing.nets).to.deep.equal([0]);
  });

  it('says nothing of what is nothing', () => {
    expect(priced({ quote: quote([]), discounts: [fixed(5)], creditMinor: 9 }).lines).to.deep.equal([]);
    expect(texts(priced({ quote: quote([0]), discounts: [percent(50)], creditMinor: 9 }))).to.deep.equal([
      'plan: Standard: 0',
    ]);
  });
});

const amount = fc.oneof(fc.nat({ max: 5 }), fc.nat({ max: 20_000 }), fc.nat({ max: 999_999_999_999 }));
const reduction = fc.oneof(
  fc.integer({ min: 1, max: 10_000 }).map(percent),
  fc.integer({ min: 1, max: 999_999_999_999 }).map(fixed),
  fc.integer({ min: 1, max: 2_000 }).map(fixed),
);

describe('the conservation of money', () => {
  const runs = { numRuns: sized(10_000, 500) };

  it('holds for any charges, credits, discounts and balance', () => {
    const cases = fc.record({
      charges: fc.array(amount, { maxLength: 5 }),
      credits: fc.array(amount, { maxLength: 5 }),
      discounts: fc.array(reduction, { maxLength: 3 }),
      balance: amount,
      used: fc.array(
        fc.record({
          feature: fc.constantFrom('downloads', 'api_calls'),
          unitPriceMinor: fc.integer({ min: 1, max: 10_000_000 }),
          units: fc.integer({ min: 1, max: 100_000 }),
          currency: fc.constant('USD'),
        }),
        { maxLength: 3 },
      ),
    });
    fc.assert(
      fc.property(cases, ({ charges, credits, discounts, balance, used }) => {
        const pricing = priced({
          quote: quote(charges, credits),
          ...{ overage: used, discounts, creditMinor: balance },
        });
        const { lines, nets, totalMinor, dueMinor, creditUsedMinor, creditLeftMinor } = pricing;
        const amounts = (of: (kind: string) => boolean): number =>
          sum(lines.filter(({ kind }) => of(kind)).map(({ amountMinor }) => amountMinor));
        const overage = sum(used.map(({ units, unitPriceMinor }) => units * unitPriceMinor));
        expect(pricing.subtotalMinor).to.equal(sum(charges) + overage);
        expect(amounts((kind) => kind === 'overage')).to.equal(overage);
        expect(totalMinor).to.equal(pricing.subtotalMinor - pricing.discountMinor - sum(credits));
        expect(amounts((kind) => kind !== 'balance')).to.equal(totalMinor);
        expect(amounts(() => true)).to.equal(dueMinor);
        expect(dueMinor + creditUsedMinor - creditLeftMinor).to.equal(totalMinor);
        expect(nets).to.have.length(charges.length);
        expect(sum(nets)).to.equal(sum(charges) - pricing.discountMinor);
        for (const [index, net] of nets.entries()) expect(net).to.be.within(0, charges[index] ?? -1);
        for (const part of [dueMinor, creditUsedMinor, creditLeftMinor]) expect(part).to.be.at.least(0);
        expect(creditUsedMinor).to.be.at.most(balance);
        expect(sum(invoicePostings(pricing).map(({ amountMinor }) => amountMinor))).to.equal(0);
      }),
      runs,
    );
  });

  it('splits an amount into parts that sum to it, each within one unit of its share', () => {
    const cases = fc.record({
      total: amount,
      weights: fc
        .array(fc.nat({ max: 40_000_000_000 }), { minLength: 1, maxLength: 9 })
        .filter((weights) => sum(weights) > 0),
    });
    fc.assert(
      fc.property(cases, ({ total, weights }) => {
        const parts = splitMinor(total, weights);
        expect(sum(parts)).to.equal(total);
        const whole = BigInt(sum(weights));
        for (const [index, part] of parts.entries()) {
          const share = BigInt(total) * BigInt(weights[index] ?? 0);
          const low = share / whole;
          expect(part).to.be.within(Number(low), Number(share % whole === 0n ? low : low + 1n));
        }
      }),
      runs,
    );
  });

  it('refuses to split by nothing, or less', () => {
    expect(() => splitMinor(5, [0, 0])).to.throw(RangeError);
    expect(() => splitMinor(5, [2, -1])).to.throw(RangeError);
    expect(() => splitMinor(-5, [1])).to.throw(RangeError);
    expect(splitMinor(0, [0, 0])).to.deep.equal([0, 0]);
  });
});
