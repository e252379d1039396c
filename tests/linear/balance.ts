import type { Answer, Call, Numbers, Operation } from './history.ts';
import type { SequentialModel } from './search.ts';

/**
 * One account's meter, one call after another, by rules.md alone ("Entitlements"): a plan that gives so many units a
 * day, grants beside it, reservations, kept answers. It shares no line with the product.
 */
export interface Terms {
  readonly limit: number;
  /** When a day of the plan turns. */
  readonly anchor: number;
}

interface Held {
  readonly status: string;
  readonly amount: number;
  readonly committed: number | null;
  readonly expiresAt: number;
  readonly day: number;
  /** Units by where they were taken from: the plan is -1, a grant its place. */
  readonly parts: readonly (readonly [source: number, units: number])[];
}

interface State {
  /** No change was made later than this. */
  readonly clock: number;
  readonly day: number;
  /** Of what the plan gives. */
  readonly used: number;
  readonly grants: readonly {
    readonly amount: number;
    readonly used: number;
    readonly expiresAt: number | null;
  }[];
  readonly reservations: Readonly<Record<string, Held>>;
  readonly kept: Readonly<Record<string, Numbers>>;
}

const DAY = 86_400_000;
const PLAN = -1;

const startOf = ({ anchor }: Terms, now: number): number => anchor + Math.floor((now - anchor) / DAY) * DAY;
const lives = (expiresAt: number | null, now: number): boolean => expiresAt === null || now < expiresAt;

/** The state when it is `now`: another day counts anew, and what lapsed goes back. */
function at(terms: Terms, state: State, now: number): State {
  const day = startOf(terms, now);
  let next: State = { ...state, clock: now, day, used: day === state.day ? state.used : 0 };
  for (const [name, held] of Object.entries(state.reservations)) {
    if (held.status !== 'held' || now < held.expiresAt) continue;
    next = returned(next, held, held.parts);
    next = { ...next, reservations: { ...next.reservations, [name]: { ...held, status: 'expired' } } };
  }
  return next;
}

function moved(state: State, source: number, units: number): State {
  if (source === PLAN) return { ...state, used: state.used + units };
  const grants = state.grants.map((grant, index) =>
    index === source ? { ...grant, used: grant.used + units } : grant,
  );
  return { ...state, grants };
}

/** What the plan gave on another day is gone with that day. */
const returned = (state: State, { day }: Held, parts: Held['parts']): State =>
  parts.reduce(
    (next, [source, units]) => (source === PLAN && day !== state.day ? next : moved(next, source, -units)),
    state,
  );

function numbersOf({ limit }: Terms, { day, used, grants, clock }: State): Numbers {
  const sources = [{ amount: limit, used }, ...grants.filter(({ expiresAt }) => lives(expiresAt, clock))];
  const sum = (of: (source: { amount: number; used: number }) => number): number =>
    sources.reduce((total, source) => total + of(source), 0);
  return {
    used: sum((source) => source.used),
    limit: sum((source) => source.amount),
    remaining: sum((source) => source.amount - source.used),
    resetsAt: day + DAY,
  };
}

/** Takes from what ends first; undefined when there is not enough. */
function taken(
  terms: Terms,
  state: State,
  units: number,
): { state: State; parts: Held['parts'] } | undefined {
  const grants = state.grants.map(({ amount, used, expiresAt }, source) => ({
    ...{ source, left: amount - used, end: expiresAt ?? Infinity },
  }));
  const sources = [{ source: PLAN, left: terms.limit - state.used, end: state.day + DAY }, ...grants]
    .filter(({ end }) => state.clock < end)
    .sort((a, b) => (a.end === b.end ? 0 : a.end - b.end));
  let [next, rest] = [state, units];
  const parts: [number, number][] = [];
  for (const { source, left } of sources) {
    const part = Math.min(left, rest);
    if (part === 0) continue;
    parts.push([source, part]);
    [next, rest] = [moved(next, source, part), rest - part];
  }
  return rest === 0 ? { state: next, parts } : undefined;
}

interface Done {
  readonly state: State;
  readonly answer: Answer;
}

type Asked<D extends Operation['does']> = Extract<Operation, { readonly does: D }>;

function consumed(terms: Terms, state: State, { amount, key }: Asked<'consume'>): Done {
  const kept = key === null ? undefined : state.kept[key];
  if (kept) return { state, answer: { says: 'used', numbers: kept, replayed: true } };
  const took = taken(terms, state, amount);
  if (!took) return { state, answer: { says: 'limit-reached', numbers: numbersOf(terms, state) } };
  const numbers = numbersOf(terms, took.state);
  const next = key === null ? state.kept : { ...state.kept, [key]: numbers };
  return { state: { ...took.state, kept: next }, answer: { says: 'used', numbers, replayed: false } };
}

function reserved(terms: Terms, state: State, { amount, name, seconds }: Asked<'reserve'>): Done {
  const took = taken(terms, state, amount);
  if (!took) return { state, answer: { says: 'limit-reached', numbers: numbersOf(terms, state) } };
  const expiresAt = state.clock + seconds * 1_000;
  const held: Held = {
    ...{ status: 'held', amount, committed: null, expiresAt, day: state.day, parts: took.parts },
  };
  return {
    state: { ...took.state, reservations: { ...state.reservations, [name]: held } },
    answer: { says: 'reserved', at: state.clock, expiresAt },
  };
}

const refused = (state: State, code: string): Done => ({ state, answer: { says: 'refused', code } });

function ended(state: State, name: string, end: Pick<Held, 'status' | 'committed'>): Done {
  const held = state.reservations[name];
  if (!held) return refused(state, 'request.not-found');
  const { status, committed } = end;
  if (held.status === 'expired') return refused(state, 'entitlements.reservation-expired');
  if ((committed ?? 0) > held.amount) return refused(state, 'entitlements.commits-too-much');
  const answer = { says: 'ended', status, committed } as const;
  if (held.status === status && held.committed === committed) return { state, answer };
  if (held.status !== 'held') return { state, answer: { says: 'closed', status: held.status } };
  let kept = committed ?? 0;
  const unused = held.parts.map(([source, units]) => {
    const stays = Math.min(kept, units);
    kept -= stays;
    return [source, units - stays] as const;
  });
  const next = returned(state, held, unused);
  const reservations = { ...state.reservations, [name]: { ...held, status, committed } };
  return { state: { ...next, reservations }, answer };
}

function granted(state: State, { amount, expiresAt }: Asked<'grant'>): Done {
  if (!lives(expiresAt, state.clock)) return refused(state, 'entitlements.grant-expired');
  const grants = [...state.grants, { amount, used: 0, expiresAt }];
  return { state: { ...state, grants }, answer: { says: 'granted' } };
}

function done(terms: Terms, state: State, operation: Operation): Done {
  switch (operation.does) {
    case 'consume':
      return consumed(terms, state, operation);
    case 'reserve':
      return reserved(terms, state, operation);
    case 'commit': {
      const committed = operation.amount ?? state.reservations[operation.name]?.amount ?? 0;
      return ended(state, operation.name, { status: 'committed', committed });
    }
    case 'release':
      return ended(state, operation.name, { status: 'released', committed: null });
    case 'grant':
      return granted(state, operation);
    case 'look':
      return { state, answer: { says: 'seen', numbers: numbersOf(terms, state) } };
  }
}

const equal = (a: unknown, b: unknown): boolean => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
const sorted = (value: unknown): unknown =>
  value !== null && typeof value === 'object'
    ? Object.entries(value)
        .map(([name, part]) => [name, sorted(part)])
        .sort()
    : value;

/** The instants of a call at which things may have changed by themselves: at each of them it may have been ruled upon. */
function instantsOf(terms: Terms, { clock, grants, reservations }: State, call: Call): readonly number[] {
  const { from, to, answer, operation } = call;
  const [first, last] = [Math.max(clock, Math.floor(from)), Math.floor(to)];
  if (first > last) return [];
  if (answer.says === 'reserved') return first <= answer.at && answer.at <= last ? [answer.at] : [];
  const own = operation.does === 'grant' ? [operation] : [];
  const ends = [...own, ...grants, ...Object.values(reservations)].map(({ expiresAt }) => expiresAt ?? first);
  const turns = [startOf(terms, last), ...ends].filter((end) => first < end && end <= last);
  return [...new Set([first, ...turns])];
}

export function balanceOf(terms: Terms): SequentialModel<State, Call> {
  return {
    initial: { clock: 0, day: 0, used: 0, grants: [], reservations: {}, kept: {} },
    step: (state, call) => {
      return instantsOf(terms, state, call).flatMap((now) => {
        const present = at(terms, state, now);
        const next = done(terms, present, call.operation);
        if (!equal(next.answer, call.answer)) return [];
        // What changes nothing does not move time either: it only said how things stood.
        return [next.state === present ? state : next.state];
      });
    },
    keyOf: (state) => JSON.stringify(state),
  };
}
