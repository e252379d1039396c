import type { Knex } from 'knex';

/** What an asset keeps of the media provider that holds it, and a promised removal with it. */
export async function up(knex: Knex): Promise<void> {
  for (const table of ['assets', 'file_removals'])
    for (const column of ['provider', 'reference', 'media_id'])
      await knex.raw(`alter table ${table} add column ${column} text`);
  await knex.raw('alter table assets add column playback_id text');
  await knex.raw(
    'create unique index assets_reference on assets (provider, reference) where reference is not null',
  );
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop index assets_reference');
  await knex.raw('alter table assets drop column playback_id');
  for (const table of ['assets', 'file_removals'])
    for (const column of ['provider', 'reference', 'media_id'])
      await knex.raw(`alter table ${table} drop column ${column}`);
}
