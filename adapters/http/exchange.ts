import { randomUUID } from 'node:crypto';
import type { Request, Response } from 'express';
import type { Actor } from '../../src/kernel/actor.ts';
import { problemBody, problemOf } from './problems.ts';
import type { EdgeLog } from './log.ts';

/** One request on its way through the edge, and what became known about it. */
export interface Exchange {
  readonly request: Request;
  readonly response: Response;
  readonly requestId: string;
  readonly startedAt: number;
  /** The pattern of the route that answers, for logs and metrics. */
  pattern: string;
  actor: Actor | undefined;
}

const REQUEST_ID = /^[A-Za-z0-9._-]{1,128}$/;

export function exchangeOf(request: Request, response: Response): Exchange {
  const sent = request.headers['x-request-id'];
  const requestId = typeof sent === 'string' && REQUEST_ID.test(sent) ? sent : randomUUID();
  return { request, response, requestId, startedAt: performance.now(), pattern: 'none', actor: undefined };
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Absent: no content. */
  readonly text?: string;
  readonly type?: string;
}

export function send({ response }: Exchange, reply: Reply): void {
  response.statusCode = reply.status;
  for (const name in reply.headers) response.setHeader(name, reply.headers[name] ?? '');
  if (reply.text === undefined) {
    if (reply.status !== 204 && reply.status !== 304) response.setHeader('Content-Length', 0);
    response.end();
    return;
  }
  response.setHeader('Content-Type', reply.type ?? 'application/json; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(reply.text));
  response.end(reply.text);
}

/** Answers with the problem that the error is; one that came too late for that ends the connection. */
export function sendProblem(exchange: Exchange, error: unknown, log: EdgeLog): void {
  const problem = problemOf(error);
  const { request, response, requestId } = exchange;
  // Whoever reads a body that breaks off meets an error that is the caller's doing, and nobody waits for us.
  const isGone = request.destroyed && !request.complete;
  if (problem.status === 500 && !isGone) log.error(error, 'request failed', requestId);
  if (response.headersSent) {
    response.destroy();
    return;
  }
  send(exchange, {
    status: problem.status,
    headers: problem.headers,
    text: problemBody(problem, requestId),
    type: 'application/problem+json',
  });
}
