import type { Knex } from 'knex';

const isPostgres = (knex: Knex): boolean => String(knex.client.config.client) === 'pg';

/** How a meter stands: the columns of the meters, and of each line of their log. */
const STATE = `
  account_id text not null,
  feature text not null,
  period_start bigint not null,
  period_end bigint,
  turn integer not null,
  per text,
  subscription_id text,
  plan_version text,
  paused_ms bigint not null,
  allowance bigint not null,
  used bigint not null,
  over bigint not null,
  lots json not null,
  shelved json not null,
  rate_since bigint,
  rate_used bigint not null,
  lapses_at bigint,
  moved_at bigint not null,
  version bigint not null`;

export async function up(knex: Knex): Promise<void> {
  // SQLite keeps these rows in the order of their keys, and finds or writes one in one tree instead of two.
  const rows = isPostgres(knex) ? '' : 'without rowid';
  await knex.raw(
    `create table meters (${STATE},
      primary key (account_id, feature),
      constraint meters_counts check (used >= 0 and over >= 0 and rate_used >= 0),
      constraint meters_versions check (version >= 1)
    ) ${rows}`,
  );
  // What a unit changes of a meter is in no index, and its log has one: both are written with every unit.
  await knex.raw(
    `create table usage_entries (${STATE},
      kind text not null,
      units bigint not null,
      grants json not null,
      primary key (account_id, feature, moved_at, version)
    ) ${rows}`,
  );
  if (isPostgres(knex)) await knex.raw('alter table meters set (fillfactor = 70)');
  await createGrants(knex);
  await createReservations(knex);
  await knex.schema.createTable('overages', (table) => {
    table.text('account_id').notNullable();
    table.text('feature').notNullable();
    table.bigInteger('unit_price_minor').notNullable();
    table.text('currency').notNullable();
    table.bigInteger('units').notNullable();
    table.primary(['account_id', 'feature', 'unit_price_minor', 'currency']);
    table.check('units >= 0', [], 'overages_not_negative');
  });
}

async function createGrants(knex: Knex): Promise<void> {
  await knex.schema.createTable('grants', (table) => {
    table.text('id').primary();
    table.text('account_id').notNullable();
    table.text('feature').notNullable();
    table.text('source').notNullable();
    table.bigInteger('amount').notNullable();
    table.bigInteger('used').notNullable();
    table.integer('priority').notNullable();
    table.bigInteger('expires_at');
    table.bigInteger('created_at').notNullable();
    table.text('created_by').notNullable();
    table.integer('version').notNullable();
    table.check('used >= 0 and used <= amount', [], 'grants_never_overdrawn');
    table.check(`source in ('gift', 'top_up')`, [], 'grants_sources');
    table.index(['account_id', 'feature']);
  });
}

async function createReservations(knex: Knex): Promise<void> {
  await knex.schema.createTable('reservations', (table) => {
    table.text('id').primary();
    table.text('account_id').notNullable().index();
    table.text('feature').notNullable();
    table.bigInteger('amount').notNullable();
    table.json('parts').notNullable();
    table.integer('turn').notNullable();
    table.json('overage_price');
    table.boolean('on_behalf').notNullable();
    table.text('status').notNullable();
    table.bigInteger('committed');
    table.bigInteger('created_at').notNullable();
    table.bigInteger('expires_at').notNullable();
    table.integer('version').notNullable();
    table.check(`status in ('held', 'committed', 'released', 'expired')`, [], 'reservations_statuses');
    table.check(`(status = 'committed') = (committed is not null)`, [], 'reservations_commit_units');
    table.check('committed >= 0 and committed <= amount', [], 'reservations_commit_no_more');
  });
  // Nearly all have ended: only those that count are in the indexes that are asked while units are used.
  await knex.raw(
    `create index reservations_held on reservations (account_id, feature, expires_at, id) where status = 'held'`,
  );
  await knex.raw(`create index reservations_lapsing on reservations (expires_at) where status = 'held'`);
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['overages', 'reservations', 'grants', 'usage_entries', 'meters'])
    await knex.schema.dropTable(table);
}
