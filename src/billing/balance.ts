/**
 * What an account is owed in one currency: credit that the next invoice uses up. Never negative, and always
 * the sum of the ledger's `customer-credit` entries of the account.
 */
export interface Balance {
  readonly accountId: string;
  readonly currency: string;
  readonly minor: number;
  readonly version: number;
}

export const noBalance = (accountId: string, currency: string): Balance => ({
  accountId,
  currency,
  minor: 0,
  version: 0,
});

/** The balance `minor` higher (lower when negative); below 0 is a defect of the caller. */
export function movedBy(balance: Balance, minor: number): Balance {
  const moved = balance.minor + minor;
  if (!Number.isSafeInteger(moved) || moved < 0)
    throw new RangeError(`the balance of ${balance.accountId} cannot become ${moved}`);
  return { ...balance, minor: moved, version: balance.version + 1 };
}
