import type { RawRoute, Route } from '../../adapters/http/route.ts';
import { startRemoteWorld } from '../adapters/media/remote/world.ts';
import { startStripeWorld } from '../adapters/stripe/world.ts';
import {
  cloudflareRoutes,
  muxRoutes,
  onlyCloudflare,
  onlyMux,
  onlyStripe,
  rawRoutes,
  routes,
  stripeRoutes,
} from '../world/routes.ts';
import { STORES } from '../world/stores.ts';
import { startUsher, type RunningUsher } from '../world/usher.ts';

/** A product as it may be put together: which routes it has depends on the providers that were chosen. */
export interface Composition {
  readonly name: string;
  readonly routes: readonly Route[];
  /** Method and path of those that are looked at here: what another one has as well is looked at there. */
  readonly own: ReadonlySet<string>;
  readonly start: () => Promise<RunningUsher>;
}

export const keyOf = ({ method, path }: Pick<Route | RawRoute, 'method' | 'path'>): string =>
  `${method} ${path}`;

const keysOf = (all: readonly (Route | RawRoute)[]): ReadonlySet<string> => new Set(all.map(keyOf));

export const COMPOSITIONS: readonly Composition[] = [
  ...STORES.map((store) => ({
    name: store,
    routes,
    own: keysOf([...routes, ...rawRoutes]),
    start: () => startUsher(store),
  })),
  {
    name: 'memory, with Stripe',
    routes: stripeRoutes,
    own: keysOf(onlyStripe),
    start: async () => {
      const { world, stop } = await startStripeWorld('memory');
      return { ...world, stop };
    },
  },
  ...(
    [
      ['mux', muxRoutes, onlyMux],
      ['cloudflare', cloudflareRoutes, onlyCloudflare],
    ] as const
  ).map(([provider, all, only]) => ({
    name: `memory, with ${provider}`,
    routes: all,
    own: keysOf(only),
    start: async () => {
      const { world, stop } = await startRemoteWorld(provider, 'memory', { isPrompt: true });
      return { ...world, stop };
    },
  })),
];
