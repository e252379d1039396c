import { readFile } from 'node:fs/promises';
import autocannon from 'autocannon';

export interface Shot {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Made anew for each request, for bodies that count on. */
  readonly body?: () => string;
}

export interface Load {
  readonly base: string;
  readonly connections: number;
  readonly seconds: number;
  /** The requests of one connection, sent in turn: connections share no account. */
  readonly shots: (connection: number) => readonly Shot[];
}

export interface Measured {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly answered: number;
  readonly failed: number;
}

/** Drives one load and counts every answer that is not 2xx as failed. */
export async function drive({ base, connections, seconds, shots }: Load): Promise<Measured> {
  let connection = 0;
  const result = await autocannon({
    url: base,
    connections,
    duration: seconds,
    requests: [{ method: 'GET', path: '/' }],
    setupClient: (client) => {
      client.setRequests(shots(connection).map(requestOf));
      connection += 1;
    },
  });
  return {
    perSecond: result.requests.average,
    p50: result.latency.p50,
    p99: result.latency.p99,
    answered: result.requests.total,
    failed: result.non2xx + result.errors + result.timeouts,
  };
}

function requestOf({ method, path, headers = {}, body }: Shot): autocannon.Request {
  const json = body === undefined ? {} : { 'content-type': 'application/json' };
  return {
    method,
    path,
    headers: { ...headers, ...json },
    ...(body === undefined
      ? {}
      : { setupRequest: (request: autocannon.Request) => ({ ...request, body: body() }) }),
  };
}

export const median = (numbers: readonly number[]): number => {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
};

/** Resident memory of a process at this moment, in MiB. */
export async function memoryMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024);
}
