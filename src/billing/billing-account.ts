/** How an account pays when nobody asks it: its stored payment method, and how the provider calls it. */
export interface BillingAccount {
  readonly accountId: string;
  /** What collections are charged to; null: none was left with us. */
  readonly paymentMethod: string | null;
  /** Whose customer it is; null together with `providerCustomerId`. */
  readonly provider: string | null;
  readonly providerCustomerId: string | null;
  readonly version: number;
}

/** How a provider calls an account: an id of the provider's, and whose it is. */
export interface Customer {
  readonly provider: string;
  readonly id: string;
}

/** An account of which nothing is kept yet; it is stored from version 1 on. */
export const newBillingAccount = (accountId: string): BillingAccount => ({
  accountId,
  paymentMethod: null,
  provider: null,
  providerCustomerId: null,
  version: 0,
});
