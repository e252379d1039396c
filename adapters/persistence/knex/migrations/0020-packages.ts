import type { Knex } from 'knex';

/** Media that was uploaded before there were packages waits to be packaged, and serves as it is meanwhile. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('assets', (table) => {
    table.double('duration_seconds');
    table.bigInteger('package_at');
    table.integer('attempts').notNullable().defaultTo(0);
    table.text('package_key');
    table.json('renditions');
  });
  await knex('assets').where({ kind: 'media', status: 'ready' }).update({ package_at: 0 });
  await knex.raw('create index assets_to_package on assets (package_at, id) where package_at is not null');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop index assets_to_package');
  await knex.schema.alterTable('assets', (table) => {
    table.dropColumns('duration_seconds', 'package_at', 'attempts', 'package_key', 'renditions');
  });
}
