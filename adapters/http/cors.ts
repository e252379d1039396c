import corsPackage from 'cors';
import type { Request, Response } from 'express';

/** Origins that may call from a browser: an exact list, or everybody. */
export type CorsOrigins = readonly string[] | '*';

const EXPOSED = [
  'X-Request-Id',
  'Retry-After',
  'RateLimit',
  'RateLimit-Policy',
  'Idempotency-Replayed',
  'Location',
  'Content-Range',
  'Accept-Ranges',
  'Tus-Resumable',
  'Tus-Version',
  'Tus-Extension',
  'Tus-Max-Size',
  'Tus-Checksum-Algorithm',
  'Upload-Offset',
  'Upload-Length',
  'Upload-Metadata',
  'Upload-Expires',
];

/**
 * Sets the CORS headers of a request that comes from a page; resolves to true when it was a preflight, and
 * is answered. Tokens travel in a header, so no cookies and no credentials, for anybody.
 */
export function crossOrigin(
  origins: CorsOrigins,
): (request: Request, response: Response) => Promise<boolean> {
  const middleware = corsPackage({
    origin: origins === '*' ? '*' : [...origins],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: EXPOSED,
    credentials: false,
    maxAge: 600,
  });
  return (request, response) =>
    new Promise((resolve, reject) => {
      // The package ends every OPTIONS by itself, and calls nobody then.
      if (request.method === 'OPTIONS') response.once('close', () => resolve(true));
      middleware(request, response, (error?: unknown) => (error ? reject(error) : resolve(false)));
    });
}
