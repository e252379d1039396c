import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Knex } from 'knex';
import type { Ground } from './ground.ts';

/** Everything that is stored and matters here, read by SQL beside the product, and its mails. */
export interface Book {
  readonly payments: readonly StoredPayment[];
  /** The simulated gateway's own book. */
  readonly charges: readonly StoredCharge[];
  readonly refunds: readonly { readonly paymentId: string; readonly reason: string }[];
  readonly subscriptions: readonly StoredSubscription[];
  /** What was appended to subscriptions because somebody paid. */
  readonly paidTerms: readonly { readonly paymentId: string; readonly subscriptionId: string }[];
  /** The journal of events, where mail is owed for them. */
  readonly events: readonly StoredEvent[];
  /** Deliveries that have not been made, the dead ones too. */
  readonly owed: readonly { readonly id: string; readonly eventId: string; readonly error: string | null }[];
  readonly notices: readonly { readonly key: string; readonly sentAt: number | null }[];
  /** Names of the files with such mails, without the unfinished. */
  readonly mails: readonly string[];
  readonly streams: readonly {
    readonly id: string;
    readonly seq: number;
    readonly positionSeconds: number;
  }[];
  readonly progress: readonly {
    readonly accountId: string;
    readonly titleId: string;
    readonly positionSeconds: number;
  }[];
}

export interface StoredPayment {
  readonly id: string;
  readonly accountId: string;
  readonly status: string;
  readonly gatewayKey: string;
  readonly requestKey: string | null;
  readonly subscriptionId: string | null;
  readonly subscriptionEndAt: number | null;
}

export interface StoredCharge {
  readonly key: string;
  readonly accountId: string;
  readonly outcome: string;
}

export interface StoredSubscription {
  readonly id: string;
  readonly accountId: string;
  readonly startedAt: number | null;
  readonly endsAt: number | null;
}

export interface StoredEvent {
  readonly id: string;
  readonly type: string;
  readonly subjectId: string;
}

type Row = Readonly<Record<string, unknown>>;

const text = (row: Row, column: string): string => String(row[column]);
const textOrNull = (row: Row, column: string): string | null =>
  row[column] === null ? null : text(row, column);
/** pg gives bigint as text. */
const number = (row: Row, column: string): number => Number(row[column]);
const numberOrNull = (row: Row, column: string): number | null =>
  row[column] === null ? null : number(row, column);

/** The mails of those events; other mails have other laws. */
const MAILS = /^(receipt|payment-failed|subscription-started|subscription-renewed)\..+\.eml$/;

const MAILED = [
  'billing.payment-succeeded',
  'billing.payment-failed',
  'subscriptions.started',
  'subscriptions.renewed',
];

export async function readBook(ground: Ground): Promise<Book> {
  const mails = (await filesIn(join(ground.dataDir, 'mail'))).filter((name) => MAILS.test(name));
  return ground.look(async ({ reader }) => ({
    ...(await readMoney(reader)),
    ...(await readPlayback(reader)),
    events: (await rows(reader, 'events'))
      .filter((row) => MAILED.includes(text(row, 'type')))
      .map((row) => ({ id: text(row, 'id'), type: text(row, 'type'), subjectId: text(row, 'subject_id') })),
    owed: ground.store === 'Postgres' ? await owedByPgBoss(reader) : await owedByTable(reader),
    notices: (await rows(reader, 'notices')).map((row) => ({
      key: text(row, 'key'),
      sentAt: numberOrNull(row, 'sent_at'),
    })),
    mails,
  }));
}

const rows = async (reader: Knex, table: string): Promise<readonly Row[]> =>
  (await reader(table).select()) as Row[];

async function filesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

type Money = Pick<Book, 'payments' | 'charges' | 'refunds' | 'subscriptions' | 'paidTerms'>;

async function readMoney(reader: Knex): Promise<Money> {
  const terms = await rows(reader, 'subscription_events');
  return {
    payments: (await rows(reader, 'payments')).map((row) => ({
      id: text(row, 'id'),
      accountId: text(row, 'account_id'),
      status: text(row, 'status'),
      gatewayKey: text(row, 'gateway_key'),
      requestKey: textOrNull(row, 'request_key'),
      subscriptionId: textOrNull(row, 'subscription_id'),
      subscriptionEndAt: numberOrNull(row, 'subscription_end_at'),
    })),
    charges: (await rows(reader, 'simulated_charges')).map((row) => ({
      key: text(row, 'key'),
      accountId: text(row, 'account_id'),
      outcome: text(row, 'outcome'),
    })),
    refunds: (await rows(reader, 'refunds')).map((row) => ({
      paymentId: text(row, 'payment_id'),
      reason: text(row, 'reason'),
    })),
    subscriptions: (await rows(reader, 'subscriptions')).map((row) => ({
      id: text(row, 'id'),
      accountId: text(row, 'account_id'),
      startedAt: numberOrNull(row, 'started_at'),
      endsAt: numberOrNull(row, 'ends_at'),
    })),
    paidTerms: terms
      .filter((row) => row['payment_id'] !== null)
      .map((row) => ({ paymentId: text(row, 'payment_id'), subscriptionId: text(row, 'subscription_id') })),
  };
}

async function readPlayback(reader: Knex): Promise<Pick<Book, 'streams' | 'progress'>> {
  return {
    streams: (await rows(reader, 'streams')).map((row) => ({
      id: text(row, 'id'),
      seq: number(row, 'seq'),
      positionSeconds: number(row, 'position_seconds'),
    })),
    // As the product reads it: a stream carries the newest reports itself.
    progress: (await rows(reader, 'carried_progress')).map((row) => ({
      accountId: text(row, 'account_id'),
      titleId: text(row, 'title_id'),
      positionSeconds: number(row, 'position_seconds'),
    })),
  };
}

async function owedByTable(reader: Knex): Promise<Book['owed']> {
  return (await rows(reader, 'deliveries')).map((row) => ({
    id: text(row, 'id'),
    eventId: text(row, 'event_id'),
    error: textOrNull(row, 'last_error'),
  }));
}

async function owedByPgBoss(reader: Knex): Promise<Book['owed']> {
  const { rows: jobs } = await reader.raw<{ rows: Row[] }>(
    `select id::text as id, data->'event'->>'id' as event_id, output::text as error from pgboss.job
     where name in ('deliveries', 'deliveries.dead') and state::text in ('created', 'retry', 'active', 'failed')`,
  );
  return jobs.map((row) => ({
    id: text(row, 'id'),
    eventId: text(row, 'event_id'),
    error: textOrNull(row, 'error'),
  }));
}
