import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  // Nought: a meter that nobody has looked at yet is due at once. No unit changes it, so none pays for its index.
  await knex.raw('alter table meters add column tidy_at bigint not null default 0');
  await knex.raw('create index meters_untidy on meters (tidy_at)');
  await knex.raw(`create index reservations_ended on reservations (expires_at) where status <> 'held'`);
  await knex.raw('create index grants_lapsing on grants (expires_at) where expires_at is not null');
}

export async function down(knex: Knex): Promise<void> {
  for (const index of ['grants_lapsing', 'reservations_ended', 'meters_untidy'])
    await knex.raw(`drop index ${index}`);
  await knex.raw('alter table meters drop column tidy_at');
}
