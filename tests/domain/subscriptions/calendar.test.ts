import { expect } from 'chai';
import { DomainError } from '../../../src/kernel/domain-error.ts';
import {
  after,
  before,
  DAY,
  fromRfc3339,
  instant,
  toRfc3339,
  type Instant,
} from '../../../src/kernel/instant.ts';
import { decide } from '../../../src/subscriptions/decide.ts';
import type { Validity } from '../../../src/subscriptions/plan.ts';
import { subscriptionPolicy as policy } from '../../../src/subscriptions/policy.ts';
import { evolve } from '../../../src/subscriptions/evolve.ts';
import type { Subscription } from '../../../src/subscriptions/subscription.ts';
import { termAt, termEnd } from '../../../src/subscriptions/term.ts';
import { NOW, payment, subscription, terms } from '../../world/subscriptions.ts';

const at = (text: string): Instant => {
  const found = fromRfc3339(text);
  if (found === undefined) throw new Error(`not a time: ${text}`);
  return found;
};

const TERMS: readonly [anchor: string, validity: Validity, count: number, end: string][] = [
  ['2026-01-31T12:00:00.000Z', { months: 1 }, 1, '2026-02-28T12:00:00.000Z'],
  ['2026-01-31T12:00:00.000Z', { months: 1 }, 2, '2026-03-31T12:00:00.000Z'],
  ['2026-01-31T12:00:00.000Z', { months: 1 }, 3, '2026-04-30T12:00:00.000Z'],
  ['2028-01-31T12:00:00.000Z', { months: 1 }, 1, '2028-02-29T12:00:00.000Z'],
  ['2028-02-29T23:59:59.999Z', { months: 12 }, 1, '2029-02-28T23:59:59.999Z'],
  ['2028-02-29T23:59:59.999Z', { months: 12 }, 4, '2032-02-29T23:59:59.999Z'],
  ['2026-11-30T00:00:00.000Z', { months: 3 }, 1, '2027-02-28T00:00:00.000Z'],
  ['2026-12-31T00:00:00.000Z', { months: 1 }, 1, '2027-01-31T00:00:00.000Z'],
  ['2026-01-31T12:00:00.000Z', { days: 30 }, 1, '2026-03-02T12:00:00.000Z'],
  ['2028-02-28T00:00:00.000Z', { days: 1 }, 1, '2028-02-29T00:00:00.000Z'],
  // Both nights of Berlin's change of clocks: a day is 86,400 s all the same.
  ['2026-03-28T12:00:00.000Z', { days: 1 }, 1, '2026-03-29T12:00:00.000Z'],
  ['2026-10-24T12:00:00.000Z', { days: 7 }, 2, '2026-11-07T12:00:00.000Z'],
  ['2026-01-01T00:00:00.000Z', { days: 365 }, 1, '2027-01-01T00:00:00.000Z'],
];

describe('the end of a term', () => {
  for (const [anchor, validity, count, end] of TERMS) {
    it(`${count} × ${JSON.stringify(validity)} from ${anchor} is ${end}`, () => {
      expect(toRfc3339(termEnd(at(anchor), validity, count))).to.equal(end);
    });
  }

  for (const zone of ['America/New_York', 'Asia/Kolkata', 'Pacific/Kiritimati', 'Europe/Berlin']) {
    it(`does not hear of the process's time zone: ${zone}`, () => {
      const before = process.env['TZ'];
      process.env['TZ'] = zone;
      try {
        // Proof that the zone holds in this process at all.
        expect(new Date(NOW).getTimezoneOffset()).to.not.equal(0);
        for (const [anchor, validity, count, end] of TERMS)
          expect(toRfc3339(termEnd(at(anchor), validity, count))).to.equal(end);
      } finally {
        if (before === undefined) delete process.env['TZ'];
        else process.env['TZ'] = before;
      }
    });
  }
});

describe('the running term', () => {
  it('ends where the next one begins', () => {
    for (const validity of [{ months: 1 }, { months: 5 }, { days: 30 }, { days: 1 }] as const) {
      for (let count = 1; count <= 30; count += 1) {
        const end = termEnd(NOW, validity, count);
        const last = termAt(NOW, validity, instant(end - 1));
        expect(last).to.deep.equal({ start: termEnd(NOW, validity, count - 1), end });
        expect(termAt(NOW, validity, end).start).to.equal(end);
      }
    }
  });
});

/** Renews at `now`; the new state, or the refusal. */
function renewed(state: Subscription, now: Instant, changes = {}): Subscription | DomainError {
  try {
    const events = decide(state, payment({ terms: terms(changes) }), { now, policy });
    return events.reduce(evolve, state);
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
}

describe('renewing a subscription', () => {
  const year = { validity: { days: 365 } };
  const end = after(NOW, 365 * DAY);
  const state = subscription({ endsAt: end, autoRenew: true });
  const opens = before(end, 30 * DAY);

  const CASES: readonly [when: string, now: Instant, refused: boolean][] = [
    ['31 days before the end', before(end, 31 * DAY), true],
    ['1 s before the window', before(opens, 1_000), true],
    ['1 ms before the window', instant(opens - 1), true],
    ['when the window opens', opens, false],
    ['1 ms into the window', instant(opens + 1), false],
    ['1 s into the window', after(opens, 1_000), false],
    // While its own renewal is being charged it is still active: whoever pays first.
    ['at the end', end, false],
    ['1 s behind the end', after(end, 1_000), false],
    ['1 ms before the end', instant(end - 1), false],
  ];
  for (const [when, now, refused] of CASES) {
    it(`is ${refused ? 'refused' : 'taken'} ${when}`, () => {
      const outcome = renewed(state, now, year);
      if (refused) {
        expect(outcome).to.have.property('code', 'subscriptions.renewal-too-early');
        expect(outcome).to.have.deep.property('details', { opens_at: toRfc3339(opens) });
      } else {
        expect(outcome).to.include({
          status: 'active',
          endsAt: after(end, 365 * DAY),
          terms: 2,
          anchor: NOW,
        });
      }
    });
  }

  it('lets a 30-day plan be renewed once right after it was bought', () => {
    const once = renewed(subscription(), NOW);
    expect(once).to.include({ endsAt: after(NOW, 60 * DAY) });
    expect(renewed(once as Subscription, NOW)).to.have.property('code', 'subscriptions.renewal-too-early');
  });

  it('counts months from the anchor, not from the last end', () => {
    const monthly = { validity: { months: 1 } };
    const first = subscription({ endsAt: at('2026-02-28T12:00:00Z') });
    const second = renewed(first, at('2026-02-28T11:59:59Z'), monthly) as Subscription;
    expect(second).to.include({ endsAt: at('2026-03-31T12:00:00Z'), anchor: NOW, terms: 2 });
  });

  it('begins the first paid term where the trial ends', () => {
    const trialEnd = after(NOW, 7 * DAY);
    const trial = subscription({ status: 'trialing', anchor: null, terms: 0, endsAt: trialEnd });
    const paid = renewed(trial, after(NOW, DAY));
    expect(paid).to.include({
      status: 'active',
      anchor: trialEnd,
      terms: 1,
      endsAt: after(trialEnd, 30 * DAY),
    });
  });

  const debt = subscription({ status: 'past_due', autoRenew: true, endsAt: end });
  const grace = after(end, 3 * DAY);

  it('pays a debt from the old end while the grace lasts', () => {
    const outcome = renewed(debt, instant(grace - 1), year);
    expect(outcome).to.include({ status: 'active', anchor: NOW, endsAt: after(end, 365 * DAY) });
  });

  it('pays a debt from now, which is the new anchor, once the grace is over', () => {
    const outcome = renewed(debt, grace, year);
    expect(outcome).to.include({
      status: 'active',
      anchor: grace,
      terms: 1,
      endsAt: after(grace, 365 * DAY),
    });
  });

  it('never sells a term that is over already', () => {
    const daily = { validity: { days: 1 } };
    const owed = subscription({ status: 'past_due', endsAt: after(NOW, DAY) });
    const now = after(NOW, 2.5 * DAY);
    expect(renewed(owed, now, daily)).to.include({ anchor: now, endsAt: after(now, DAY) });
  });
});
