import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('coupons', (table) => {
    table.text('id').primary();
    table.text('code').notNullable().unique();
    table.text('name').notNullable();
    table.integer('percent_basis_points');
    table.bigInteger('fixed_minor');
    table.text('currency');
    table.text('duration').notNullable();
    table.integer('duration_periods');
    table.bigInteger('max_redemptions');
    table.bigInteger('redeem_by');
    table.json('plan_ids');
    table.boolean('is_active').notNullable();
    table.bigInteger('claimed').notNullable();
    table.bigInteger('times_redeemed').notNullable();
    table.bigInteger('created_at').notNullable();
    table.integer('version').notNullable();
    table.check('times_redeemed >= 0 and times_redeemed <= claimed', [], 'coupons_counts');
    table.check('max_redemptions is null or claimed <= max_redemptions', [], 'coupons_not_above_maximum');
    table.index(['created_at', 'id']);
  });
  await knex.schema.createTable('coupon_redemptions', (table) => {
    table.text('coupon_id').notNullable();
    table.text('account_id').notNullable();
    table.text('payment_id').notNullable().unique();
    table.text('status').notNullable();
    table.bigInteger('created_at').notNullable();
    table.integer('version').notNullable();
    table.primary(['coupon_id', 'account_id']);
  });
  await knex.schema.createTable('subscription_discounts', (table) => {
    table.text('subscription_id').notNullable();
    table.text('coupon_id').notNullable();
    table.integer('periods_left');
    table.bigInteger('since').notNullable();
    table.integer('version').notNullable();
    table.primary(['subscription_id', 'coupon_id']);
  });
  await knex.schema.createTable('disputes', (table) => {
    table.text('id').primary();
    table.text('payment_id').notNullable().index();
    table.text('account_id').notNullable();
    table.text('provider_reference').notNullable().unique();
    table.bigInteger('amount_minor').notNullable();
    table.text('currency').notNullable();
    table.text('reason').notNullable();
    table.text('status').notNullable();
    table.bigInteger('opened_at').notNullable();
    table.bigInteger('closed_at');
    table.integer('version').notNullable();
  });
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['disputes', 'subscription_discounts', 'coupon_redemptions', 'coupons'])
    await knex.schema.dropTable(table);
}
