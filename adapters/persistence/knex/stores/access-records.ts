import { Recent } from '../../../../src/kernel/recent.ts';
import type { AccessRecord, PlanTerms, Subscription } from '../../../../src/subscriptions/index.ts';
import type { RecordTable, Row } from '../columns.ts';
import { rawRows } from '../json-rows.ts';
import { namedRows, onSqlite } from '../prepared.ts';
import type { Database } from '../unit-of-work.ts';

const MAX_REMEMBERED = 10_000;

/**
 * What decides about access, for many accounts. The version of a subscription grows with each change, and the
 * terms of a version of a plan never change, so only the versions are asked for, from their index; records that
 * have the version asked for are remembered for as long as `database` is used: by the reader, always.
 */
export function accessRecordsOf(
  database: Database,
  table: RecordTable<Subscription>,
): (accountIds: readonly string[]) => Promise<readonly AccessRecord[]> {
  const remembered = new Recent<string, AccessRecord>(MAX_REMEMBERED);
  return async (accountIds) => {
    const records: AccessRecord[] = [];
    const moved: string[] = [];
    const versions = await newestVersions(database, accountIds);
    accountIds.forEach((accountId, index) => {
      const version = versions[index] ?? null;
      if (version === null) return;
      const known = remembered.get(accountId);
      if (known?.subscription.version === version) records.push(known);
      else moved.push(accountId);
    });
    if (moved.length === 0) return records;
    for (const record of await read(database, table, moved)) {
      remembered.set(record.subscription.accountId, record);
      records.push(record);
    }
    return records;
  };
}

const NEWEST = '(select max(version) from subscriptions where subscriptions.account_id = asked.account_id)';

/** One row that is a list: the drivers' work for each row would be the greater part of the cost. */
const NEWEST_OF_ALL = {
  sqlite: `select json_group_array(${NEWEST} order by asked.place)
    from (select key as place, value as account_id from json_each(?)) as asked`,
  postgres: {
    name: 'newest-subscription-versions',
    text: `select json_agg(${NEWEST} order by asked.place) as versions
      from json_array_elements_text($1::json) with ordinality as asked (account_id, place)`,
  },
} as const;

type Versions = readonly (number | null)[];

/** In the order asked; null where there was never a subscription. */
async function newestVersions(database: Database, accountIds: readonly string[]): Promise<Versions> {
  if (accountIds.length === 0) return [];
  const asked = JSON.stringify(accountIds);
  if (database.dialect === 'postgres') {
    const [row] = await namedRows(database, NEWEST_OF_ALL.postgres, [asked]);
    return row?.['versions'] as Versions;
  }
  // One statement: outside a transaction each would take the locks of the file anew.
  return onSqlite(database, (connection) => {
    const listed = connection.prepare<[string], string>(NEWEST_OF_ALL.sqlite).pluck().get(asked);
    return JSON.parse(listed ?? '[]') as Versions;
  });
}

/** One index seek per account: the greatest version belongs to the subscription that counts. */
const recordSql = (accounts: string): string => `
  select s.*, cast(v.terms as text) as bought_terms
  from ${accounts}
  join subscriptions s on s.account_id = asked.account_id
    and s.version = (select max(n.version) from subscriptions n where n.account_id = asked.account_id)
  join plan_versions v on v.plan_id = s.plan_id and v.terms_version = s.terms_version`;

const RECORD_SQL = {
  sqlite: recordSql('(select distinct value as account_id from json_each(?)) asked'),
  postgres: recordSql('(select distinct json_array_elements_text(?::json) as account_id) asked'),
} as const;

async function read(
  database: Database,
  table: RecordTable<Subscription>,
  accountIds: readonly string[],
): Promise<readonly AccessRecord[]> {
  const rows: Row[] = await rawRows(database, RECORD_SQL[database.dialect], [JSON.stringify(accountIds)]);
  return rows.map((row) => ({
    subscription: table.fromRow(row),
    terms: termsIn(String(row['bought_terms'])),
  }));
}

/** Thousands of subscribers share a few sets of terms: each text is taken apart once. */
const knownTerms = new Recent<string, PlanTerms>(500);

function termsIn(text: string): PlanTerms {
  const known = knownTerms.get(text);
  if (known) return known;
  const terms = JSON.parse(text) as PlanTerms;
  knownTerms.set(text, terms);
  return terms;
}
