import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('provider_subscriptions', (table) => {
    table.text('provider').notNullable();
    table.text('provider_id').notNullable();
    table.text('customer').notNullable();
    table.text('account_id').notNullable().index();
    table.text('subscription_id').unique();
    table.json('payments').notNullable();
    table.json('charges').notNullable();
    table.boolean('is_over').notNullable();
    table.text('wish');
    table.bigInteger('wished_at');
    table.bigInteger('told_at');
    table.bigInteger('next_tell_at');
    table.integer('tries').notNullable();
    table.bigInteger('created_at').notNullable();
    table.integer('version').notNullable();
    table.primary(['provider', 'provider_id']);
  });
  await knex.raw(
    `create index provider_subscriptions_due on provider_subscriptions (next_tell_at, provider_id)
     where next_tell_at is not null`,
  );
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('provider_subscriptions');
}
