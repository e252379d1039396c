import type { Knex } from 'knex';

/** Ids break ties in pages, so they sort by their bytes, as everywhere else. */
const sortedText = (knex: Knex): string => (knex.client.driverName === 'pg' ? 'text collate "C"' : 'text');

export async function up(knex: Knex): Promise<void> {
  await createAccounts(knex);
  await createSessions(knex);
  await createCodes(knex);
  await createAuditLog(knex);
}

async function createAccounts(knex: Knex): Promise<void> {
  await knex.schema.createTable('accounts', (table) => {
    table.specificType('id', sortedText(knex)).primary();
    table.text('email').notNullable();
    table.text('email_key').notNullable().unique();
    table.text('name');
    table.text('bio');
    table.text('phone');
    table.text('picture_url');
    table.text('password_hash').notNullable();
    table.boolean('is_admin').notNullable();
    table.bigInteger('verified_at');
    table.bigInteger('suspended_at');
    table.bigInteger('deleted_at');
    table.integer('token_version').notNullable();
    table.boolean('had_session').notNullable();
    table.bigInteger('removal_due_at');
    table.bigInteger('created_at').notNullable();
    table.integer('version').notNullable();
    table.index(['created_at', 'id']);
  });
  await knex.raw(
    'create index accounts_removal_due on accounts (removal_due_at) where removal_due_at is not null',
  );
}

async function createSessions(knex: Knex): Promise<void> {
  await knex.schema.createTable('sessions', (table) => {
    table.specificType('id', sortedText(knex)).primary();
    table.text('account_id').notNullable();
    table.text('device_id');
    table.text('device_name');
    table.text('address').notNullable();
    table.text('user_agent');
    table.bigInteger('created_at').notNullable();
    table.bigInteger('last_used_at').notNullable();
    table.bigInteger('expires_at').notNullable().index();
    table.bigInteger('absolute_expires_at').notNullable();
    table.bigInteger('ended_at');
    table.text('end_reason');
    table.integer('generation').notNullable();
    table.text('token_digest').notNullable();
    table.bigInteger('rotated_at').notNullable();
    table.integer('version').notNullable();
    table.index(['account_id', 'created_at', 'id']);
    table.index(['account_id', 'device_id']);
  });
  await knex.raw('create index sessions_ended on sessions (ended_at) where ended_at is not null');
  await knex.schema.createTable('session_tokens', (table) => {
    table.text('digest').primary();
    table.text('session_id').notNullable().index().references('sessions.id').onDelete('cascade');
    table.integer('generation').notNullable();
  });
}

async function createCodes(knex: Knex): Promise<void> {
  await knex.schema.createTable('mail_codes', (table) => {
    table.text('id').primary();
    table.text('account_id').notNullable();
    table.text('purpose').notNullable();
    table.text('digest').notNullable();
    table.integer('tries_left').notNullable();
    table.bigInteger('created_at').notNullable();
    table.bigInteger('expires_at').notNullable().index();
    table.unique(['account_id', 'purpose']);
  });
  await knex.schema.createTable('login_throttles', (table) => {
    table.text('key').primary();
    table.integer('failures').notNullable();
    table.bigInteger('opens_at').notNullable();
    table.bigInteger('forgotten_at').notNullable().index();
  });
  await knex.schema.createTable('mail_quotas', (table) => {
    table.text('recipient').primary();
    table.json('sent_at').notNullable();
    table.bigInteger('forgotten_at').notNullable().index();
  });
}

async function createAuditLog(knex: Knex): Promise<void> {
  await knex.schema.createTable('audit_log', (table) => {
    table.specificType('id', sortedText(knex)).primary();
    table.bigInteger('at').notNullable();
    table.text('actor').notNullable();
    table.text('action').notNullable();
    table.text('object');
    table.text('account_id');
    table.text('address');
    table.index(['at', 'id']);
    table.index(['account_id', 'at', 'id']);
  });
  const statements = knex.client.driverName === 'pg' ? APPEND_ONLY_POSTGRES : APPEND_ONLY_SQLITE;
  for (const statement of statements) await knex.raw(statement);
}

const APPEND_ONLY_POSTGRES = [
  `create function refuse_change_of_audit_log() returns trigger language plpgsql as $$
     begin raise exception 'audit_log is append-only'; end $$`,
  `create trigger audit_log_append_only before update or delete or truncate on audit_log
     for each statement execute function refuse_change_of_audit_log()`,
];

const APPEND_ONLY_SQLITE = ['update', 'delete'].map(
  (change) =>
    `create trigger audit_log_no_${change} before ${change} on audit_log
       begin select raise(abort, 'audit_log is append-only'); end`,
);

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('audit_log');
  if (knex.client.driverName === 'pg') await knex.raw('drop function refuse_change_of_audit_log()');
  for (const table of [
    'mail_quotas',
    'login_throttles',
    'mail_codes',
    'session_tokens',
    'sessions',
    'accounts',
  ]) {
    await knex.schema.dropTable(table);
  }
}
