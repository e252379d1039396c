import { expect } from 'chai';
import { after, DAY, instant, MINUTE } from '../../../src/kernel/instant.ts';
import { newMeter, turned } from '../../../src/entitlements/turn.ts';
import { meter, metered, NOON, termsOf } from '../../world/entitlements.ts';

const FEBRUARY = instant(Date.UTC(2026, 1, 28, 12));

describe('a meter that turns', () => {
  it('counts anew at the end of its period, and not before', () => {
    const used = meter({ used: 700, over: 3 });
    expect(turned(used, termsOf(metered()), instant(FEBRUARY - 1))).to.include({
      used: 700,
      over: 3,
      turn: 0,
    });
    expect(turned(used, termsOf(metered()), FEBRUARY)).to.include({ used: 0, over: 0, turn: 1 });
  });

  it('keeps the usage of a running period when the plan changes its limit', () => {
    const next = turned(meter({ used: 700 }), termsOf(metered({ limit: 500 })), after(NOON, DAY));
    expect(next).to.include({ used: 700, allowance: 500, turn: 0 });
  });

  it('keeps it when a change of plan moves the anchor, and to and fro gains nothing', () => {
    const moved = after(NOON, 10 * DAY);
    const elsewhere = termsOf(metered(), {
      anchor: moved,
      term: { start: moved, end: after(moved, 30 * DAY) },
    });
    const there = turned(meter({ used: 700 }), elsewhere, moved);
    expect(there).to.include({ used: 700, periodStart: moved, turn: 0 });
    const back = turned(there, termsOf(metered()), after(moved, MINUTE));
    expect(back).to.include({ used: 700, periodStart: NOON, turn: 0 });
  });

  it('counts a term anew that was bought anew, but not one that is free', () => {
    const perTerm = metered({ per: 'term' });
    const used = meter({ used: 700, periodEnd: after(NOON, 30 * DAY) });
    const bought = { subscriptionId: 'another', anchor: after(NOON, DAY) };
    expect(turned(used, termsOf(perTerm, bought), after(NOON, DAY)).used).to.equal(0);
    expect(turned(used, termsOf(perTerm, { ...bought, isPaid: false }), after(NOON, DAY)).used).to.equal(700);
  });

  it('keeps a day or a month that runs when another subscription is bought', () => {
    const next = turned(
      meter({ used: 700 }),
      termsOf(metered(), { subscriptionId: 'another' }),
      after(NOON, DAY),
    );
    expect(next).to.include({ used: 700, subscriptionId: 'another' });
  });

  it('goes on with the rest of a term behind a pause', () => {
    const perTerm = metered({ per: 'term' });
    const used = meter({ used: 700, periodEnd: after(NOON, 30 * DAY) });
    const resumed = termsOf(perTerm, { term: { start: NOON, end: after(NOON, 60 * DAY) } });
    expect(turned(used, resumed, after(NOON, 40 * DAY))).to.include({ used: 700, turn: 0 });
  });

  it('goes on through the grace of a term whose beginning is not told any more', () => {
    const perTerm = metered({ per: 'term' });
    const end = after(NOON, 30 * DAY);
    const owing = termsOf(perTerm, { term: { start: after(NOON, 12 * DAY), end } });
    expect(turned(meter({ used: 700, periodEnd: end }), owing, after(end, DAY))).to.include({
      used: 700,
      turn: 0,
    });
  });

  it('stands still while the plan gives nothing', () => {
    const used = meter({ used: 700 });
    expect(turned(used, termsOf(null, { reason: 'paused' }), after(NOON, 90 * DAY))).to.equal(used);
  });

  it('never turns when it counts for a lifetime, whatever is bought', () => {
    const forLife = termsOf(metered({ per: 'lifetime' }), { subscriptionId: 'another' });
    const used = meter({ used: 700, periodStart: instant(0), periodEnd: null });
    expect(turned(used, forLife, after(NOON, 4_000 * DAY)).used).to.equal(700);
  });

  it('begins at nothing', () => {
    expect(newMeter({ accountId: 'a', feature: 'api_calls' }, termsOf(metered()))).to.include({
      used: 0,
      periodStart: NOON,
      allowance: 1_000,
      version: 0,
    });
  });
});
