import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('resumable_uploads', (table) => {
    table.text('id').primary();
    table.text('account_id').notNullable();
    table.bigInteger('length_bytes').notNullable();
    table.bigInteger('offset_bytes').notNullable();
    table.json('pieces').notNullable();
    table.text('writer');
    table.text('metadata').notNullable();
    table.integer('version').notNullable();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('resumable_uploads');
}
