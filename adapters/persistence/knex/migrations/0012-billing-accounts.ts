import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('billing_accounts', (table) => {
    table.text('account_id').primary();
    table.text('payment_method');
    table.text('provider');
    table.text('provider_customer_id');
    table.integer('version').notNullable();
  });
  await knex.raw(
    `create unique index billing_accounts_customer on billing_accounts (provider, provider_customer_id)
     where provider_customer_id is not null`,
  );
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('billing_accounts');
}
