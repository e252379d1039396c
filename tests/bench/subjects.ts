import type { Stage, Subscriber } from './cast.ts';
import type { Shot } from './load.ts';

/** Connections at once; each has its own subscribers. */
export const CONNECTIONS = Number(process.env['BENCH_CONNECTIONS'] ?? 50);

/** A route that is measured beside a bare one of the same method. */
export interface Subject {
  readonly name: string;
  readonly bare: 'GET' | 'POST';
  readonly shots: (stage: Stage) => (connection: number) => readonly Shot[];
}

const ofConnection = (stage: Stage, connection: number): readonly Subscriber[] =>
  stage.subscribers.filter((_, index) => index % CONNECTIONS === connection);

const perSubscriber =
  (shot: (subscriber: Subscriber, stage: Stage) => Shot) => (stage: Stage) => (connection: number) =>
    ofConnection(stage, connection).map((subscriber) => shot(subscriber, stage));

const get = (path: (stage: Stage) => string) =>
  perSubscriber(({ authorization }, stage) => ({
    method: 'GET',
    path: path(stage),
    headers: { authorization },
  }));

/** Heartbeats come first: the streams were started with the stage, and a lease of 90 s does not wait for others. */
export const SUBJECTS: readonly Subject[] = [
  {
    name: 'heartbeat',
    bare: 'POST',
    shots: perSubscriber((subscriber) => ({
      method: 'POST',
      path: `/api/v1/playback/sessions/${subscriber.streamId}/heartbeat`,
      headers: { authorization: subscriber.authorization },
      body: () => {
        subscriber.seq += 1;
        return JSON.stringify({
          seq: subscriber.seq,
          position_seconds: subscriber.seq % 7_000,
          state: 'playing',
        });
      },
    })),
  },
  {
    name: 'access decision',
    bare: 'GET',
    shots: get(() => '/api/v1/entitlements/max_devices'),
  },
  { name: 'plan list', bare: 'GET', shots: get(() => '/api/v1/subscriptions/plans') },
  { name: 'title detail', bare: 'GET', shots: get(({ titleId }) => `/api/v1/videos/${titleId}`) },
  {
    name: 'usage',
    bare: 'POST',
    shots: perSubscriber(({ authorization }) => ({
      method: 'POST',
      path: '/api/v1/usage',
      headers: { authorization },
      body: () => '{"feature":"api_calls","amount":1}',
    })),
  },
  {
    name: 'purchase',
    bare: 'POST',
    shots: perSubscriber(({ authorization }, { dayPlanId }) => ({
      method: 'POST',
      path: '/api/v1/payments',
      headers: { authorization },
      body: () => JSON.stringify({ plan_id: dayPlanId }),
    })),
  },
];
