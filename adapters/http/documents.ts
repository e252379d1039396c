import { createRequire } from 'node:module';
import express from 'express';
import type { JWK } from 'jose';
import swaggerUi from 'swagger-ui-express';
import { openApi, type OpenApiInfo } from './openapi.ts';
import type { RawRoute, Route } from './route.ts';
import { pageHeaders } from './secure-headers.ts';

export interface DocumentDeps {
  readonly routes: readonly Route[];
  readonly rawRoutes: readonly RawRoute[];
  readonly info: OpenApiInfo;
  /** The public keys of access tokens, as they are published. */
  readonly jwks: { readonly keys: readonly JWK[] };
}

const require = createRequire(import.meta.url);

const REDOC_PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Usher API</title>
  </head>
  <body style="margin: 0">
    <redoc spec-url="/openapi.json"></redoc>
    <script src="/redoc/redoc.standalone.js"></script>
  </body>
</html>
`;

/** `/openapi.json`, `/docs` (Swagger UI), `/redoc`, `/.well-known/jwks.json`: made once, at the first request. */
export function documents({ routes, rawRoutes, info, jwks }: DocumentDeps): express.Router {
  const router = express.Router();
  const headers = pageHeaders();
  const keys = JSON.stringify({ keys: jwks.keys });
  let text: string | undefined;

  router.get('/.well-known/jwks.json', (_request, response) => {
    response.set({ 'Content-Type': 'application/json', 'Cache-Control': 'public, max-age=300' }).end(keys);
  });
  router.get('/openapi.json', (_request, response) => {
    text ??= JSON.stringify(openApi({ routes, rawRoutes, info }));
    response.set('Content-Type', 'application/json; charset=utf-8').end(text);
  });
  router.use(['/docs', '/redoc'], (_request, response, next) => {
    for (const [name, value] of headers) response.setHeader(name, value);
    next();
  });
  const options = { swaggerOptions: { url: '/openapi.json' }, customSiteTitle: 'Usher API' };
  // The page names its files relative to `/docs/`, and is read at `/docs`.
  const page = swaggerUi.generateHTML(undefined, options).replaceAll('"./', '"/docs/');
  router.get('/docs', (_request, response) => {
    response.set('Content-Type', 'text/html; charset=utf-8').end(page);
  });
  router.use('/docs', swaggerUi.serveFiles(undefined, options));
  router.get('/redoc', (_request, response) => {
    response.set('Content-Type', 'text/html; charset=utf-8').end(REDOC_PAGE);
  });
  router.get('/redoc/redoc.standalone.js', (_request, response, next) => {
    response.sendFile(require.resolve('redoc/bundles/redoc.standalone.js'), { maxAge: '1d' }, (error) => {
      if (error) next(error);
    });
  });
  return router;
}
