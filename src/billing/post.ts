import type { Ids } from '../kernel/ids.ts';
import type { LedgerTransaction } from './ledger.ts';
import type { LedgerStore } from './book-ports.ts';

/** Writes one transaction down. One that does not sum to 0 is a defect of the caller, and throws. */
export async function post(
  { ledger }: { readonly ledger: LedgerStore },
  ids: Ids,
  { postings, ...transaction }: LedgerTransaction,
): Promise<void> {
  const sum = postings.reduce((total, { amountMinor }) => total + amountMinor, 0);
  if (sum !== 0) throw new Error(`a ledger transaction for ${transaction.reference} is off by ${sum}`);
  const moving = postings.filter(({ amountMinor }) => amountMinor !== 0);
  if (moving.length === 0) return;
  const transactionId = ids.next();
  await ledger.append(
    moving.map((posting) => ({ id: ids.next(), transactionId, ...transaction, ...posting })),
  );
}
