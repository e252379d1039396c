import type { ErrorRequestHandler } from 'express';
import { DomainError } from '../../src/kernel/domain-error.ts';
import { exchangeOf, send } from './exchange.ts';
import { HttpRefusal, problemBody, problemOf } from './problems.ts';

const isRefusal = (error: unknown): boolean => error instanceof DomainError || error instanceof HttpRefusal;

/**
 * Answers refusals of ours, thrown in routes of other teams, with the problems that our own routes answer with;
 * every other error goes on to the host's handlers: `app.use(answerRefusals)`, behind the routes.
 */
export const answerRefusals: ErrorRequestHandler = (error: unknown, request, response, next) => {
  if (!isRefusal(error) || response.headersSent) return next(error);
  const exchange = exchangeOf(request, response);
  const problem = problemOf(error);
  const { status, headers } = problem;
  const text = problemBody(problem, exchange.requestId);
  send(exchange, { status, headers, text, type: 'application/problem+json' });
};
