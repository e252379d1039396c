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
      planVersion: 'plan 3',
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
    const used = meter({ per: 'term', used: 700, periodEnd: after(NOON, 30 * DAY) });
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
    const used = meter({ per: 'term', used: 700, periodEnd: after(NOON, 30 * DAY) });
    const resumed = termsOf(perTerm, { term: { start: NOON, end: after(NOON, 60 * DAY) } });
    expect(turned(used, resumed, after(NOON, 40 * DAY))).to.include({ used: 700, turn: 0 });
  });

  it('goes on through the grace of a term whose beginning is not told any more', () => {
    const perTerm = metered({ per: 'term' });
    const end = after(NOON, 30 * DAY);
    const owing = termsOf(perTerm, { term: { start: after(NOON, 12 * DAY), end } });
    expect(turned(meter({ per: 'term', used: 700, periodEnd: end }), owing, after(end, DAY))).to.include({
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
    const used = meter({ per: 'lifetime', used: 700, periodStart: instant(0), periodEnd: null });
    expect(turned(used, forLife, after(NOON, 4_000 * DAY)).used).to.equal(700);
  });

  it('finds the count of another kind of period as it was left, there and back', () => {
    const monthly = termsOf(metered());
    const daily = termsOf(metered({ per: 'day', limit: 10 }), { planVersion: 'plan 3' });
    const there = turned(meter({ used: 1_000 }), daily, after(NOON, 1));
    expect(there).to.include({ per: 'day', used: 0, allowance: 10 });
    const nextDay = turned({ ...there, used: 10 }, daily, after(NOON, DAY + 1));
    expect(nextDay).to.include({ used: 0 });
    expect(turned(nextDay, monthly, after(NOON, DAY + 2))).to.include({ per: 'month', used: 1_000 });
    const lifelong = termsOf(metered({ per: 'lifetime' }));
    const used = meter({ per: 'lifetime', used: 700, periodStart: instant(0), periodEnd: null });
    expect(turned(turned(used, daily, after(NOON, DAY)), lifelong, after(NOON, 9 * DAY)).used).to.equal(700);
  });

  it('stands still in a pause, by the day and by the month', () => {
    const paused = { pausedMs: 40 * DAY, anchor: after(NOON, 40 * DAY) };
    const monthly = turned(meter({ used: 700 }), termsOf(metered(), paused), after(NOON, 50 * DAY));
    expect(monthly).to.include({ used: 700, turn: 0, pausedMs: 40 * DAY });
    const day = meter({ per: 'day', used: 10, periodEnd: after(NOON, DAY) });
    const daily = termsOf(metered({ per: 'day', limit: 10 }), {
      ...paused,
      pausedMs: 2 * DAY,
      anchor: after(NOON, 2 * DAY),
    });
    expect(turned(day, daily, after(NOON, 2.5 * DAY))).to.include({ used: 10, turn: 0 });
    expect(turned(day, daily, after(NOON, 3 * DAY))).to.include({ used: 0, turn: 1 });
  });

  it('counts anew when the same plan is paid for from a new anchor', () => {
    const late = after(NOON, 30 * DAY);
    const terms = termsOf(metered(), { anchor: late, term: { start: late, end: after(late, 30 * DAY) } });
    const running = meter({ used: 700, periodEnd: after(NOON, 31 * DAY) });
    expect(turned(running, terms, after(late, 1)).used).to.equal(0);
    expect(turned(running, { ...terms, planVersion: 'plan 3' }, after(late, 1)).used).to.equal(700);
  });

  it('is not turned back by who read the plan before it was bought anew', () => {
    const stale = termsOf(metered({ per: 'term' }), {
      subscriptionId: 'the old one',
      term: { start: after(NOON, -30 * DAY), end: after(NOON, DAY) },
    });
    const bought = meter({ per: 'term', used: 10, periodEnd: after(NOON, 30 * DAY) });
    expect(turned(bought, stale, after(NOON, 1))).to.equal(bought);
  });

  it('begins at nothing', () => {
    expect(newMeter({ accountId: 'a', feature: 'api_calls' }, termsOf(metered()), NOON)).to.include({
      used: 0,
      periodStart: NOON,
      allowance: 1_000,
      version: 0,
    });
  });
});
