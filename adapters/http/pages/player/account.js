import { Refusal, request } from './rest.js';

/**
 * Who is signed in, in this tab. The access token lives in memory alone and is gone with the page. The refresh token
 * lies in sessionStorage, so that a reload, or going from one title to the next, signs nobody out; it ends with the
 * tab, and no other tab reads it. What could read it is a foreign script, and the page's policy admits none; a cookie
 * would be out of a script's reach, but the API takes none, and so needs no guard against forged requests.
 * A tab that was duplicated has a copy: whichever trades it second is signed out, as with a stolen one.
 */
const REFRESH = 'usher.refresh';
const DEVICE = 'usher.device';
/** A token is traded so long before it runs out: the last request of a page cannot wait for a new one. */
const MARGIN_MS = 60_000;

/** @typedef {{ id: string, email: string, name: string | null }} Profile */

/** @type {{ token: string, until: number } | null} */
let access = null;
/** @type {Profile | null} */
let profile = null;
/** @type {Promise<string | null> | undefined} */
let renewing;
/** @type {(() => void)[]} */
const listeners = [];
/** @type {(() => Promise<void>)[]} */
const lastCalls = [];

export const whoIsIn = () => profile;

/** @param {() => void} listener Called when somebody signed in or out. */
export const onChange = (listener) => void listeners.push(listener);

const told = () => listeners.forEach((listener) => listener());

/** Not randomUUID: that is withheld from pages without TLS. */
export const randomName = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** Stable for this browser: starting here again takes the same seat. */
export function deviceId() {
  const known = localStorage.getItem(DEVICE);
  if (known !== null) return known;
  const made = randomName();
  localStorage.setItem(DEVICE, made);
  return made;
}

const BROWSERS = /** @type {const} */ ([
  ['Edge', /\bEdg/],
  ['Opera', /\bOPR\b/],
  ['Firefox', /\bFirefox\b|\bFxiOS\b/],
  ['Chrome', /Chrome\b|\bCriOS\b/],
  ['Safari', /\bSafari\b/],
]);
const SYSTEMS = /** @type {const} */ ([
  ['Android', /\bAndroid\b/],
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Windows', /\bWindows\b/],
  ['Mac', /\bMacintosh\b/],
  ['Linux', /\bLinux\b/],
]);

/** As its owner would call it: for the list of devices. */
export function deviceName({ userAgent } = navigator) {
  const browser = BROWSERS.find(([, form]) => form.test(userAgent))?.[0] ?? 'Browser';
  const system = SYSTEMS.find(([, form]) => form.test(userAgent))?.[0];
  return system === undefined ? browser : `${browser} on ${system}`;
}

/** @param {{ access: string, refresh: string, expires_in: number, account: Profile }} loggedIn */
function keep({ access: token, refresh, expires_in, account }) {
  access = { token, until: Date.now() + expires_in * 1_000 - MARGIN_MS };
  profile = account;
  sessionStorage.setItem(REFRESH, refresh);
  return token;
}

function forget() {
  access = null;
  profile = null;
  sessionStorage.removeItem(REFRESH);
}

/** @param {string} refresh */
async function renew(refresh) {
  try {
    return keep(await request('POST', 'accounts/token/refresh', { body: { refresh } }));
  } catch (error) {
    if (!(error instanceof Refusal) || error.isPassing) throw error;
    forget();
    told();
    return null;
  }
}

/** A token that is good for a while; null when nobody is signed in. One trade at a time. */
async function currentToken() {
  if (access !== null && Date.now() < access.until) return access.token;
  const refresh = sessionStorage.getItem(REFRESH);
  if (refresh === null) return null;
  renewing ??= renew(refresh).finally(() => (renewing = undefined));
  return renewing;
}

/** Signs in whoever was signed in in this tab before. */
export async function restore() {
  await currentToken().catch(() => null);
  told();
}

/**
 * @param {string} email
 * @param {string} password
 */
export async function signIn(email, password) {
  const device = { device_id: deviceId(), device_name: deviceName() };
  keep(await request('POST', 'accounts/login', { body: { email, password, ...device } }));
  told();
}

/** @param {() => Promise<void>} listener Called, and waited for, while somebody is still signed in. */
export const beforeSignOut = (listener) => void lastCalls.push(listener);

export async function signOut() {
  await Promise.all(lastCalls.map((listener) => listener()));
  const refresh = sessionStorage.getItem(REFRESH);
  const token = access?.token ?? null;
  forget();
  told();
  // Out is out: what the service says of it changes nothing here.
  if (token !== null)
    await request('POST', 'accounts/logout', { token, body: { refresh } }).catch(() => null);
}

/**
 * Calls the API as whoever is signed in, or as nobody.
 * @param {string} method
 * @param {string} path
 * @param {import('./rest.js').Call} [call]
 */
export async function send(method, path, call = {}) {
  const token = await currentToken();
  try {
    return await request(method, path, { ...call, token });
  } catch (error) {
    if (token === null || !(error instanceof Refusal) || error.code !== 'request.unauthenticated')
      throw error;
    // The session ended elsewhere, or the clocks disagree: a trade tells.
    if (access?.token === token) access = null;
    return request(method, path, { ...call, token: await currentToken() });
  }
}

/**
 * The same for the last moment of a page: goes out at once, and nobody needs the answer.
 * @param {string} method
 * @param {string} path
 * @param {import('./rest.js').Call} [call]
 */
export const sendLast = (method, path, call = {}) =>
  request(method, path, { ...call, token: access?.token ?? null, keepalive: true }).catch(() => undefined);
