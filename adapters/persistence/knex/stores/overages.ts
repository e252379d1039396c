import type { OverageReading } from '../../../../src/entitlements/overage.ts';
import type { OverageStore } from '../../../../src/entitlements/ports.ts';
import { columnOf, RecordTable, type Columns, type Row } from '../columns.ts';
import { rawRows, rowsFromJson } from '../json-rows.ts';
import { parameters, writeRows, type RowWrite } from '../row-writes.ts';
import type { Database } from '../unit-of-work.ts';

type AccountReading = OverageReading & { readonly accountId: string };

const COLUMNS: Columns<AccountReading> = {
  accountId: 'text',
  feature: 'text',
  unitPriceMinor: 'number',
  currency: 'text',
  units: 'number',
};
const OVERAGES = new RecordTable<AccountReading>('overages', COLUMNS);
const NAMES = Object.keys(COLUMNS).map(columnOf);
const KEY = 'account_id, feature, unit_price_minor, currency';
const GROW = `on conflict (${KEY}) do update set units = overages.units + excluded.units`;

const ADD: RowWrite = {
  each: `insert into overages (${NAMES.join(', ')}) values (${parameters(NAMES)}) ${GROW}`,
  columns: NAMES,
  // A statement may not touch a row twice: readings of one price are one row before they are written.
  together: `insert into overages (${NAMES.join(', ')})
    select ${KEY}, sum(units) from (${rowsFromJson('postgres', COLUMNS)}) as readings
    group by ${KEY} order by ${KEY} ${GROW} returning units`,
};

const ERASE = `delete from overages where (${KEY}) in (
    select ${KEY} from overages where account_id = ? order by ${KEY} limit ?
  ) returning units`;

const readingIn = (row: Row): OverageReading => {
  const { feature, unitPriceMinor, currency, units } = OVERAGES.fromRow(row);
  return { feature, unitPriceMinor, currency, units };
};

export const knexOverages = (database: Database): OverageStore => ({
  add: async (accountId, readings) => {
    const rows = readings.map((reading) => OVERAGES.toRow({ ...reading, accountId }));
    await writeRows(database, ADD, rows);
  },
  listOf: async (accountId) => {
    const rows = (await database
      .knex('overages')
      .where({ account_id: accountId })
      .orderBy(['feature', 'unit_price_minor', 'currency'])) as Row[];
    return rows.map(readingIn);
  },
  erase: async (accountId, limit) => (await rawRows(database, ERASE, [accountId, limit])).length,
});
