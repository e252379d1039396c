import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  const isPostgres = knex.client.driverName === 'pg';
  await knex.schema.createTable('service_keys', (table) => {
    // Ids break ties in pages, so they sort by their bytes.
    table.specificType('id', isPostgres ? 'text collate "C"' : 'text').primary();
    table.text('name').notNullable();
    table.json('scopes').notNullable();
    table.text('prefix').notNullable();
    table.text('digest').notNullable().unique();
    table.text('created_by').notNullable();
    table.bigInteger('created_at').notNullable();
    table.bigInteger('last_used_at');
    table.bigInteger('expires_at');
    table.bigInteger('revoked_at');
  });
  await knex.raw(
    'create index service_keys_listed on service_keys (created_at, id) where revoked_at is null',
  );
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('service_keys');
}
