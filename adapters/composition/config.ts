import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';

/** The environment, parsed once. Every fault is listed at once, by name and never by value. */
export class ConfigFault extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`The configuration cannot be used:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.name = 'ConfigFault';
    this.faults = faults;
  }
}

const port = z.coerce.number().int().min(0).max(65_535);
const flag = z.enum(['true', 'false']).transform((text) => text === 'true');
const positive = z.coerce.number().int().positive();

const Environment = z.object({
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
  RATE_LIMITS: z.enum(['on', 'off']).default('on'),
  RATE_LIMIT_ANONYMOUS: positive.default(60),
  RATE_LIMIT_ACCOUNT: positive.default(300),
  RATE_LIMIT_REGISTER: positive.default(30),
  RATE_LIMIT_LOGIN_FAILURES: positive.default(20),
  SEED: z.enum(['demo', 'none']).optional(),
  PAYMENTS: z.enum(['simulated']).optional(),
  MEDIA: z.enum(['local']).default('local'),
  PURCHASE_STALE_SECONDS: positive.default(30),
  DELIVERY_LEASE_SECONDS: positive.default(60),
  STREAM_LIMIT_POLICY: z.enum(['reject_newest', 'evict_oldest']).default('reject_newest'),
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
});

type Environment = z.output<typeof Environment>;

const SECRETS = [
  'SERVER_SECRET',
  'SERVER_SECRET_PREVIOUS',
  'MEDIA_SECRET',
  'MEDIA_SECRET_PREVIOUS',
  'SIGNING_KEY',
  'SIGNING_KEY_PREVIOUS',
  'DATABASE_URL',
  'METRICS_TOKEN',
] as const;

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
  readonly rateLimits: {
    readonly enabled: boolean;
    readonly anonymousPerMinute: number;
    readonly accountPerMinute: number;
    readonly registerPerMinute: number;
    readonly loginFailuresPerMinute: number;
  };
  readonly seed: 'demo' | 'none';
  /** When a purchase under way counts as interrupted; longer than the gateway may take. */
  readonly purchaseStaleSeconds: number;
  /** How long a reaction may take before another runner takes it over, as after a crash. */
  readonly deliveryLeaseSeconds: number;
  readonly streamLimitPolicy: 'reject_newest' | 'evict_oldest';
  readonly logLevel: Environment['LOG_LEVEL'];
  /** Keys given from outside; null where one is generated and kept in `dataDir`. */
  readonly secrets: {
    readonly server: readonly string[] | null;
    readonly media: readonly string[] | null;
    /** PEM private keys, the current one first. */
    readonly signing: readonly string[] | null;
  };
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Reads the variables; `X_FILE` stands for a file that holds `X`, where `X` is a secret. */
export function parseConfig(variables: Variables): Config {
  const { given, faults: fileFaults } = withSecretFiles(variables);
  const parsed = Environment.safeParse(given);
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new ConfigFault([...fileFaults, ...issues]);
  }
  const config = shaped(parsed.data);
  const faults = [
    ...fileFaults,
    ...profileFaults(config),
    ...(config.production ? productionFaults(config, parsed.data) : []),
  ];
  if (faults.length > 0) throw new ConfigFault(faults);
  return config;
}

interface Given {
  readonly given: Variables;
  readonly faults: readonly string[];
}

function withSecretFiles(variables: Variables): Given {
  const given: Record<string, string | undefined> = {};
  const faults: string[] = [];
  for (const [name, value] of Object.entries(variables)) if (value !== '') given[name] = value;
  for (const name of SECRETS) {
    const path = given[`${name}_FILE`];
    if (path === undefined) continue;
    try {
      given[name] = readFileSync(path, 'utf8').trim();
    } catch {
      // What the system says names the path; the variable's name is enough.
      faults.push(`${name}_FILE: the file cannot be read`);
    }
  }
  return { given, faults };
}

const list = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

const keys = (current: string | undefined, previous: string | undefined): readonly string[] | null =>
  current === undefined ? null : [current, ...(previous === undefined ? [] : [previous])];

function shaped(env: Environment): Config {
  // Nearly the right word must not open what production keeps shut.
  const production = /^\s*prod(uction)?\s*$/i.test(env.NODE_ENV);
  return {
    production,
    profile: env.PROFILE ?? (env.DATABASE_URL === undefined ? 'sqlite' : 'postgres'),
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
    rateLimits: {
      enabled: env.RATE_LIMITS === 'on',
      anonymousPerMinute: env.RATE_LIMIT_ANONYMOUS,
      accountPerMinute: env.RATE_LIMIT_ACCOUNT,
      registerPerMinute: env.RATE_LIMIT_REGISTER,
      loginFailuresPerMinute: env.RATE_LIMIT_LOGIN_FAILURES,
    },
    seed: env.SEED ?? (production ? 'none' : 'demo'),
    purchaseStaleSeconds: env.PURCHASE_STALE_SECONDS,
    deliveryLeaseSeconds: env.DELIVERY_LEASE_SECONDS,
    streamLimitPolicy: env.STREAM_LIMIT_POLICY,
    logLevel: env.LOG_LEVEL,
    secrets: {
      server: keys(env.SERVER_SECRET, env.SERVER_SECRET_PREVIOUS),
      media: keys(env.MEDIA_SECRET, env.MEDIA_SECRET_PREVIOUS),
      signing: keys(env.SIGNING_KEY, env.SIGNING_KEY_PREVIOUS),
    },
  };
}

const profileFaults = ({ profile, databaseUrl }: Config): string[] =>
  profile === 'postgres' && databaseUrl === null ? ['DATABASE_URL: the profile postgres needs one'] : [];

/** What may be convenient on a desk and is dangerous in production. */
function productionFaults(config: Config, env: Environment): string[] {
  const faults: string[] = [];
  const secrets = { SERVER_SECRET: env.SERVER_SECRET, MEDIA_SECRET: env.MEDIA_SECRET };
  for (const [name, value] of Object.entries(secrets)) faults.push(...secretFaults(name, value));
  const optional = {
    SERVER_SECRET_PREVIOUS: env.SERVER_SECRET_PREVIOUS,
    MEDIA_SECRET_PREVIOUS: env.MEDIA_SECRET_PREVIOUS,
    METRICS_TOKEN: env.METRICS_TOKEN,
  };
  for (const [name, value] of Object.entries(optional))
    if (value !== undefined) faults.push(...secretFaults(name, value));
  faults.push(...equalFaults({ ...secrets, ...optional }));
  if (env.SIGNING_KEY === undefined) faults.push('SIGNING_KEY: is missing (an EC P-256 private key in PEM)');
  if (config.clock === 'virtual') faults.push('CLOCK: virtual is for tests');
  if (config.profile === 'memory') faults.push('PROFILE: memory loses everything at the end');
  if (!config.rateLimits.enabled) faults.push('RATE_LIMITS: off is for load tests');
  if (config.http.corsOrigins.includes('*')) faults.push('CORS_ORIGINS: * lets every site in');
  if (env.PAYMENTS === 'simulated' || env.PAYMENTS === undefined) {
    faults.push('PAYMENTS: the simulated gateway gives plans away');
  }
  return faults;
}

/** One secret for two purposes falls with the weaker of them; a previous one that is current was not changed. */
function equalFaults(secrets: Variables): string[] {
  const given = Object.entries(secrets).filter(([, value]) => value !== undefined);
  return given.flatMap(([name, value], index) =>
    given
      .slice(index + 1)
      .filter(([, other]) => other === value)
      .map(([other]) => `${name}, ${other}: are equal`),
  );
}

const SAMPLES = /change.?me|example|secret|sample|password|default/i;

function secretFaults(name: string, value: string | undefined): string[] {
  if (value === undefined) return [`${name}: is missing`];
  if (Buffer.byteLength(value) < 32) return [`${name}: is shorter than 32 bytes`];
  if (SAMPLES.test(value)) return [`${name}: looks like a sample`];
  return new Set(value).size < 10 ? [`${name}: repeats too few characters`] : [];
}
