import { randomUUID } from 'node:crypto';
import { createServer, STATUS_CODES, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Express } from 'express';
import { messagesOf } from './express-messages.ts';
import { problemBody } from './problems.ts';

export interface ListenOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Connections at once; more are dropped when they come, before a byte of them is read. */
  readonly maxConnections?: number;
  readonly timeouts?: Partial<Timeouts>;
  /** Runs when stopping begins: readiness answers 503 from then on. */
  readonly stopping?: () => void;
}

export interface Timeouts {
  /** For the head of a request. The body has its own, in the reader; uploads must only make progress. */
  readonly headersMs: number;
  readonly keepAliveMs: number;
  /** How often sockets are checked for the above. */
  readonly checkEveryMs: number;
  /** What is still running so long after `stop` began is cut off. */
  readonly drainMs: number;
}

const TIMEOUTS: Timeouts = { headersMs: 10_000, keepAliveMs: 5_000, checkEveryMs: 2_000, drainMs: 15_000 };
const MAX_HEADER_BYTES = 16_384;
const MAX_CONNECTIONS = 10_000;

export interface Listening {
  readonly url: string;
  readonly port: number;
  /** Stops accepting, lets what is running end (at most `drainMs`), closes idle connections. Twice is once. */
  stop(): Promise<void>;
}

/** Gives the application a socket, with limits that keep slow and silent clients from holding one for ever. */
export async function listen(app: Express, options: ListenOptions): Promise<Listening> {
  const timeouts = { ...TIMEOUTS, ...options.timeouts };
  const server = createServer(
    {
      ...messagesOf(app),
      headersTimeout: timeouts.headersMs,
      // Would cut off long uploads; bodies are timed where they are read.
      requestTimeout: 0,
      connectionsCheckingInterval: timeouts.checkEveryMs,
      keepAliveTimeout: timeouts.keepAliveMs,
      maxHeaderSize: MAX_HEADER_BYTES,
    },
    app,
  );
  server.maxConnections = options.maxConnections ?? MAX_CONNECTIONS;
  server.on('clientError', refuseGarbage);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port, options.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { port } = server.address() as AddressInfo;
  let stopped: Promise<void> | undefined;
  return {
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    port,
    stop: () => {
      options.stopping?.();
      return (stopped ??= drained(server, timeouts.drainMs));
    },
  };
}

async function drained(server: Server, drainMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // A connection that is kept alive goes as soon as its last answer is out.
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const cut = setTimeout(() => server.closeAllConnections(), drainMs);
  await closed;
  clearInterval(idle);
  clearTimeout(cut);
}

/** What is no HTTP, or too long in the head, or too slow: it never became a request, so it is answered here. */
function refuseGarbage(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, code, detail] = GARBAGE[error.code ?? ''] ?? [400, 'request.invalid', 'This is not HTTP.'];
  const title = STATUS_CODES[status] ?? 'Error';
  const requestId = randomUUID();
  const body = problemBody({ status, code, detail, members: {}, headers: {} }, requestId);
  socket.end(
    [
      `HTTP/1.1 ${status} ${title}`,
      'Connection: close',
      `X-Request-Id: ${requestId}`,
      'Content-Type: application/problem+json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );
}

const GARBAGE: Readonly<Record<string, readonly [status: number, code: string, detail: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'request.headers-too-large', 'The headers may have at most 16 kB.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'request.timeout', 'The request took too long to arrive.'],
};
