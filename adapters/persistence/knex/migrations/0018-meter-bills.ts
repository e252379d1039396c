import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('meter_bills', (table) => {
    table.text('account_id').notNullable();
    table.text('feature').notNullable();
    table.bigInteger('unit_price_minor').notNullable();
    table.text('currency').notNullable();
    table.bigInteger('billed_units').notNullable();
    table.bigInteger('held_units').notNullable();
    table.text('held_by');
    table.integer('version').notNullable();
    table.primary(['account_id', 'feature', 'unit_price_minor', 'currency']);
    table.check('billed_units >= 0', [], 'meter_bills_not_negative');
    table.check(
      '(held_by is null and held_units = 0) or (held_by is not null and held_units > 0)',
      [],
      'meter_bills_held_for_somebody',
    );
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('meter_bills');
}
