import type { Knex } from 'knex';

/** The simulated gateway's own book: no table of ours refers to it. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('simulated_charges', (table) => {
    table.text('key').primary();
    table.text('reference').notNullable().unique();
    table.text('account_id').notNullable().index();
    table.bigInteger('amount_minor').notNullable();
    table.text('currency').notNullable();
    table.text('method').notNullable();
    table.text('description').notNullable();
    table.text('outcome').notNullable();
    table.text('reason');
    table.boolean('off_session').notNullable();
    table.boolean('keeps_method').notNullable();
    table.text('checkout_id').unique();
    table.text('return_url');
    table.bigInteger('created_at').notNullable();
    table.integer('version').notNullable();
  });
  await knex.schema.createTable('simulated_refunds', (table) => {
    table.text('key').primary();
    table.text('charge').notNullable().index();
    table.bigInteger('amount_minor').notNullable();
    table.bigInteger('created_at').notNullable();
  });
  await knex.schema.createTable('simulated_disputes', (table) => {
    table.text('id').primary();
    table.text('charge').notNullable().index();
    table.bigInteger('amount_minor').notNullable();
    table.text('reason').notNullable();
    table.bigInteger('opened_at').notNullable();
    table.bigInteger('closes_at');
    table.text('outcome');
    table.integer('version').notNullable();
  });
  await knex.schema.createTable('simulated_webhooks', (table) => {
    table.text('id').primary();
    table.text('body').notNullable();
    table.bigInteger('due_at');
    table.integer('attempts').notNullable();
    table.bigInteger('created_at').notNullable();
  });
  await knex.raw(
    'create index simulated_webhooks_due on simulated_webhooks (due_at, id) where due_at is not null',
  );
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['webhooks', 'disputes', 'refunds', 'charges'])
    await knex.schema.dropTable(`simulated_${table}`);
}
