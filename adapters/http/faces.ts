import type { Entitlements } from '../../src/entitlements/index.ts';
import type { Subscriptions } from '../../src/subscriptions/index.ts';

/** What the HTTP adapter needs of the product: the faces of the contexts, however they were composed. */
export interface Faces {
  readonly entitlements: Entitlements;
  readonly subscriptions: Subscriptions;
}
