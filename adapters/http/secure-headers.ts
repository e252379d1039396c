import { ServerResponse, IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import helmet from 'helmet';

export type HeaderList = readonly (readonly [name: string, value: string])[];

/** Runs helmet once on a response that goes nowhere: its headers are constant, and cost 11 % per request. */
function recorded(options: Parameters<typeof helmet>[0]): HeaderList {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  helmet(options)(request, response, () => undefined);
  return response.getHeaderNames().map((name) => [name, String(response.getHeader(name))] as const);
}

/** Nothing that the API answers is a page. */
export const apiHeaders = (): HeaderList => [
  ...recorded({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    crossOriginResourcePolicy: { policy: 'cross-origin' },
    // These say something about pages alone, and each header costs every answer.
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  }),
  ['Cache-Control', 'no-store'],
];

/** The documents are pages with scripts and styles of their own; nothing from elsewhere. */
export const pageHeaders = (): HeaderList =>
  recorded({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        workerSrc: ["'self'", 'blob:'],
        frameAncestors: ["'none'"],
      },
    },
  });

/**
 * The player runs its own scripts and styles and nothing else; `mediaOrigins` are the hosts, beside our own, that
 * playlists, segments and posters come from. Media Source Extensions play from `blob:`. Its forms are sent by the
 * script alone: should that be missing, no password travels in an address.
 */
export const playerHeaders = (mediaOrigins: readonly string[]): HeaderList =>
  recorded({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", ...mediaOrigins],
        mediaSrc: ["'self'", 'blob:', ...mediaOrigins],
        connectSrc: ["'self'", ...mediaOrigins],
        workerSrc: ["'self'"],
        formAction: ["'none'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
  });
