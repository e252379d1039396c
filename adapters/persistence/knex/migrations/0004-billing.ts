import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('payments', (table) => {
    table.text('id').primary();
    table.text('account_id').notNullable();
    table.text('plan_id').notNullable();
    table.text('intent').notNullable();
    table.json('quote').notNullable();
    table.json('pricing').notNullable();
    table.bigInteger('amount_minor').notNullable();
    table.text('currency').notNullable();
    table.bigInteger('refunded_minor').notNullable();
    table.bigInteger('refunding_minor').notNullable();
    table.bigInteger('provider_refunded_minor').notNullable();
    table.json('dispute');
    table.text('status').notNullable();
    table.text('payment_method');
    table.text('gateway');
    table.text('gateway_key').notNullable().unique();
    table.text('gateway_reference');
    table.text('checkout_url');
    table.text('request_key');
    table.text('failure_reason');
    table.text('subscription_id');
    table.bigInteger('subscription_end_at');
    table.text('invoice_id');
    table.text('coupon_id');
    table.text('return_url');
    table.boolean('off_session').notNullable();
    table.text('collection_of');
    table.text('customer');
    table.bigInteger('created_at').notNullable();
    table.bigInteger('asked_at').notNullable();
    table.bigInteger('settled_at');
    table.bigInteger('next_check_at');
    table.integer('checks').notNullable();
    table.integer('version').notNullable();
    table.check('refunded_minor + refunding_minor <= amount_minor', [], 'payments_refunds_within_payment');
    table.index(['account_id', 'created_at', 'id']);
  });
  await knex.raw(
    `create unique index payments_one_open on payments (account_id) where status in ('pending', 'requires_action')`,
  );
  await knex.raw(
    `create index payments_gateway_reference on payments (gateway, gateway_reference)
     where gateway_reference is not null`,
  );
  await knex.raw('create index payments_due on payments (next_check_at, id) where next_check_at is not null');
  await knex.schema.createTable('refunds', (table) => {
    table.text('id').primary();
    table.text('payment_id').notNullable().index();
    table.text('account_id').notNullable();
    table.bigInteger('amount_minor').notNullable();
    table.text('currency').notNullable();
    table.text('reason').notNullable();
    table.text('status').notNullable();
    table.text('gateway_key').notNullable().unique();
    table.text('failure_reason');
    table.bigInteger('created_at').notNullable();
    table.bigInteger('settled_at');
    table.bigInteger('next_try_at');
    table.integer('tries').notNullable();
    table.integer('version').notNullable();
  });
  await knex.raw('create index refunds_due on refunds (next_try_at, id) where next_try_at is not null');
  await knex.schema.createTable('closed_accounts', (table) => {
    table.text('account_id').primary();
    table.bigInteger('closed_at').notNullable();
  });
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['closed_accounts', 'refunds', 'payments']) await knex.schema.dropTable(table);
}
