import type { Route } from '../route.ts';
import { entitlementRoutes } from './entitlements.ts';
import { planRoutes } from './plans.ts';

/** Every route of the API. There is no second list anywhere. */
export const routes: readonly Route[] = [...entitlementRoutes, ...planRoutes];
