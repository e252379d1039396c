import { createRequire } from 'node:module';
import express from 'express';
import type { JWK } from 'jose';
import swaggerUi from 'swagger-ui-express';
import { openApi, type OpenApiInfo } from './openapi.ts';
import type { Place } from './place.ts';
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

/** Whether a path is one of those here, whatever stands there. */
export const isDocument = (path: string): boolean => DOCUMENTS.test(path);
const DOCUMENTS = /^\/(?:docs|redoc|openapi\.json|\.well-known\/jwks\.json)(?:\/|$)/;

const redocPage = (base: string): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Usher API</title>
  </head>
  <body style="margin: 0">
    <redoc spec-url="${base}/openapi.json"></redoc>
    <script src="${base}/redoc/redoc.standalone.js"></script>
  </body>
</html>
`;

/** What names other documents, and so is another one at another base. */
interface Pages {
  readonly base: string;
  readonly openApi: string;
  readonly docs: string;
  readonly docsScript: express.RequestHandler;
  readonly redoc: string;
}

/** The script that starts Swagger UI, and the folder of everything else. */
function swaggerFiles(options: swaggerUi.SwaggerUiOptions) {
  const [script, folder] = swaggerUi.serveFiles(undefined, options);
  if (!script || !folder) throw new Error('swagger-ui-express gives other files than it did');
  return { script, folder };
}

function pagesAt(base: string, { routes, rawRoutes, info }: DocumentDeps): Pages {
  const options = { swaggerOptions: { url: `${base}/openapi.json` }, customSiteTitle: 'Usher API' };
  return {
    base,
    openApi: JSON.stringify(openApi({ routes, rawRoutes, info, base })),
    // The page names its files relative to `/docs/`, and is read at `/docs`.
    docs: swaggerUi.generateHTML(undefined, options).replaceAll('"./', `"${base}/docs/`),
    docsScript: swaggerFiles(options).script,
    redoc: redocPage(base),
  };
}

/** A host may be mounted below parameters, which callers choose: nothing of theirs becomes markup. */
const plain = (base: string): string => (/^[\w/.~%-]*$/.test(base) ? base : '');

/** `/openapi.json`, `/docs` (Swagger UI), `/redoc`, `/.well-known/jwks.json`: made at the first request. */
export function documents(deps: DocumentDeps, place: Pick<Place, 'baseOf'>): express.Router {
  const router = express.Router();
  const headers = pageHeaders();
  const keys = JSON.stringify({ keys: deps.jwks.keys });
  let latest: Pages | undefined;
  const pages = (request: express.Request): Pages => {
    const base = plain(place.baseOf(request));
    return (latest = latest?.base === base ? latest : pagesAt(base, deps));
  };

  router.get('/.well-known/jwks.json', (_request, response) => {
    response.set({ 'Content-Type': 'application/json', 'Cache-Control': 'public, max-age=300' }).end(keys);
  });
  router.get('/openapi.json', (request, response) => {
    response.set('Content-Type', 'application/json; charset=utf-8').end(pages(request).openApi);
  });
  router.use(['/docs', '/redoc'], (_request, response, next) => {
    for (const [name, value] of headers) response.setHeader(name, value);
    next();
  });
  router.get('/docs', (request, response) => {
    response.set('Content-Type', 'text/html; charset=utf-8').end(pages(request).docs);
  });
  // Before the folder of the package, which has files of these names.
  router.get(['/docs/swagger-ui-init.js', '/docs/package.json'], (request, response, next) => {
    void pages(request).docsScript(request, response, next);
  });
  router.use('/docs', swaggerFiles({}).folder);
  router.get('/redoc', (request, response) => {
    response.set('Content-Type', 'text/html; charset=utf-8').end(pages(request).redoc);
  });
  router.get('/redoc/redoc.standalone.js', (_request, response, next) => {
    response.sendFile(require.resolve('redoc/bundles/redoc.standalone.js'), { maxAge: '1d' }, (error) => {
      if (error) next(error);
    });
  });
  return router;
}
