import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('invoice_counters', (table) => {
    table.integer('year').primary();
    table.bigInteger('last').notNullable();
  });
  await knex.schema.createTable('invoices', (table) => {
    table.text('id').primary();
    table.text('number').notNullable().unique();
    table.text('account_id').notNullable();
    table.text('payment_id').notNullable().unique();
    table.text('subscription_id').notNullable();
    table.bigInteger('issued_at').notNullable();
    table.text('currency').notNullable();
    table.json('lines').notNullable();
    for (const amount of ['subtotal', 'discount', 'credit', 'total', 'credit_used', 'credit_left', 'due'])
      table.bigInteger(`${amount}_minor`).notNullable();
    table.bigInteger('refunded_minor').notNullable();
    table.json('bill_to');
    table.integer('version').notNullable();
    table.index(['account_id', 'issued_at', 'id']);
  });
  await knex.schema.createTable('billing_balances', (table) => {
    table.text('account_id').notNullable();
    table.text('currency').notNullable();
    table.bigInteger('minor').notNullable();
    table.integer('version').notNullable();
    table.primary(['account_id', 'currency']);
    table.check('minor >= 0', [], 'billing_balances_not_negative');
  });
  await knex.schema.createTable('ledger_entries', (table) => {
    table.text('id').primary();
    table.text('transaction_id').notNullable();
    table.text('account_id').notNullable();
    table.text('currency').notNullable();
    table.text('account').notNullable();
    table.bigInteger('amount_minor').notNullable();
    table.text('reason').notNullable();
    table.text('reference').notNullable();
    table.bigInteger('at').notNullable();
    table.index(['account_id', 'at', 'id']);
  });
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['ledger_entries', 'billing_balances', 'invoices', 'invoice_counters'])
    await knex.schema.dropTable(table);
}
