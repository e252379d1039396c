import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('provider_events', (table) => {
    table.text('provider').notNullable();
    table.text('id').notNullable();
    table.text('type').notNullable();
    table.text('object_key').notNullable();
    table.json('body').notNullable();
    table.bigInteger('created_at').notNullable();
    table.bigInteger('received_at').notNullable();
    table.bigInteger('processed_at');
    table.text('error');
    table.integer('attempts').notNullable();
    // The rule that a second delivery is no second event.
    table.primary(['provider', 'id']);
    table.index(['provider', 'object_key']);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('provider_events');
}
