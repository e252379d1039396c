import type { Interval } from './search.ts';

/** What a client asks of one account's meter. Reservations go by a name; times are those of the balance. */
export type Operation =
  | { readonly does: 'consume'; readonly amount: number; readonly key: string | null }
  | { readonly does: 'reserve'; readonly amount: number; readonly name: string; readonly seconds: number }
  | { readonly does: 'commit'; readonly name: string; readonly amount: number | null }
  | { readonly does: 'release'; readonly name: string }
  | { readonly does: 'grant'; readonly amount: number; readonly expiresAt: number | null }
  | { readonly does: 'look' };

export interface Numbers {
  readonly used: number;
  readonly limit: number;
  readonly remaining: number;
  readonly resetsAt: number;
}

export type Answer =
  | { readonly says: 'used'; readonly numbers: Numbers; readonly replayed: boolean }
  | { readonly says: 'seen'; readonly numbers: Numbers }
  | { readonly says: 'reserved'; readonly at: number; readonly expiresAt: number }
  | { readonly says: 'ended'; readonly status: string; readonly committed: number | null }
  | { readonly says: 'granted' }
  | { readonly says: 'limit-reached'; readonly numbers: Numbers }
  | { readonly says: 'closed'; readonly status: string }
  | { readonly says: 'refused'; readonly code: string };

/** One call and its answer: `from` and `to` in the time of the balance, with fractions. */
export interface Call extends Interval {
  readonly client: number;
  readonly operation: Operation;
  readonly answer: Answer;
}

/** A history as a reader of a failure needs it: in the order of the calls. */
export const told = (calls: readonly Call[]): string =>
  calls
    .toSorted((a, b) => a.from - b.from)
    .map(
      ({ client, from, to, operation, answer }) =>
        `${from.toFixed(1)}–${to.toFixed(1)} ${client}: ${JSON.stringify(operation)} → ${JSON.stringify(answer)}`,
    )
    .join('\n');
