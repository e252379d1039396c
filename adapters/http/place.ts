import type { Application, Request } from 'express';

/** Where the application stands: by itself, or mounted in an application of somebody else's. */
export interface Place {
  /** Mounted: whoever mounted it knows better who the caller is (`trust proxy`). */
  isGuest(): boolean;
  /** Mounted at the root of its host, whose other paths are then none of ours to answer. */
  isGuestAtRoot(request: Request): boolean;
  /** What the paths that we tell begin with: where we are mounted, or where a proxy in front says we are. */
  baseOf(request: Request): string;
}

/** `publicPath` is the path of PUBLIC_URL: a proxy takes it away before a request comes to us. */
export function placeOf(app: Application, publicPath: string): Place {
  let isMounted = false;
  app.on('mount', () => {
    isMounted = true;
  });
  return {
    isGuest: () => isMounted,
    isGuestAtRoot: ({ baseUrl }) => isMounted && baseUrl === '',
    baseOf: ({ baseUrl }) => publicPath || baseUrl,
  };
}

/**
 * The JSON of an answer. Paths on this server are members called `…_url` that begin with a slash; below a base they
 * are told with it, so that they lead where they say from anywhere.
 */
export const jsonBelow = (base: string, body: unknown): string =>
  base === ''
    ? JSON.stringify(body)
    : JSON.stringify(body, (name, value: unknown) =>
        name.endsWith('_url') && typeof value === 'string' ? pathBelow(base, value) : value,
      );

/** A path on this server as others see it; an address elsewhere stays as it is. */
export const pathBelow = (base: string, url: string): string =>
  url.startsWith('/') && !url.startsWith('//') ? base + url : url;
