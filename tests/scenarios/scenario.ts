/** A plan by what differs from a month-long premium plan at 9.99 USD; the fields are those of REST. */
export type PlanSketch = Readonly<Record<string, unknown>>;

/** One thing that the viewer, or the house, does. `{plan:name}` in a body stands for the id of that plan. */
export interface Deed {
  readonly kind: 'does';
  readonly who: 'viewer' | 'admin';
  readonly call: `${'GET' | 'POST' | 'PATCH' | 'DELETE'} /${string}`;
  readonly body: Readonly<Record<string, unknown>>;
  /** The status of the answer, or the code of its refusal. */
  readonly answer: number | string;
  /** Exactly what this makes happen to the viewer, each by its type, in order. */
  readonly events: readonly string[];
}

/** The clock is turned, to a date or by a duration, and exactly these things happen to the viewer meanwhile. */
export interface Turn {
  readonly kind: 'turns';
  /** `MM-DD` (the next such day, at noon) or an ISO 8601 duration. */
  readonly to: string;
  /** Each as `MM-DD type`, in order. */
  readonly events: readonly string[];
}

/** What `GET /subscriptions/my` shows now; times as `MM-DD`. */
export interface Sight {
  readonly kind: 'sees';
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Time goes by while nobody is at work: no sweep, no delivery. */
export interface Sleep {
  readonly kind: 'sleeps';
  /** An ISO 8601 duration. */
  readonly for: string;
}

export type Act = Deed | Turn | Sight | Sleep;

/** A story in Kill Bill's manner: every event is named, and an event that is not named is a failure. */
export interface Scenario {
  readonly name: string;
  /** The day on which it begins, at noon UTC: `MM-DD`, of a `common` or a `leap` year where that is added. */
  readonly from: string;
  readonly plans: Readonly<Record<string, PlanSketch>>;
  readonly acts: readonly Act[];
}

interface Call {
  readonly body?: Readonly<Record<string, unknown>>;
  readonly who?: 'viewer' | 'admin';
  readonly answer?: number | string;
}

export const does = (
  call: Deed['call'],
  { body = {}, who = 'viewer', answer = 200 }: Call,
  events: readonly string[] = [],
): Deed => ({ kind: 'does', who, call, body, answer, events });

export const turns = (to: string, events: readonly string[] = []): Turn => ({ kind: 'turns', to, events });

export const sees = (fields: Readonly<Record<string, unknown>>): Sight => ({ kind: 'sees', fields });
