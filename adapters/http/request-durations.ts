/** One finished request. */
export interface FinishedRequest {
  readonly method: string;
  /** The route's pattern. */
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}

interface Series {
  readonly method: string;
  readonly status: number;
  /** Requests per bucket, those above the last bound at the end. */
  readonly counts: number[];
  seconds: number;
}

const NAME = 'http_request_duration_seconds';
const HELP = 'Time from the head of a request to the end of its answer; the count is the number of requests.';
/** Upper bounds, in seconds. */
const BOUNDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * The histogram of requests by method, route and status. Each request is counted here, and the text is made when
 * it is asked for: prom-client's own makes a text of the labels at every request to find their counters.
 */
export class RequestDurations {
  readonly #routes = new Map<string, Series[]>();

  observe({ method, route, status, seconds }: FinishedRequest): void {
    const series = this.#seriesOf(method, route, status);
    let bucket = 0;
    while (bucket < BOUNDS.length && seconds > (BOUNDS[bucket] ?? 0)) bucket += 1;
    series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
    series.seconds += seconds;
  }

  /** In Prometheus' text format (0.0.4), as prom-client writes its own. */
  text(): string {
    const lines = [`# HELP ${NAME} ${HELP}`, `# TYPE ${NAME} histogram`];
    for (const [route, all] of this.#routes) for (const series of all) lines.push(...linesOf(route, series));
    return `${lines.join('\n')}\n`;
  }

  #seriesOf(method: string, route: string, status: number): Series {
    const all = this.#routes.get(route) ?? [];
    const known = all.find((each) => each.status === status && each.method === method);
    if (known) return known;
    const made: Series = { method, status, counts: Array.from(BOUNDS, () => 0).concat(0), seconds: 0 };
    this.#routes.set(route, [...all, made]);
    return made;
  }
}

function linesOf(route: string, { method, status, counts, seconds }: Series): readonly string[] {
  const labels = `method="${method}",route="${route}",status="${status}"`;
  let total = 0;
  const buckets = counts.map((count, index) => {
    total += count;
    return `${NAME}_bucket{le="${BOUNDS[index] ?? '+Inf'}",${labels}} ${total}`;
  });
  return [...buckets, `${NAME}_sum{${labels}} ${seconds}`, `${NAME}_count{${labels}} ${total}`];
}
