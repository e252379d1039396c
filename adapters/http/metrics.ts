import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';

export interface Metrics {
  observe(request: { method: string; route: string; status: number; seconds: number }): void;
  readonly contentType: string;
  text(): Promise<string>;
  /** For gauges of other parts of the process. */
  readonly registry: Registry;
}

/** Requests by route and status with their durations, and what prom-client tells of the process. */
export function metrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the head of a request to the end of its answer; the count is the number of requests.',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  return {
    observe: ({ method, route, status, seconds }) => durations.observe({ method, route, status }, seconds),
    contentType: registry.contentType,
    text: () => registry.metrics(),
    registry,
  };
}
