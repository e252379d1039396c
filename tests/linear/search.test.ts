import { expect } from 'chai';
import { balanceOf } from './balance.ts';
import { told, type Answer, type Call, type Operation } from './history.ts';
import { linearize } from './search.ts';

const DAY = 86_400_000;
const LIMIT = 5;

const isLinear = (calls: readonly Call[]): boolean =>
  linearize(calls, balanceOf({ limit: LIMIT, anchor: 0 })) !== undefined;

/** So much was used behind it; `limit` counts grants, and the day ends at midnight. */
const numbers = (used: number, limit = LIMIT, day = 0) => ({
  ...{ used, limit, remaining: limit - used, resetsAt: (day + 1) * DAY },
});
const used = (...given: Parameters<typeof numbers>): Answer => ({
  ...{ says: 'used', numbers: numbers(...given), replayed: false },
});
const seen = (...given: Parameters<typeof numbers>): Answer => ({ says: 'seen', numbers: numbers(...given) });
const full: Answer = { says: 'limit-reached', numbers: numbers(LIMIT) };
const consume = (amount: number, key: string | null = null): Operation => ({ does: 'consume', amount, key });
const look: Operation = { does: 'look' };

type Line = readonly [from: number, to: number, operation: Operation, answer: Answer];
const history = (...lines: readonly Line[]): readonly Call[] =>
  lines.map(([from, to, operation, answer], client) => ({ client, from, to, operation, answer }));

const HOLD: Line = [
  ...([10, 12, { does: 'reserve', amount: 3, name: 'a', seconds: 1 }] as const),
  { says: 'reserved', at: 11, expiresAt: 1_011 },
];
const commit = (amount: number | null): Operation => ({ does: 'commit', name: 'a', amount });
const ended = (status: string, committed: number | null): Answer => ({ says: 'ended', status, committed });
const EXPIRED: Answer = { says: 'refused', code: 'entitlements.reservation-expired' };

const LEGAL: Readonly<Record<string, readonly Call[]>> = {
  'calls one after another': history(
    [10, 12, consume(2), used(2)],
    [20, 22, consume(3), used(5)],
    [30, 32, consume(1), full],
    [40, 42, look, seen(5)],
  ),
  'calls at once, in whatever order': history(
    [10, 90, consume(1), used(5)],
    [10, 90, consume(2), used(4)],
    [10, 90, consume(2), used(2)],
    [10, 90, look, seen(4)],
  ),
  'a key that is sent twice at once': history(
    [10, 50, consume(2, 'k'), { says: 'used', numbers: numbers(2), replayed: true }],
    [10, 50, consume(2, 'k'), used(2)],
  ),
  'a day that turns meanwhile': history(
    [10, 12, consume(5), used(5)],
    [DAY - 10, DAY + 10, consume(4), used(4, LIMIT, 1)],
    [DAY - 5, DAY + 5, look, seen(5)],
  ),
  'a reservation that is committed in part': history(
    HOLD,
    [20, 22, look, seen(3)],
    [30, 32, commit(1), ended('committed', 1)],
    [30, 34, consume(4), used(5)],
  ),
  'a reservation that lapses by itself, and too late a commit': history(
    HOLD,
    [1_000, 1_020, look, seen(0)],
    [1_000, 1_030, commit(null), EXPIRED],
    [1_040, 1_050, consume(5), used(5)],
  ),
  'a grant that ends first and is burnt first': history(
    [10, 12, { does: 'grant', amount: 2, expiresAt: 500 }, { says: 'granted' }],
    [20, 22, consume(3), used(3, 7)],
    [490, 510, look, seen(1)],
  ),
};

const PLANTED: Readonly<Record<string, readonly Call[]>> = {
  'a lost update': history([10, 20, consume(1), used(1)], [10, 20, consume(1), used(1)]),
  'an update that is lost later on': history(
    [10, 20, consume(1), used(1)],
    [12, 22, consume(2), used(3)],
    [30, 40, consume(1), used(3)],
  ),
  'more than the limit': history([10, 20, consume(4), used(4)], [10, 20, consume(4), used(4)]),
  'a stale look behind a newer one': history(
    [10, 60, consume(1), used(1)],
    [20, 30, look, seen(1)],
    [40, 50, look, seen(0)],
  ),
  'a look that knows nothing of an answer that was given before': history(
    [10, 20, consume(1), used(1)],
    [21, 30, look, seen(0)],
  ),
  'a look at units that nobody has asked for yet': history(
    [10, 20, look, seen(1)],
    [21, 30, consume(1), used(1)],
  ),
  'a refusal of what still fitted': history([10, 20, consume(4), used(4)], [30, 40, consume(1), full]),
  'a key that counts twice': history([10, 20, consume(1, 'k'), used(1)], [30, 40, consume(1, 'k'), used(2)]),
  'a grant that is given twice': history(
    [10, 20, { does: 'grant', amount: 2, expiresAt: null }, { says: 'granted' }],
    [30, 40, look, seen(0, LIMIT + 4)],
  ),
  'a grant that outlives its end': history(
    [10, 20, { does: 'grant', amount: 2, expiresAt: 500 }, { says: 'granted' }],
    [501, 510, consume(6), used(6, 7)],
  ),
  'a reservation that is committed and returned': history(
    HOLD,
    [20, 22, commit(3), ended('committed', 3)],
    [30, 32, look, seen(0)],
  ),
  'a reservation that is committed after its end': history(HOLD, [
    1_011,
    1_020,
    commit(3),
    ended('committed', 3),
  ]),
  'a reservation that is both committed and released': history(
    HOLD,
    [20, 30, commit(null), ended('committed', 3)],
    [20, 30, { does: 'release', name: 'a' }, ended('released', null)],
  ),
  'a reservation that lapses before its end': history(HOLD, [990, 1_000, look, seen(0)]),
  'a day that gives its limit twice': history(
    [10, 20, consume(5), used(5)],
    [DAY, DAY + 10, consume(4), used(4, LIMIT, 1)],
    [DAY + 20, DAY + 30, consume(4), used(4, LIMIT, 1)],
  ),
  'a day that turns back': history(
    [10, 20, consume(1), used(1)],
    [DAY - 10, DAY + 20, consume(1), used(1, LIMIT, 1)],
    [DAY + 30, DAY + 40, consume(1), used(2)],
  ),
};

describe('the search for an order of calls', () => {
  for (const [name, calls] of Object.entries(LEGAL))
    it(`finds one for ${name}`, () => expect(isLinear(calls), told(calls)).to.equal(true));

  for (const [name, calls] of Object.entries(PLANTED))
    it(`finds none for ${name}`, () => expect(isLinear(calls), told(calls)).to.equal(false));

  it('keeps to the time in which calls followed one another', () => {
    const calls = history([10, 90, consume(1), used(3)], [20, 30, consume(2), used(2)]);
    const order = linearize(calls, balanceOf({ limit: LIMIT, anchor: 0 }));
    expect(order?.map(({ client }) => client)).to.deep.equal([1, 0]);
  });

  it('tries no state twice: twelve equal calls at once are found impossible in no time', () => {
    const same = Array.from({ length: 12 }, (): Line => [10, 20, look, seen(0)]);
    const begun = performance.now();
    expect(isLinear(history(...same, [10, 20, look, seen(1)]))).to.equal(false);
    expect(performance.now() - begun).to.be.lessThan(10_000);
  });
});
