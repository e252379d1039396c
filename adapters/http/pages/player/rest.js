/**
 * The REST API as the page calls it. Addresses follow from the module's own (`/watch/assets/rest.js`), so that the
 * page works below whatever path the service is mounted.
 */
const ROOT = new URL('../../', import.meta.url);
const API = new URL('api/v1/', ROOT);

/** @param {string} title An id or a code. */
export const pageOf = (title) => new URL(`watch/${encodeURIComponent(title)}`, ROOT).pathname;

/** A no of the service (RFC 9457); with the status 0 there was no answer at all. */
export class Refusal extends Error {
  /** @param {{ status: number, code: string, detail: string, wait?: number, members?: Record<string, any> }} said */
  constructor({ status, code, detail, wait = 0, members = {} }) {
    super(detail);
    this.name = 'Refusal';
    this.status = status;
    this.code = code;
    /** Seconds after which it is worth asking again; 0 where nothing was said. */
    this.wait = wait;
    this.members = members;
  }

  /** Nothing was decided: the same may be asked again, and may then go well. */
  get isPassing() {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

/**
 * @typedef {object} Call
 * @property {unknown} [body] Sent as JSON.
 * @property {Record<string, string>} [headers]
 * @property {string | null} [token] The bearer's.
 * @property {boolean} [keepalive] Goes on when the page is gone.
 */

/**
 * The answer's JSON, null where there is none.
 * @param {string} method
 * @param {string} path Below `/api/v1/`.
 * @param {Call} [call]
 * @returns {Promise<any>}
 * @throws {Refusal}
 */
export async function request(method, path, { body, headers = {}, token = null, keepalive = false } = {}) {
  const answer = await fetch(new URL(path, API), {
    method,
    keepalive,
    headers: {
      ...headers,
      ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    body: body === undefined ? null : JSON.stringify(body),
  }).catch(() => null);
  if (answer === null) throw new Refusal({ status: 0, code: 'network', detail: 'No answer.' });
  const json = await answer.json().catch(() => null);
  if (answer.ok) return json;
  throw new Refusal({
    status: answer.status,
    code: String(json?.code ?? 'unknown'),
    detail: String(json?.detail ?? answer.statusText),
    wait: Number(answer.headers.get('Retry-After') ?? 0),
    members: json ?? {},
  });
}
