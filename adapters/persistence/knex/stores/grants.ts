import type { Grant } from '../../../../src/entitlements/grant.ts';
import type { GrantStore } from '../../../../src/entitlements/ports.ts';
import { RecordTable, type Columns, type Row } from '../columns.ts';
import { erasedFrom } from '../erase.ts';
import { rawRows } from '../json-rows.ts';
import { preparedRows } from '../prepared.ts';
import { guardedUpdate, saveAll } from '../row-writes.ts';
import type { Database } from '../unit-of-work.ts';
import { askedValues, ofAsked } from './meter-tables.ts';

const CHANGES: Columns<Omit<Grant, 'id'>> = {
  accountId: 'text',
  feature: 'text',
  source: 'text',
  amount: 'number',
  used: 'number',
  priority: 'number',
  expiresAt: 'number',
  createdAt: 'number',
  createdBy: 'text',
  version: 'number',
};
const GRANTS = new RecordTable<Grant>('grants', { id: 'text', ...CHANGES });
const SAVE_GRANTS = guardedUpdate('grants', CHANGES);

const aliveOf = (dialect: Database['dialect'], now: string): string =>
  `select ${GRANTS.selected()} from ${ofAsked(dialect, 'grants')}
    where grants.expires_at is null or grants.expires_at > ${now}
    order by grants.created_at, grants.id`;

export const LIVING_GRANTS = {
  name: 'living-grants',
  postgres: aliveOf('postgres', '$3'),
  sqlite: aliveOf('sqlite', '?'),
} as const;

/** A reservation names the grants it draws on among its parts. */
const PURGE = `delete from grants where id in (
    select id from grants where expires_at <= ? and not exists (
      select 1 from reservations where reservations.status = 'held'
        and reservations.account_id = grants.account_id and reservations.feature = grants.feature
        and cast(reservations.parts as text) like '%"grant ' || grants.id || '"%'
    )
    order by expires_at limit ?
  ) returning id`;

export function knexGrants(database: Database): GrantStore {
  const records = (rows: readonly Row[]): readonly Grant[] => rows.map((row) => GRANTS.fromRow(row));
  return {
    add: (grant) => GRANTS.insert(database, [grant]),
    aliveOf: async (keys, now) => {
      if (keys.length === 0) return [];
      return records(
        await preparedRows(database, LIVING_GRANTS, [...askedValues(database.dialect, keys), now]),
      );
    },
    listOf: async (accountId) =>
      records(await database.knex('grants').where({ account_id: accountId }).orderBy(['created_at', 'id'])),
    saveAll: (grants) => saveAll(database, GRANTS, { write: SAVE_GRANTS, records: grants }),
    purge: async (border, limit) => (await rawRows(database, PURGE, [border, limit])).length,
    erase: erasedFrom(database, 'grants'),
  };
}
