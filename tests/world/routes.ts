import { routes as everyRoute, routesOf } from '../../adapters/http/routes/all.ts';

export { rawRoutes } from '../../adapters/http/routes/all.ts';

/** The routes of a product whose payments are simulated, as the worlds of the tests are. */
export const routes = routesOf(['simulated']);

/** The routes of a product whose payments Stripe moves. */
export const stripeRoutes = routesOf(['stripe']);

/** What nobody has who did not choose Stripe. */
export const onlyStripe = everyRoute.filter(({ provider }) => provider === 'stripe');

/** Every route that some product has. */
export const allRoutes = everyRoute;
