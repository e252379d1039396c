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
  /** Names and values in turn: the head of the answer as far as it is known, written in one call by `send`. */
  readonly head: string[];
  /** The pattern of the route that answers, for logs and metrics. */
  pattern: string;
  actor: Actor | undefined;
}

const REQUEST_ID = /^[A-Za-z0-9._-]{1,128}$/;

/** Ids of this process's own: chance once, and a number. A UUID for each costs as much as finding its route. */
const OWN_IDS = randomUUID();
let requests = 0;
const ownId = (): string => `${OWN_IDS}-${(requests += 1)}`;

/** `constant` is what every answer carries; a request that was met before keeps the id that it was given. */
export function exchangeOf(request: Request, response: Response, constant: readonly string[] = []): Exchange {
  const sent = response.getHeader('X-Request-Id') ?? request.headers['x-request-id'];
  const requestId = typeof sent === 'string' && REQUEST_ID.test(sent) ? sent : ownId();
  return {
    request,
    response,
    requestId,
    startedAt: performance.now(),
    head: [...constant, 'X-Request-Id', requestId],
    pattern: 'none',
    actor: undefined,
  };
}

/** Hands the head over to the response itself, for whoever answers without `send`. */
export function settleHead({ response, head }: Pick<Exchange, 'response' | 'head'>): void {
  for (let at = 0; at < head.length; at += 2) response.setHeader(head[at] ?? '', head[at + 1] ?? '');
  head.length = 0;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Absent: no content. */
  readonly text?: string | Uint8Array;
  readonly type?: string;
}

export function send({ response, head }: Exchange, { status, headers, text, type }: Reply): void {
  // A copy: should this one not be sendable, the problem that says so starts from what was there before.
  const whole = [...head];
  for (const name in headers) place(whole, name, headers[name] ?? '');
  if (text !== undefined) {
    whole.push('Content-Type', type ?? 'application/json; charset=utf-8');
    whole.push('Content-Length', String(Buffer.byteLength(text)));
  } else if (status !== 204 && status !== 304) whole.push('Content-Length', '0');
  // A host's middleware may wait for the head (sessions, compression), and knows it only name by name.
  if (Object.hasOwn(response, 'writeHead')) {
    settleHead({ response, head: whole });
    response.writeHead(status).end(text);
  } else response.writeHead(status, whole).end(text);
}

/** A header of the reply's own wins over what every answer carries. */
function place(head: string[], name: string, value: string): void {
  const wanted = name.toLowerCase();
  for (let at = 0; at < head.length; at += 2) {
    if (head[at]?.toLowerCase() !== wanted) continue;
    head[at + 1] = value;
    return;
  }
  head.push(name, value);
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
