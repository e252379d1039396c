import type { KeyObject } from 'node:crypto';
import { rsaKeyIn } from '../media/remote/playback-tokens.ts';
import type { Environment } from './environment.ts';

interface ProviderConfig {
  /** Signing secrets of the webhook endpoint: the current one first, the previous one while rotating. */
  readonly webhookSecrets: readonly string[];
  readonly apiBase: string;
  /** Where media is played. */
  readonly streamBase: string;
  /** What playback tokens are signed with, and how the provider calls it. */
  readonly signing: { readonly kid: string; readonly key: KeyObject };
}

export interface MuxConfig extends ProviderConfig {
  readonly name: 'mux';
  readonly tokenId: string;
  readonly tokenSecret: string;
}

export interface CloudflareConfig extends ProviderConfig {
  readonly name: 'cloudflare';
  readonly accountId: string;
  readonly apiToken: string;
}

export type MediaProviderConfig = MuxConfig | CloudflareConfig;

const MUX_API = 'https://api.mux.com';
const MUX_STREAM = 'https://stream.mux.com';
const CLOUDFLARE_API = 'https://api.cloudflare.com/client/v4';

const trimmed = (base: string): string => base.replace(/\/+$/, '');

const rotating = (current: string, previous: string | undefined): readonly string[] =>
  previous === undefined ? [current] : [current, previous];

/** Null where media is kept here, and where something that the provider needs is missing: `mediaFaults` says what. */
export function mediaProviderConfigOf(env: Environment): MediaProviderConfig | null {
  switch (env.MEDIA) {
    case 'local':
      return null;
    case 'mux':
      return muxConfigOf(env);
    case 'cloudflare':
      return cloudflareConfigOf(env);
  }
}

function muxConfigOf(env: Environment): MuxConfig | null {
  const { MUX_TOKEN_ID: tokenId, MUX_TOKEN_SECRET: tokenSecret, MUX_WEBHOOK_SECRET: webhook } = env;
  const { MUX_SIGNING_KEY_ID: kid, MUX_SIGNING_PRIVATE_KEY: text = '' } = env;
  const key = rsaKeyIn(text);
  if (!tokenId || !tokenSecret || !webhook || !kid || !key) return null;
  return {
    ...{ name: 'mux', tokenId, tokenSecret },
    webhookSecrets: rotating(webhook, env.MUX_WEBHOOK_SECRET_PREVIOUS),
    apiBase: trimmed(env.MUX_API_BASE ?? MUX_API),
    streamBase: trimmed(env.MUX_STREAM_BASE ?? MUX_STREAM),
    signing: { kid, key },
  };
}

function cloudflareConfigOf(env: Environment): CloudflareConfig | null {
  const { CLOUDFLARE_ACCOUNT_ID: accountId, CLOUDFLARE_API_TOKEN: apiToken } = env;
  const { CLOUDFLARE_WEBHOOK_SECRET: webhook, CLOUDFLARE_CUSTOMER_CODE: code } = env;
  const { CLOUDFLARE_SIGNING_KEY_ID: kid, CLOUDFLARE_SIGNING_KEY: text = '' } = env;
  const key = rsaKeyIn(text);
  if (!accountId || !apiToken || !webhook || !code || !kid || !key) return null;
  return {
    ...{ name: 'cloudflare', accountId, apiToken },
    webhookSecrets: rotating(webhook, env.CLOUDFLARE_WEBHOOK_SECRET_PREVIOUS),
    apiBase: trimmed(env.CLOUDFLARE_API_BASE ?? CLOUDFLARE_API),
    streamBase: trimmed(env.CLOUDFLARE_STREAM_BASE ?? `https://customer-${code}.cloudflarestream.com`),
    signing: { kid, key },
  };
}

/** Hosts beside our own that players fetch from. Mux sends them on to hosts of its delivery networks. */
export function mediaOriginsOf(chosen: MediaProviderConfig | null): readonly string[] {
  if (!chosen) return [];
  const origin = new URL(chosen.streamBase).origin;
  return chosen.name === 'mux' ? [origin, 'https://*.mux.com'] : [origin];
}

type Name = keyof Environment;

/** What each provider cannot do without, and what that is. */
const NEEDS = {
  mux: {
    MUX_TOKEN_ID: 'the id of an access token',
    MUX_TOKEN_SECRET: 'the secret of that token',
    MUX_WEBHOOK_SECRET: 'the signing secret of the webhook endpoint',
    MUX_SIGNING_KEY_ID: 'the id of a signing key',
    MUX_SIGNING_PRIVATE_KEY: 'the private key of that signing key, in base64 as Mux gives it',
  },
  cloudflare: {
    CLOUDFLARE_ACCOUNT_ID: 'the id of the account',
    CLOUDFLARE_API_TOKEN: 'a token that may edit Stream',
    CLOUDFLARE_WEBHOOK_SECRET: 'the secret of the webhook subscription',
    CLOUDFLARE_CUSTOMER_CODE: 'the code in customer-<code>.cloudflarestream.com',
    CLOUDFLARE_SIGNING_KEY_ID: 'the id of a signing key',
    CLOUDFLARE_SIGNING_KEY: 'the pem or the jwk of that signing key, in base64 as Cloudflare gives it',
  },
} as const satisfies Readonly<Record<string, Readonly<Partial<Record<Name, string>>>>>;

const KEYS = { mux: 'MUX_SIGNING_PRIVATE_KEY', cloudflare: 'CLOUDFLARE_SIGNING_KEY' } as const;

/** What MEDIA=mux and MEDIA=cloudflare cannot start without, all at once. Names, never values. */
export function mediaFaults(env: Environment): string[] {
  const { MEDIA: media } = env;
  if (media === 'local') return [];
  const faults = Object.entries(NEEDS[media])
    .filter(([name]) => !env[name as Name])
    .map(([name, what]) => `${name}: MEDIA=${media} needs one (${what})`);
  const key = env[KEYS[media]];
  if (key && !rsaKeyIn(key)) faults.push(`${KEYS[media]}: is no RSA key of 2048 bits in base64`);
  const code = env.CLOUDFLARE_CUSTOMER_CODE;
  if (media === 'cloudflare' && code && !/^[a-z0-9]+$/.test(code))
    faults.push('CLOUDFLARE_CUSTOMER_CODE: is no code (letters and digits alone)');
  return faults;
}

/** The token would be sent to whoever answers there, and viewers with their tokens: in production, the provider. */
export function mediaProductionFaults(env: Environment): string[] {
  const faults: string[] = [];
  const only = (name: Name, value: string | undefined, base: string): void => {
    if (value !== undefined && trimmed(value) !== base) faults.push(`${name}: only ${base} in production`);
  };
  const secured = (name: Name, value: string | undefined): void => {
    if (value !== undefined && new URL(value).protocol !== 'https:')
      faults.push(`${name}: only https in production`);
  };
  if (env.MEDIA === 'mux') {
    only('MUX_API_BASE', env.MUX_API_BASE, MUX_API);
    secured('MUX_STREAM_BASE', env.MUX_STREAM_BASE);
  }
  if (env.MEDIA === 'cloudflare') {
    only('CLOUDFLARE_API_BASE', env.CLOUDFLARE_API_BASE, CLOUDFLARE_API);
    secured('CLOUDFLARE_STREAM_BASE', env.CLOUDFLARE_STREAM_BASE);
  }
  return faults;
}
