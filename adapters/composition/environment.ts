import { readFileSync } from 'node:fs';
import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65_535);
const flag = z.enum(['true', 'false']).transform((text) => text === 'true');
const positive = z.coerce.number().int().positive();

/** What the process may be told. The default of each is what a desk wants. */
export const Environment = z.object({
  NODE_ENV: z.string().default('development'),
  PORT: port.default(3000),
  HOST: z.string().default('127.0.0.1'),
  MAX_CONNECTIONS: positive.default(10_000),
  PUBLIC_URL: z.url().optional(),
  DATA_DIR: z.string().default('./data'),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  DATABASE_POOL: positive.default(10),
  PROFILE: z.enum(['memory', 'sqlite', 'postgres']).optional(),
  RUN_JOBS: flag.default(true),
  CLOCK: z.enum(['system', 'virtual']).default('system'),
  EMAIL_VERIFICATION: z.enum(['optional', 'required']).default('optional'),
  MAIL_FROM: z.string().default('Usher <no-reply@usher.example>'),
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  RATE_LIMITS: z.enum(['on', 'off']).default('on'),
  RATE_LIMIT_ANONYMOUS: positive.default(60),
  RATE_LIMIT_ACCOUNT: positive.default(300),
  RATE_LIMIT_REGISTER: positive.default(30),
  RATE_LIMIT_LOGIN_FAILURES: positive.default(20),
  SEED: z.enum(['demo', 'none']).optional(),
  PAYMENTS: z.enum(['simulated', 'stripe', 'own']).optional(),
  STRIPE_SECRET_KEY: z.string().optional(),
  STRIPE_WEBHOOK_SECRET: z.string().optional(),
  STRIPE_WEBHOOK_SECRET_PREVIOUS: z.string().optional(),
  STRIPE_API_BASE: z.url({ protocol: /^https?$/ }).optional(),
  METER_API_CALLS: z.enum(['on', 'off']).default('off'),
  PLAYER_PAGE: z.enum(['on', 'off']).default('on'),
  MEDIA: z.enum(['local', 'mux', 'cloudflare']).default('local'),
  MUX_TOKEN_ID: z.string().optional(),
  MUX_TOKEN_SECRET: z.string().optional(),
  MUX_WEBHOOK_SECRET: z.string().optional(),
  MUX_WEBHOOK_SECRET_PREVIOUS: z.string().optional(),
  MUX_SIGNING_KEY_ID: z.string().optional(),
  MUX_SIGNING_PRIVATE_KEY: z.string().optional(),
  MUX_API_BASE: z.url({ protocol: /^https?$/ }).optional(),
  MUX_STREAM_BASE: z.url({ protocol: /^https?$/ }).optional(),
  CLOUDFLARE_ACCOUNT_ID: z.string().optional(),
  CLOUDFLARE_API_TOKEN: z.string().optional(),
  CLOUDFLARE_WEBHOOK_SECRET: z.string().optional(),
  CLOUDFLARE_WEBHOOK_SECRET_PREVIOUS: z.string().optional(),
  CLOUDFLARE_SIGNING_KEY_ID: z.string().optional(),
  CLOUDFLARE_SIGNING_KEY: z.string().optional(),
  CLOUDFLARE_CUSTOMER_CODE: z.string().optional(),
  CLOUDFLARE_API_BASE: z.url({ protocol: /^https?$/ }).optional(),
  CLOUDFLARE_STREAM_BASE: z.url({ protocol: /^https?$/ }).optional(),
  PACKAGING: z.enum(['auto', 'off']).default('auto'),
  FFMPEG_PATH: z.string().optional(),
  PURCHASE_STALE_SECONDS: positive.default(30),
  DELIVERY_LEASE_SECONDS: positive.default(60),
  STREAM_LIMIT_POLICY: z.enum(['reject_newest', 'evict_oldest']).default('reject_newest'),
  HISTORY_MONTHS: positive.max(1_200).default(13),
  LOG_LEVEL: z.enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
  CORS_ORIGINS: z.string().default(''),
  TRUST_PROXY: z.string().default(''),
  METRICS_TOKEN: z.string().optional(),
  SERVER_SECRET: z.string().optional(),
  SERVER_SECRET_PREVIOUS: z.string().optional(),
  MEDIA_SECRET: z.string().optional(),
  MEDIA_SECRET_PREVIOUS: z.string().optional(),
  SIGNING_KEY: z.string().optional(),
  SIGNING_KEY_PREVIOUS: z.string().optional(),
  SIMULATED_WEBHOOK_SECRET: z.string().optional(),
  SIMULATED_WEBHOOK_SECRET_PREVIOUS: z.string().optional(),
});

export type Environment = z.output<typeof Environment>;

const SECRETS = [
  'SERVER_SECRET',
  'SERVER_SECRET_PREVIOUS',
  'MEDIA_SECRET',
  'MEDIA_SECRET_PREVIOUS',
  'SIGNING_KEY',
  'SIGNING_KEY_PREVIOUS',
  'SIMULATED_WEBHOOK_SECRET',
  'SIMULATED_WEBHOOK_SECRET_PREVIOUS',
  'STRIPE_SECRET_KEY',
  'STRIPE_WEBHOOK_SECRET',
  'STRIPE_WEBHOOK_SECRET_PREVIOUS',
  'MUX_TOKEN_SECRET',
  'MUX_WEBHOOK_SECRET',
  'MUX_WEBHOOK_SECRET_PREVIOUS',
  'MUX_SIGNING_PRIVATE_KEY',
  'CLOUDFLARE_API_TOKEN',
  'CLOUDFLARE_WEBHOOK_SECRET',
  'CLOUDFLARE_WEBHOOK_SECRET_PREVIOUS',
  'CLOUDFLARE_SIGNING_KEY',
  'DATABASE_URL',
  'METRICS_TOKEN',
  'SMTP_URL',
] as const;

export type Variables = Readonly<Record<string, string | undefined>>;

/** The variables with secrets read from their files, and what could not be read. */
interface Given {
  readonly given: Variables;
  readonly faults: readonly string[];
}

/** `X_FILE` stands for a file that holds `X`, where `X` is a secret. */
export function withSecretFiles(variables: Variables): Given {
  const given: Record<string, string | undefined> = {};
  const faults: string[] = [];
  for (const [name, value] of Object.entries(variables)) if (value !== '') given[name] = value;
  for (const name of SECRETS) {
    const path = given[`${name}_FILE`];
    if (path === undefined) continue;
    try {
      const text = readFileSync(path, 'utf8').trim();
      // Anybody could sign with an empty secret.
      if (text === '') faults.push(`${name}_FILE: the file is empty`);
      else given[name] = text;
    } catch {
      // What the system says names the path; the variable's name is enough.
      faults.push(`${name}_FILE: the file cannot be read`);
    }
  }
  return { given, faults };
}
