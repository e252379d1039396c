import { rawRows } from '../../adapters/persistence/knex/json-rows.ts';
import type { Ground } from './ground.ts';

/** What the clients of one account were told, and what the product says of it now. */
export interface Account {
  readonly accountId: string;
  /** Every request had a key, and was sent until it was answered. */
  readonly isKeyed: boolean;
  /** Units of requests that were answered. */
  readonly acknowledged: number;
  /** Units of requests whose answer never came, of those without a key. */
  readonly cutOff: number;
  /** What each answer said was used in all. */
  readonly counts: readonly number[];
  readonly unexpected: readonly string[];
}

/** What is stored of one meter. */
export interface StoredUsage {
  readonly accountId: string;
  readonly used: number;
  /** Units of all lines of its log, and what the newest says was used. */
  readonly logged: number;
  readonly newest: number;
}

const ROWS = `select meters.account_id, meters.used,
    (select sum(units) from usage_entries as line where line.account_id = meters.account_id) as logged,
    (select line.used from usage_entries as line where line.account_id = meters.account_id
      order by line.moved_at desc, line.version desc limit 1) as newest
  from meters`;

/** Read by SQL beside the product. */
export const readUsage = (ground: Ground): Promise<readonly StoredUsage[]> =>
  ground.look(async ({ reader: knex, dialect }) =>
    (await rawRows({ knex, dialect }, ROWS, [])).map((row) => ({
      accountId: String(row['account_id']),
      used: Number(row['used']),
      logged: Number(row['logged']),
      newest: Number(row['newest']),
    })),
  );

/** What breaks a law of usage; nothing when all of them hold. */
export function usageFaults(accounts: readonly Account[], stored: readonly StoredUsage[]): readonly string[] {
  return accounts.flatMap((account) => {
    const { accountId, isKeyed, acknowledged, cutOff, counts, unexpected } = account;
    const meter = stored.find((each) => each.accountId === accountId);
    if (!meter) return acknowledged === 0 ? [] : [`${accountId}: nothing is stored of ${acknowledged} units`];
    const { used, logged, newest } = meter;
    const faults = [
      ...unexpected,
      ...(used < acknowledged ? [`${acknowledged} were acknowledged, ${used} are stored`] : []),
      ...(used > acknowledged + cutOff
        ? [`${used} are stored of ${acknowledged} and ${cutOff} cut off`]
        : []),
      ...(isKeyed && used !== acknowledged ? [`${used} are stored of ${acknowledged} with keys`] : []),
      ...(logged === used && newest === used ? [] : [`the log says ${logged} and ${newest} of ${used}`]),
      ...(new Set(counts).size === counts.length ? [] : ['two answers told the same count']),
    ];
    return faults.map((fault) => `${accountId}: ${fault}`);
  });
}
