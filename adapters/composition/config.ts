import { resolve } from 'node:path';
import type { Environment } from './environment.ts';
import { mediaProviderConfigOf, type MediaProviderConfig } from './media-config.ts';
import { stripeConfigOf, type StripeConfig } from './stripe-config.ts';

export type Profile = 'memory' | 'sqlite' | 'postgres';

export interface Config {
  readonly production: boolean;
  readonly profile: Profile;
  readonly http: {
    readonly port: number;
    readonly host: string;
    /** Clients beyond so many are dropped when they connect. */
    readonly maxConnections: number;
    readonly publicUrl: string | null;
    readonly corsOrigins: readonly string[];
    /** Addresses of proxies whose X-Forwarded-For is believed; nobody's when empty. */
    readonly trustProxy: readonly string[];
    readonly metricsToken: string | null;
  };
  readonly dataDir: string;
  readonly databaseUrl: string | null;
  readonly databasePool: number;
  readonly runJobs: boolean;
  readonly clock: 'system' | 'virtual';
  readonly emailVerification: 'optional' | 'required';
  readonly mailFrom: string;
  /** Where mails are handed over; null: they are recorded (memory) or written as files. */
  readonly smtpUrl: string | null;
  readonly rateLimits: {
    readonly enabled: boolean;
    readonly anonymousPerMinute: number;
    readonly accountPerMinute: number;
    readonly registerPerMinute: number;
    readonly loginFailuresPerMinute: number;
  };
  /** Who moves the money; `own`: the gateway that an embedder binds. */
  readonly payments: 'simulated' | 'stripe' | 'own';
  /** Null where Stripe was not chosen. */
  readonly stripe: StripeConfig | null;
  /** Who keeps and delivers media. */
  readonly media: 'local' | 'mux' | 'cloudflare';
  /** Null where media is kept here. */
  readonly mediaProvider: MediaProviderConfig | null;
  readonly seed: 'demo' | 'none';
  /** When a purchase under way counts as interrupted; longer than the gateway may take. */
  readonly purchaseStaleSeconds: number;
  /** How long a reaction may take before another runner takes it over, as after a crash. */
  readonly deliveryLeaseSeconds: number;
  /** Whether calls of our own API use up `api_calls`, where a plan has it. */
  readonly meterApiCalls: boolean;
  /** Whether `/watch` is ours: a house may have a front of its own there. */
  readonly playerPage: boolean;
  /** How media becomes HLS: not at all in memory, and where it is switched off. */
  readonly packaging: {
    readonly enabled: boolean;
    /** The program itself; null: it is looked for. */
    readonly ffmpegPath: string | null;
  };
  readonly streamLimitPolicy: 'reject_newest' | 'evict_oldest';
  /** Whole months of watch history that stay in the database; older ones go into files. */
  readonly historyMonths: number;
  readonly logLevel: Environment['LOG_LEVEL'];
  /** Keys given from outside; null where one is generated and kept in `dataDir`. */
  readonly secrets: {
    readonly server: readonly string[] | null;
    readonly media: readonly string[] | null;
    /** PEM private keys, the current one first. */
    readonly signing: readonly string[] | null;
    readonly simulatedWebhooks: readonly string[] | null;
  };
}

/** For a command beside the server: it runs no jobs, and packages nothing. */
export const besideServer = (config: Config): Config => ({
  ...config,
  runJobs: false,
  packaging: { ...config.packaging, enabled: false },
});

const list = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

const keys = (current: string | undefined, previous: string | undefined): readonly string[] | null =>
  current === undefined ? null : [current, ...(previous === undefined ? [] : [previous])];

const profileOf = ({ PROFILE, DATABASE_URL }: Environment): Profile =>
  PROFILE ?? (DATABASE_URL === undefined ? 'sqlite' : 'postgres');

/** The configuration that an environment asks for; what is dangerous about it is told elsewhere. */
export function configOf(env: Environment): Config {
  // Nearly the right word must not open what production keeps shut.
  const production = /^\s*prod(uction)?\s*$/i.test(env.NODE_ENV);
  return {
    production,
    profile: profileOf(env),
    http: {
      port: env.PORT,
      host: env.HOST,
      maxConnections: env.MAX_CONNECTIONS,
      publicUrl: env.PUBLIC_URL?.replace(/\/$/, '') ?? null,
      corsOrigins: list(env.CORS_ORIGINS),
      trustProxy: list(env.TRUST_PROXY),
      metricsToken: env.METRICS_TOKEN ?? null,
    },
    dataDir: resolve(env.DATA_DIR),
    databaseUrl: env.DATABASE_URL ?? null,
    databasePool: env.DATABASE_POOL,
    runJobs: env.RUN_JOBS,
    clock: env.CLOCK,
    emailVerification: env.EMAIL_VERIFICATION,
    mailFrom: env.MAIL_FROM,
    smtpUrl: env.SMTP_URL ?? null,
    rateLimits: {
      enabled: env.RATE_LIMITS === 'on',
      anonymousPerMinute: env.RATE_LIMIT_ANONYMOUS,
      accountPerMinute: env.RATE_LIMIT_ACCOUNT,
      registerPerMinute: env.RATE_LIMIT_REGISTER,
      loginFailuresPerMinute: env.RATE_LIMIT_LOGIN_FAILURES,
    },
    payments: env.PAYMENTS ?? 'simulated',
    stripe: stripeConfigOf(env),
    media: env.MEDIA,
    mediaProvider: mediaProviderConfigOf(env),
    seed: env.SEED ?? (production ? 'none' : 'demo'),
    purchaseStaleSeconds: env.PURCHASE_STALE_SECONDS,
    deliveryLeaseSeconds: env.DELIVERY_LEASE_SECONDS,
    meterApiCalls: env.METER_API_CALLS === 'on',
    playerPage: env.PLAYER_PAGE === 'on',
    packaging: {
      enabled: env.PACKAGING === 'auto' && profileOf(env) !== 'memory',
      ffmpegPath: env.FFMPEG_PATH ?? null,
    },
    streamLimitPolicy: env.STREAM_LIMIT_POLICY,
    historyMonths: env.HISTORY_MONTHS,
    logLevel: env.LOG_LEVEL,
    secrets: {
      server: keys(env.SERVER_SECRET, env.SERVER_SECRET_PREVIOUS),
      media: keys(env.MEDIA_SECRET, env.MEDIA_SECRET_PREVIOUS),
      signing: keys(env.SIGNING_KEY, env.SIGNING_KEY_PREVIOUS),
      simulatedWebhooks: keys(env.SIMULATED_WEBHOOK_SECRET, env.SIMULATED_WEBHOOK_SECRET_PREVIOUS),
    },
  };
}
