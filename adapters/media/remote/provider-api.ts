import type { Clock } from '../../../src/kernel/instant.ts';

/** Where a media provider's API is, and what opens it. */
export interface ApiAccess {
  /** Without a slash at the end. */
  readonly base: string;
  /** The whole `Authorization`. */
  readonly authorization: string;
  /** Milliseconds for one question. */
  readonly timeoutMs: number;
}

export interface ApiQuestion {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Statuses that are an answer, beside the good ones. */
  readonly allows?: readonly number[];
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Undefined where there is none, or none that is JSON. */
  readonly body: unknown;
}

/** Told of what went wrong; nothing in it is a secret. */
export type OnFault = (fault: unknown, operation: string) => void;

export interface ProviderDeps {
  /** The world's time: a provider knows nothing of a virtual clock. */
  readonly systemClock: Clock;
  readonly onFault: OnFault;
}

/** Asks once. Rejects with names and numbers alone when the answer is not one that was allowed for. */
export async function askApi(access: ApiAccess, question: ApiQuestion): Promise<ApiAnswer> {
  const { method, path, json, headers = {}, allows = [] } = question;
  const response = await fetch(`${access.base}${path}`, {
    method,
    headers: {
      ...headers,
      Authorization: access.authorization,
      ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    // The credential goes to whom it was given for, and to nobody whom that one names.
    redirect: 'error',
    signal: AbortSignal.timeout(access.timeoutMs),
  });
  const body = parsed(await textOf(response));
  const { status } = response;
  if (!response.ok && !allows.includes(status)) throw new Error(`${method} was answered with ${status}`);
  return { status, headers: response.headers, body };
}

/** What a provider says of one upload is a few kilobytes. */
const LONGEST_ANSWER = 1_000_000;

async function textOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > LONGEST_ANSWER) throw new Error('the answer does not end');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** An address that a file may be sent to: no film leaves in the clear because an answer says so. */
export function securedPlace(url: string, { base }: Pick<ApiAccess, 'base'>): string {
  const protocol = URL.parse(url)?.protocol;
  if (protocol === 'https:' || (protocol === 'http:' && base.startsWith('http:'))) return url;
  // Not quoted: whoever has such an address may send there.
  throw new Error('an upload was begun at an address that is not secured');
}

/** The outcome, or `unavailable` and a word to whoever watches. */
export async function unlessDown<T>(
  work: Promise<T>,
  onFault: (fault: unknown) => void,
): Promise<T | 'unavailable'> {
  try {
    return await work;
  } catch (fault) {
    onFault(fault);
    return 'unavailable';
  }
}
