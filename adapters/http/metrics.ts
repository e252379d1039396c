import { collectDefaultMetrics, Registry } from 'prom-client';
import { RequestDurations, type FinishedRequest } from './request-durations.ts';

export interface Metrics {
  observe(request: FinishedRequest): void;
  readonly contentType: string;
  text(): Promise<string>;
  /** For gauges of other parts of the process. */
  readonly registry: Registry;
}

/** Requests by route and status with their durations, and what prom-client tells of the process. */
export function metrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const durations = new RequestDurations();
  return {
    observe: (request) => durations.observe(request),
    contentType: registry.contentType,
    text: async () => `${await registry.metrics()}\n${durations.text()}`,
    registry,
  };
}
