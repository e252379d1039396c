import type { Subscriptions } from '../../src/subscriptions/index.ts';

/** What the HTTP adapter needs of the product: the faces of the contexts, however they were composed. */
export interface Faces {
  readonly subscriptions: Subscriptions;
}
