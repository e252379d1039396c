import express from 'express';
import { documents, isDocument, type DocumentDeps } from './documents.ts';
import { edge, type EdgeDeps } from './edge.ts';
import { unknownPath } from './edge-refusals.ts';
import { exchangeOf, sendProblem } from './exchange.ts';
import { placeOf } from './place.ts';

export interface AppDeps extends EdgeDeps, DocumentDeps {
  /** The path below which proxies show us to the world; they take it away. */
  readonly publicPath?: string;
}

/**
 * The whole HTTP adapter as one Express application; `listen` (server.ts) gives it a socket, or another application
 * mounts it: below a path of its own, or at its root, where what is not ours is passed on.
 */
export function createApp(deps: AppDeps): express.Express {
  const app = express();
  app.disable('etag').disable('x-powered-by');
  // Left alone without proxies of our own, so that a host's setting is taken over.
  if (deps.trustProxy.length > 0) app.set('trust proxy', [...deps.trustProxy]);
  const place = placeOf(app, deps.publicPath ?? '');
  const answer = edge(deps, place);
  app.use((request, response, next) => {
    answer(request, response).then((isAnswered) => {
      if (!isAnswered) next();
    }, next);
  });
  app.use(documents(deps, place));
  app.use((request, response, next) => {
    if (place.isGuestAtRoot(request) && !isDocument(request.path)) next();
    else sendProblem(exchangeOf(request, response), unknownPath(), deps.log);
  });
  const lastResort: express.ErrorRequestHandler = (error, request, response, _next) =>
    sendProblem(exchangeOf(request, response), error, deps.log);
  app.use(lastResort);
  return app;
}
