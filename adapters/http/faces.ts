import type { Billing } from '../../src/billing/index.ts';
import type { Catalog } from '../../src/catalog/index.ts';
import type { Entitlements } from '../../src/entitlements/index.ts';
import type { Identity } from '../../src/identity/index.ts';
import type { Operations } from '../../src/operations/index.ts';
import type { Playback } from '../../src/playback/index.ts';
import type { Subscriptions } from '../../src/subscriptions/index.ts';

/** What the HTTP adapter needs of the product: the faces of the contexts, however they were composed. */
export interface Faces {
  readonly billing: Billing;
  readonly catalog: Catalog;
  readonly entitlements: Entitlements;
  readonly identity: Identity;
  readonly operations: Operations;
  readonly playback: Playback;
  readonly subscriptions: Subscriptions;
}
