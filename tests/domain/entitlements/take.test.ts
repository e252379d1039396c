import { expect } from 'chai';
import { DomainError } from '../../../src/kernel/domain-error.ts';
import { after, DAY, SECOND, type Instant } from '../../../src/kernel/instant.ts';
import { moved, partedAt, returnable, type Balance, type Part } from '../../../src/entitlements/burn.ts';
import type { MeterTerms } from '../../../src/entitlements/meter.ts';
import { readingsOf } from '../../../src/entitlements/overage.ts';
import { take, type Taken } from '../../../src/entitlements/take.ts';
import { meterEntitlement, usageOf } from '../../../src/entitlements/reckon.ts';
import { gift, meter, metered, NOON, termsOf } from '../../world/entitlements.ts';

const balance = (changes: Partial<Balance> = {}): Balance => ({ meter: meter(), grants: [], ...changes });

function taken(before: Balance, units: number, terms: MeterTerms, now: Instant = NOON): Taken {
  const outcome = take(before, { units, terms, now });
  if (outcome instanceof DomainError) throw outcome;
  return outcome;
}

const refused = (before: Balance, units: number, terms: MeterTerms, now: Instant = NOON): DomainError => {
  const outcome = take(before, { units, terms, now });
  if (outcome instanceof DomainError) return outcome;
  throw new Error('it was given');
};

const named = (parts: readonly Part[], names: Readonly<Record<string, string>> = {}): readonly string[] =>
  parts.map(({ source, units }) => `${units} of ${names[source] ?? source}`);

describe('taking units', () => {
  it('takes all of them or none', () => {
    const before = balance({ meter: meter({ used: 995 }) });
    expect(taken(before, 5, termsOf(metered())).balance.meter.used).to.equal(1_000);
    expect(refused(before, 6, termsOf(metered()))).to.include({ code: 'entitlements.limit-reached' });
  });

  it('tells what is left of it when it refuses', () => {
    const { details } = refused(balance({ meter: meter({ used: 995 }) }), 6, termsOf(metered()));
    expect(details).to.include({ reason: 'limit_reached', limit: 1_000, used: 995, remaining: 5 });
    expect(details['resets_at']).to.equal('2026-02-28T12:00:00.000Z');
  });

  it('burns by priority, then by the earliest end, then by age, and one amount over several', () => {
    const first = gift({ amount: 10, priority: 1 });
    const ending = gift({ amount: 20, expiresAt: after(NOON, DAY) });
    const older = gift({ amount: 30, createdAt: after(NOON, -DAY) });
    const younger = gift({ amount: 40 });
    const last = gift({ amount: 50, priority: 200, expiresAt: after(NOON, SECOND) });
    const names = Object.fromEntries(
      Object.entries({ first, ending, older, younger, last }).map(([name, { id }]) => [`grant ${id}`, name]),
    );
    const before = balance({
      meter: meter({ allowance: 100, lots: [{ amount: 5, used: 2, expiresAt: after(NOON, 2 * DAY) }] }),
      grants: [last, younger, older, ending, first],
    });
    const { parts } = taken(before, 10 + 20 + 3 + 100 + 30 + 40 + 7, termsOf(metered({ limit: 100 })));
    const lot = `rollover ${after(NOON, 2 * DAY)}`;
    expect(named(parts, { ...names, [lot]: 'the lot' })).to.deep.equal([
      '10 of first',
      '20 of ending',
      '3 of the lot',
      '100 of plan',
      '30 of older',
      '40 of younger',
      '7 of last',
    ]);
  });

  it('lets a top-up feed an account without a plan, and one whose plan ended', () => {
    const topUp = gift({ source: 'top_up' });
    const fed = balance({ grants: [topUp] });
    for (const reason of ['no_subscription', 'past_due_grace_over', 'paused'] as const)
      expect(named(taken(fed, 60, termsOf(null, { reason })).parts)).to.deep.equal([
        `60 of grant ${topUp.id}`,
      ]);
  });

  it('says why nothing is granted', () => {
    const { code, details } = refused(balance(), 1, termsOf(null, { reason: 'paused' }));
    expect([code, details['reason']]).to.deep.equal(['entitlements.not-in-plan', 'paused']);
    expect(refused(balance(), 1, termsOf(null)).details['reason']).to.equal('not_in_plan');
    const gone = balance({ grants: [gift({ expiresAt: NOON })] });
    expect(refused(gone, 1, termsOf(null)).details['reason']).to.equal('not_in_plan');
  });

  it('never ends what is unlimited, and never miscounts it', () => {
    const terms = termsOf(metered({ limit: -1 }));
    const much = taken(balance({ meter: meter({ allowance: -1, used: 1e15 }) }), 7, terms);
    expect(usageOf(much.balance, terms, NOON)).to.include({ used: 1e15 + 7, limit: -1, remaining: -1 });
    const full = balance({ meter: meter({ allowance: -1, used: Number.MAX_SAFE_INTEGER - 3 }) });
    expect(refused(full, 4, terms).code).to.equal('entitlements.limit-reached');
  });

  it('goes over the limit where the plan allows it, behind everything else', () => {
    const terms = termsOf(
      metered({ limit: 10, overage: 'allow', overagePrice: { minor: 25, currency: 'USD' } }),
    );
    const given = gift({ amount: 5, expiresAt: after(NOON, 90 * DAY) });
    const { parts, balance: next } = taken(
      balance({ meter: meter({ allowance: 10 }), grants: [given] }),
      18,
      terms,
    );
    expect(named(parts)).to.deep.equal(['10 of plan', `5 of grant ${given.id}`, '3 of overage']);
    expect(usageOf(next, terms, NOON)).to.include({ used: 18, limit: 15, remaining: 0, overage: 3 });
    const price = { feature: 'api_calls', unitPriceMinor: 25, currency: 'USD' };
    expect(readingsOf(parts, price)).to.deep.equal([{ ...price, units: 3 }]);
    expect(readingsOf(parts, null)).to.deep.equal([]);
  });

  it('leaves nothing below zero when a smaller plan came, and still gives what grants hold', () => {
    const terms = termsOf(metered({ limit: 100 }));
    const before = balance({ meter: meter({ allowance: 100, used: 700 }), grants: [gift({ amount: 9 })] });
    expect(usageOf(before, terms, NOON)).to.include({ used: 700, limit: 109, remaining: 9 });
    expect(taken(before, 9, terms).parts).to.have.length(1);
    expect(refused(before, 10, terms).details).to.include({ remaining: 9 });
  });
});

describe('a rate', () => {
  const terms = termsOf(metered({ rate: { max: 10, windowSeconds: 60 } }));
  const at = (seconds: number): Instant => after(NOON, seconds * SECOND);

  it('admits so many units within its window, whoever takes them', () => {
    const ten = taken(taken(balance(), 7, terms).balance, 3, terms, at(30)).balance;
    const { code, details } = refused(ten, 1, terms, at(59));
    expect([code, details['retry_after_seconds']]).to.deep.equal(['entitlements.rate-exceeded', 1]);
    expect(taken(ten, 10, terms, at(60)).balance.meter.rateUsed).to.equal(10);
  });

  it('is judged before the limit, and does not count what was refused', () => {
    const empty = balance({ meter: meter({ used: 1_000 }) });
    const fast = balance({ meter: meter({ used: 1_000, rateSince: NOON, rateUsed: 5 }) });
    expect(refused(fast, 6, terms).code).to.equal('entitlements.rate-exceeded');
    expect(refused(empty, 10, terms).code).to.equal('entitlements.limit-reached');
  });

  it('can be too low for an amount at any time', () => {
    const { code, details } = refused(balance(), 11, terms);
    expect([code, details['max']]).to.deep.equal(['entitlements.amount-exceeds-rate', 10]);
  });
});

describe('giving units back', () => {
  const given = gift({ amount: 50 });
  const lot = { amount: 5, used: 0, expiresAt: after(NOON, DAY) };
  const before = balance({ meter: meter({ allowance: 10, lots: [lot] }), grants: [given] });
  const terms = termsOf(metered({ limit: 10 }));
  const { parts, balance: after40 } = taken(before, 40, terms);

  it('puts every part back where it was taken from', () => {
    expect(moved(after40, returnable(after40, { parts, turn: 0 }), -1)).to.deep.equal(before);
  });

  it('leaves out what turned, lapsed or went meanwhile', () => {
    const later = { meter: { ...after40.meter, turn: 1, lots: [] }, grants: [] };
    expect(returnable(later, { parts, turn: 0 })).to.deep.equal([]);
    expect(named(returnable({ ...later, grants: after40.grants }, { parts, turn: 0 }))).to.deep.equal([
      `25 of grant ${given.id}`,
    ]);
  });

  it('keeps the first units as used and returns the rest', () => {
    const { used, unused } = partedAt(parts, 12);
    expect(named(used)).to.deep.equal([`5 of rollover ${lot.expiresAt}`, '7 of plan']);
    expect(named(unused)).to.deep.equal(['3 of plan', `25 of grant ${given.id}`]);
    expect(partedAt(parts, 0).unused).to.deep.equal(parts);
    expect(partedAt(parts, 40)).to.deep.equal({ used: parts, unused: [] });
  });
});

describe('whether so many units may be used', () => {
  const ask = (before: Balance, units: number, terms: MeterTerms) =>
    meterEntitlement(before, { terms, now: NOON, units });

  it('is so when so many are left, or may go over the limit', () => {
    const used = balance({ meter: meter({ used: 990 }) });
    expect(ask(used, 10, termsOf(metered()))).to.include({ allowed: true, reason: null, remaining: 10 });
    expect(ask(used, 11, termsOf(metered()))).to.include({ allowed: false, reason: 'limit_reached' });
    expect(ask(used, 11, termsOf(metered({ overage: 'allow' })))).to.include({ allowed: true });
  });

  it('is not so where nothing feeds the meter', () => {
    expect(ask(balance(), 1, termsOf(null, { reason: 'ended' }))).to.include({
      allowed: false,
      reason: 'ended',
    });
  });
});
