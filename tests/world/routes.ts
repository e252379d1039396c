import { routesOf } from '../../adapters/http/routes/all.ts';

export { rawRoutes } from '../../adapters/http/routes/all.ts';

/** The routes of a product whose payments are simulated, as the worlds of the tests are. */
export const routes = routesOf(['simulated']);
