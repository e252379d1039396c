import express from 'express';
import { documents, type DocumentDeps } from './documents.ts';
import { edge, type EdgeDeps } from './edge.ts';
import { unknownPath } from './edge-refusals.ts';
import { exchangeOf, sendProblem } from './exchange.ts';

export interface AppDeps extends EdgeDeps, DocumentDeps {}

/** The whole HTTP adapter as one Express application; `listen` (server.ts) gives it a socket. */
export function createApp(deps: AppDeps): express.Express {
  const app = express();
  app.disable('etag').disable('x-powered-by');
  app.set('trust proxy', deps.trustProxy.length > 0 ? [...deps.trustProxy] : false);
  const answer = edge(deps);
  app.use((request, response, next) => {
    answer(request, response).then((isAnswered) => {
      if (!isAnswered) next();
    }, next);
  });
  app.use(documents(deps));
  app.use((request, response) => sendProblem(exchangeOf(request, response), unknownPath(), deps.log));
  const lastResort: express.ErrorRequestHandler = (error, request, response, _next) =>
    sendProblem(exchangeOf(request, response), error, deps.log);
  app.use(lastResort);
  return app;
}
