import type { AllStores } from '../../adapters/persistence/all-stores.ts';
import * as by from './by-context.ts';
import type { Contract } from './contract.ts';
import { gatewayBookContract } from './gateway-book.contract.ts';

/** Exactly one contract for each store: a store without one does not compile. */
type Contracts = { readonly [K in keyof AllStores]: Contract<AllStores> };

export const contracts: Contracts = {
  ...by.kernel,
  ...by.identity,
  ...by.catalog,
  ...by.subscriptions,
  ...by.billing,
  ...by.entitlements,
  ...by.playback,
  ...by.operations,
  ...by.notifications,
  // Of an adapter, and of no context.
  gatewayBook: gatewayBookContract,
};
