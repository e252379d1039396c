import { routes as everyRoute, routesOf } from '../../adapters/http/routes/all.ts';

export { rawRoutes } from '../../adapters/http/routes/all.ts';

/** The routes of a product whose payments are simulated, as the worlds of the tests are. */
export const routes = routesOf(['simulated']);

/** The routes of a product whose payments Stripe moves. */
export const stripeRoutes = routesOf(['stripe']);

/** What nobody has who did not choose Stripe. */
export const onlyStripe = everyRoute.filter(({ provider }) => provider === 'stripe');

/** The routes of a product whose media a provider keeps. */
export const muxRoutes = routesOf(['simulated', 'mux']);
export const cloudflareRoutes = routesOf(['simulated', 'cloudflare']);

/** What nobody has who keeps media; one webhook more is Cloudflare's alone. */
export const onlyMux = muxRoutes.filter((route) => !routes.includes(route));
export const onlyCloudflare = cloudflareRoutes.filter(
  (route) => !routes.includes(route) && !onlyMux.includes(route),
);

/** Every route that some product has. */
export const allRoutes = everyRoute;
