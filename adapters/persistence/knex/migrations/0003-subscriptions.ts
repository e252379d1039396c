import type { Knex } from 'knex';

const LIVE = "('incomplete', 'scheduled', 'trialing', 'active', 'past_due', 'paused')";

export async function up(knex: Knex): Promise<void> {
  await plans(knex);
  await subscriptions(knex);
  await history(knex);
}

async function plans(knex: Knex): Promise<void> {
  await knex.schema.createTable('plans', (table) => {
    table.text('id').primary();
    table.text('code').notNullable().unique();
    table.text('name').notNullable();
    table.text('description').notNullable();
    table.boolean('is_active').notNullable();
    table.boolean('was_held').notNullable().defaultTo(false);
    table.integer('terms_version').notNullable();
    table.json('terms').notNullable();
    table.bigInteger('price_minor').notNullable();
    table.bigInteger('created_at').notNullable();
    table.integer('version').notNullable();
    table.index(['is_active', 'price_minor', 'id']);
  });
  await knex.schema.createTable('plan_versions', (table) => {
    table.text('plan_id').notNullable();
    table.integer('terms_version').notNullable();
    table.json('terms').notNullable();
    table.bigInteger('created_at').notNullable();
    table.primary(['plan_id', 'terms_version']);
  });
}

async function subscriptions(knex: Knex): Promise<void> {
  await knex.schema.createTable('subscriptions', (table) => {
    table.text('id').primary();
    table.text('account_id').notNullable();
    table.text('plan_id').notNullable().index();
    table.integer('terms_version').notNullable();
    table.text('status').notNullable();
    table.bigInteger('created_at').notNullable();
    table.bigInteger('started_at');
    table.text('collected_by').notNullable();
    table.bigInteger('anchor');
    table.integer('terms').notNullable();
    table.bigInteger('ends_at');
    table.bigInteger('remind_from').notNullable();
    table.integer('reminded_days');
    table.boolean('auto_renew').notNullable();
    table.boolean('cancel_at_period_end').notNullable();
    table.boolean('pause_at_period_end').notNullable();
    table.json('stretches').notNullable();
    table.bigInteger('paused_at');
    table.bigInteger('resumes_at');
    table.json('scheduled_change');
    table.integer('failures').notNullable();
    table.bigInteger('retry_at');
    table.bigInteger('gives_up_at');
    table.bigInteger('ended_at');
    table.bigInteger('changed_at').notNullable();
    table.integer('version').notNullable();
    table.bigInteger('due_at');
    table.bigInteger('collect_at');
    table.unique(['account_id', 'version']);
  });
  await knex.raw(
    `create unique index subscriptions_live on subscriptions (account_id) where status in ${LIVE}`,
  );
  await knex.raw('create index subscriptions_due on subscriptions (due_at, id) where due_at is not null');
  await knex.raw(
    'create index subscriptions_collect on subscriptions (collect_at, id) where collect_at is not null',
  );
}

async function history(knex: Knex): Promise<void> {
  await knex.schema.createTable('subscription_events', (table) => {
    table.text('id').primary();
    table.text('subscription_id').notNullable();
    table.text('account_id').notNullable();
    table.integer('seq').notNullable();
    table.text('type').notNullable();
    table.json('event').notNullable();
    table.text('actor').notNullable();
    table.json('before');
    table.json('after').notNullable();
    table.bigInteger('effective_at').notNullable();
    table.bigInteger('recorded_at').notNullable();
    table.text('payment_id');
    table.unique(['account_id', 'seq']);
  });
  await knex.raw(
    `create unique index subscription_events_payment on subscription_events (payment_id)
     where payment_id is not null`,
  );
  await knex.schema.createTable('trials', (table) => {
    table.text('account_id').primary();
    table.bigInteger('used_at').notNullable();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('trials');
  await knex.schema.dropTable('subscription_events');
  await knex.schema.dropTable('subscriptions');
  await knex.schema.dropTable('plan_versions');
  await knex.schema.dropTable('plans');
}
