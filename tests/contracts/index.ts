import type { BillingStores } from '../../src/billing/index.ts';
import type { CatalogStores, MediaStorage } from '../../src/catalog/index.ts';
import type { EntitlementStores } from '../../src/entitlements/index.ts';
import type { IdentityStores } from '../../src/identity/index.ts';
import type { NotificationStores } from '../../src/notifications/index.ts';
import type { ArchiveFiles, PlaybackStores } from '../../src/playback/index.ts';
import type { SubscriptionStores } from '../../src/subscriptions/index.ts';
import { archiveFilesContract } from './archive-files.contract.ts';
import {
  billing,
  catalog,
  entitlements,
  identity,
  kernel,
  notifications,
  operations,
  playback,
  subscriptions,
  type KernelStores,
  type OperationsAndOutbox,
} from './by-context.ts';
import type { Contract, Open } from './contract.ts';
import { mediaStorageContract } from './media-storage.contract.ts';

/**
 * The laws of our ports as other teams prove their own stores by them, inside a mocha file of theirs:
 * `subscriptionContracts(() => openMyStores())`. Each test opens empty stores of its own; closing them is the
 * opener's business. They use mocha's `describe`, `it` and `beforeEach`, and chai.
 */

export type { KernelStores } from './by-context.ts';
export type { Contract, Open } from './contract.ts';

const suite =
  <Stores>(title: string, contracts: Readonly<Record<string, Contract<Stores>>>) =>
  (open: Open<Stores>): void => {
    describe(title, () => {
      for (const [port, contract] of Object.entries(contracts)) describe(port, () => contract(open));
    });
  };

export const kernelContracts = suite<KernelStores>('the stores of the kernel', kernel);
export const identityContracts = suite<IdentityStores>('the stores of identity', identity);
export const catalogContracts = suite<CatalogStores>('the stores of catalog', catalog);
export const subscriptionContracts = suite<SubscriptionStores>('the stores of subscriptions', {
  ...kernel,
  ...subscriptions,
});
export const billingContracts = suite<BillingStores>('the stores of billing', { ...kernel, ...billing });
export const entitlementContracts = suite<EntitlementStores>('the stores of entitlements', {
  idempotency: kernel.idempotency,
  outbox: kernel.outbox,
  ...entitlements,
});
export const playbackContracts = suite<PlaybackStores>('the stores of playback', playback);
export const notificationContracts = suite<NotificationStores>('the stores of notifications', notifications);
export const operationsContracts = suite<OperationsAndOutbox>('the stores of operations', operations);

/** A place where media files lie; not a store, so it is opened by itself. */
export function mediaStorageContracts(open: () => Promise<MediaStorage>): void {
  describe('the media storage', () => mediaStorageContract(open));
}

/** A place where old months of the watch history lie; not a store either. */
export function archiveFilesContracts(open: () => Promise<ArchiveFiles>): void {
  describe('the files of the history', () => archiveFilesContract(open));
}
