import { createHmac, generateKeyPairSync, randomUUID } from 'node:crypto';

/**
 * Synthetic, stateful stand-ins for media providers: test tools of this project, written from the providers' public
 * reference; no answer in them was recorded from one. Our adapters talk to them over HTTP, on the loopback.
 */
export interface FakeProvider {
  readonly name: 'mux' | 'cloudflare';
  /** What a product is configured with to use it. */
  readonly variables: Readonly<Record<string, string>>;
  /** `POST /video/v1/uploads` and the like, in order. */
  readonly requests: readonly string[];
  /** What there is at the provider: places that wait for a file, and files. */
  readonly held: readonly HeldFile[];
  /** What it told, or will tell, in order. */
  readonly news: readonly FakeNews[];
  /** Works on all files that have arrived. */
  work(comesTo?: Working): void;
  /** Closes every place that waits for a file, as if its time were over. */
  expire(): void;
  /** Deletes every file, as if by somebody at the provider's console. */
  deleteAll(): void;
  /** Posts news, signed, to a webhook; the statuses it answered. By default all that was not told yet. */
  tell(url: string, news?: readonly FakeNews[]): Promise<number[]>;
  /** Loses all that was not told yet. */
  lose(): readonly FakeNews[];
  /** The header of a webhook's signature, as the provider makes it. */
  sign(body: string, options?: Signing): Readonly<Record<string, string>>;
  /** Makes the next `times` requests that match go wrong. */
  fault(fault: ProviderFault): void;
  mend(): void;
  stop(): Promise<void>;
}

export type Working = 'ready' | 'errored' | 'unprotected';

export interface HeldFile {
  readonly reference: string;
  readonly state: string;
  /** Null as long as it is waited for. */
  readonly bytes: number | null;
  /** What the asset's id was carried along as. */
  readonly mark: string;
}

/** The body of a webhook, as it will be sent. */
export interface FakeNews {
  readonly type: string;
  readonly body: string;
}

export interface Signing {
  readonly secret?: string;
  /** Unix seconds. */
  readonly time?: number;
}

export interface ProviderFault {
  readonly path: RegExp;
  /** No answer, before or after it was done; an answer of 500; or a connection that breaks off. */
  readonly kind: 'timeout-before' | 'timeout-after' | 'error' | 'broken';
  readonly times: number;
}

/** One pair for all fakes of a process: making one takes longer than most tests do. */
const PAIR = generateKeyPairSync('rsa', { modulusLength: 2_048 });
export const PUBLIC_KEY = PAIR.publicKey;
const base64 = (text: string): string => Buffer.from(text).toString('base64');
/** As Mux hands it out: a PEM of PKCS #1, in base64. */
export const PEM_IN_BASE64 = base64(PAIR.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString());
/** As Cloudflare hands it out beside a PEM. */
export const JWK_IN_BASE64 = base64(JSON.stringify(PAIR.privateKey.export({ format: 'jwk' })));

export const newName = (): string => randomUUID().replaceAll('-', '');
export const unixNow = (): number => Math.floor(Date.now() / 1_000);

export const hmac = (secret: string, time: number, body: string): string =>
  createHmac('sha256', secret).update(`${time}.${body}`).digest('hex');
