import type { CountedView, FigureStore } from '../../../../src/catalog/ports.ts';
import { dayOf, type DayViews, type Trend } from '../../../../src/catalog/trending.ts';
import { instant, type Instant } from '../../../../src/kernel/instant.ts';
import { RecordTable, type Row } from '../columns.ts';
import { earliestDue } from '../due.ts';
import { rawRows, textsFromJson } from '../json-rows.ts';
import type { Database } from '../unit-of-work.ts';

const DAY_VIEWS = new RecordTable<DayViews>('title_views', {
  titleId: 'text',
  day: 'number',
  views: 'number',
});

/** Views, their figures and their days move in three statements, rows in id order, however many views there are. */
async function countViews(database: Database, views: readonly CountedView[]): Promise<readonly string[]> {
  const { keep, add, addByDay } = database.dialect === 'postgres' ? POSTGRES : SQLITE;
  const batch = views.map(({ key, titleId, at }) => ({ key, title_id: titleId, at }));
  const counted = await rawRows(database, keep, [JSON.stringify(batch)]);
  if (counted.length === 0) return [];
  const titleIds = counted.map((row) => String(row['title_id']));
  const perTitle = summed(titleIds.map((title_id) => ({ title_id })));
  await database.knex.raw(add, [JSON.stringify(perTitle)]);
  const perDay = summed(
    counted.map((row) => ({ title_id: String(row['title_id']), day: dayOf(instant(Number(row['at']))) })),
  );
  await database.knex.raw(addByDay, [JSON.stringify(perDay)]);
  return titleIds;
}

/** How many rows are the same, for each that there is. */
function summed(rows: readonly Row[]): readonly Row[] {
  const sums = new Map<string, Row & { amount: number }>();
  for (const row of rows) {
    const key = JSON.stringify(row);
    const sum = sums.get(key) ?? { ...row, amount: 0 };
    sum.amount += 1;
    sums.set(key, sum);
  }
  return [...sums.values()];
}

const POSTGRES = {
  keep: `insert into counted_views (key, title_id, at)
   select batch.key, batch.title_id, batch.at
   from json_to_recordset(?::json) as batch (key text, title_id text, at bigint)
   where exists (select 1 from title_figures where title_id = batch.title_id)
   order by batch.key
   on conflict (key) do nothing
   returning title_id, at`,
  add: `with batch as (
     select * from json_to_recordset(?::json) as sums (title_id text, amount bigint)
   ), held as (
     select title_id from title_figures
     where title_id in (select title_id from batch) order by title_id for update
   )
   update title_figures as figures set views = figures.views + batch.amount
   from batch join held on held.title_id = batch.title_id
   where figures.title_id = batch.title_id`,
  addByDay: `insert into title_views (title_id, day, views)
   select title_id, day, amount
   from json_to_recordset(?::json) as sums (title_id text, day bigint, amount bigint)
   order by title_id, day
   on conflict (title_id, day) do update set views = title_views.views + excluded.views`,
  rank: `update title_figures as figures set trending = batch.score, trending_due_at = batch.due_at
   from json_to_recordset(?::json) as batch (title_id text, score bigint, due_at bigint)
   where figures.title_id = batch.title_id`,
  // Whoever counts views of a title at this moment holds its row, and ranks it as well.
  due: `select title_id from title_figures where trending_due_at <= ?
   order by trending_due_at, title_id limit ? for update skip locked`,
} as const;

const SQLITE = {
  keep: `insert into counted_views (key, title_id, at)
   select value ->> 'key', value ->> 'title_id', value ->> 'at'
   from json_each(?)
   where exists (select 1 from title_figures where title_id = value ->> 'title_id')
   on conflict (key) do nothing
   returning title_id, at`,
  add: `update title_figures set views = title_figures.views + (batch.value ->> 'amount')
   from json_each(?) as batch
   where title_figures.title_id = batch.value ->> 'title_id'`,
  addByDay: `insert into title_views (title_id, day, views)
   select value ->> 'title_id', value ->> 'day', value ->> 'amount' from json_each(?) where true
   on conflict (title_id, day) do update set views = title_views.views + excluded.views`,
  rank: `update title_figures
   set trending = batch.value ->> 'score', trending_due_at = batch.value ->> 'due_at'
   from json_each(?) as batch
   where title_figures.title_id = batch.value ->> 'title_id'`,
  due: `select title_id from title_figures where trending_due_at <= ?
   order by trending_due_at, title_id limit ?`,
} as const;

async function viewsByDay(
  database: Database,
  titleIds: readonly string[],
  from: Instant,
): Promise<readonly DayViews[]> {
  const { knex, dialect } = database;
  const rows = (await knex('title_views')
    .whereRaw(`title_id in (${textsFromJson(dialect)})`, [JSON.stringify(titleIds)])
    .where('day', '>=', from)
    .orderBy(['title_id', 'day'])) as Row[];
  return rows.map((row) => DAY_VIEWS.fromRow(row));
}

async function rank({ knex, dialect }: Database, trends: readonly Trend[]): Promise<void> {
  const { rank: statement } = dialect === 'postgres' ? POSTGRES : SQLITE;
  const rows = trends.map(({ titleId, score, dueAt }) => ({ title_id: titleId, score, due_at: dueAt }));
  await knex.raw(statement, [JSON.stringify(rows)]);
}

async function takeDue(database: Database, now: Instant, limit: number): Promise<readonly string[]> {
  const { due } = database.dialect === 'postgres' ? POSTGRES : SQLITE;
  return (await rawRows(database, due, [now, limit])).map((row) => String(row['title_id']));
}

export const knexFigures = (database: Database): FigureStore => ({
  countViews: async (views) => (views.length === 0 ? [] : countViews(database, views)),
  viewsByDay: (titleIds, from) => viewsByDay(database, titleIds, from),
  rank: (trends) => rank(database, trends),
  takeDue: (now, limit) => takeDue(database, now, limit),
  nextDueAt: (until) => earliestDue(database.knex('title_figures'), 'trending_due_at', until),
});
