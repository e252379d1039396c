import type pg from 'pg';

/** Tables and sequences of the product; what Postgres keeps for itself, and what is kept here, are not. */
const OURS = `pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'untouched')`;

/** What a database is made of. One that a test has built on, or torn at, has another. */
const SHAPE = `select md5(string_agg(format('%s %s %s %s', c.oid::regclass, c.relkind, c.relnatts, c.relhastriggers),
  ',' order by c.oid)) as shape from ${OURS}`;

/** Keeps a copy of every row there is, and how far the sequences are. */
const KEEP = `
  create schema untouched;
  create table untouched.sequences as
    select format('%I.%I', schemaname, sequencename) as name, coalesce(last_value, start_value) as value,
      last_value is not null as is_called from pg_sequences;
  create table untouched.tables (name text, copy text);
  do $$
  declare each regclass; filled boolean; place text;
  begin
    for each in select c.oid from ${OURS} and c.relkind = 'r' loop
      execute format('select exists (select from %s)', each) into filled;
      continue when not filled;
      place := format('untouched.of_%s', each::oid);
      execute format('create table %s as table %s', place, each);
      insert into untouched.tables values (each::text, place);
    end loop;
  end $$`;

/** Some two milliseconds, where to make the whole anew takes two hundred: most of it the files of its tables. */
const WIPE = `
  set session_replication_role = replica;
  do $$
  declare each regclass; kept record;
  begin
    for each in select c.oid from ${OURS} and c.relkind = 'r' loop
      execute format('delete from %s', each);
    end loop;
    for kept in select * from untouched.tables loop
      execute format('insert into %s overriding system value table %s', kept.name, kept.copy);
    end loop;
    for kept in select * from untouched.sequences loop
      perform setval(kept.name::regclass, kept.value, kept.is_called);
    end loop;
  end $$`;

/** Prepares a template for copies that can be wiped; the shape that a copy must have for it. */
export async function makeWipeable(client: pg.Client): Promise<string> {
  await client.query(KEEP);
  return shapeOf(client);
}

/** Brings a copy back to what its template holds. False when it is not what it was, and must go. */
export async function wiped(client: pg.Client, shape: string): Promise<boolean> {
  if ((await shapeOf(client)) !== shape) return false;
  await client.query(WIPE);
  return true;
}

async function shapeOf(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ shape: string }>(SHAPE);
  return rows[0]?.shape ?? '';
}
