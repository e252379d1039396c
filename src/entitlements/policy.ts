/** What accounts have without a plan, and what plans that say nothing of channels give. */
export interface EntitlementPolicy {
  readonly freeMaxDevices: number;
  readonly freeMaxHeight: number;
  readonly freeChannels: number;
  readonly premiumChannels: number;
}

/** The free policy of the product: free titles, 480p, 1 device, 5 channels; premium: 10 channels. */
export const entitlementPolicy: EntitlementPolicy = {
  freeMaxDevices: 1,
  freeMaxHeight: 480,
  freeChannels: 5,
  premiumChannels: 10,
};
