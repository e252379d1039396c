import { Refusal } from './rest.js';
import { deviceId, deviceName, send, sendLast } from './account.js';

/**
 * While it plays, a stream reports at least so often, in seconds, where its lease asks for less: a browser holds half
 * a minute of film, and would show it to somebody whose right to it is over. Media is refused within ten seconds
 * (rules.md), and so much the viewer is cut off in.
 */
const CHECK_SECONDS = 6;
/** Without a lease nothing is lost by silence. */
const NO_LEASE_SECONDS = 30;
/** Waits after reports that got no answer, in seconds; the lease bears a minute and a half of them. */
const RETRIES = [1, 2, 4, 8];
/** What a person does is reported at once, and at most so often. */
const TOUCH_MS = 1_000;

/**
 * @typedef {object} Started
 * @property {string} id
 * @property {string} manifest_url
 * @property {number} max_height
 * @property {number} resume_position_seconds
 * @property {{ heartbeat_seconds: number } | null} lease
 * @property {string} [session_token]
 */

/**
 * @typedef {object} Playing What a stream asks its player, and tells it.
 * @property {() => { seconds: number, isPaused: boolean }} where
 * @property {(refusal: Refusal) => void} cut The stream is over, and not by us.
 * @property {(refusal: Refusal) => void} troubled A report failed and is tried again.
 * @property {() => void} well It is well again.
 */

/**
 * @param {string} titleId
 * @param {readonly string[]} terminate Codes of streams that may be ended for a seat.
 * @returns {Promise<Started>}
 */
export const start = (titleId, terminate) =>
  send('POST', 'playback/sessions', {
    body: { title_id: titleId, device_id: deviceId(), device_name: deviceName(), terminate },
  });

/**
 * Keeps a started stream alive by its reports until it is stopped or cut.
 * @param {Started} started
 * @param {Playing} playing
 */
export function keepAlive({ id, lease, session_token: secret }, { where, cut, troubled, well }) {
  // The secret of a stream without an account is the page's memory alone: it opens this stream and nothing else.
  const headers = secret === undefined ? undefined : { 'X-Playback-Token': secret };
  const path = `playback/sessions/${id}`;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let touched;
  let touchedAt = -Infinity;
  let isAlive = true;
  let seq = 0;
  let failures = 0;

  function seconds() {
    if (failures > 0) return RETRIES[Math.min(failures, RETRIES.length) - 1] ?? CHECK_SECONDS;
    const asked = lease?.heartbeat_seconds ?? NO_LEASE_SECONDS;
    return lease === null || where().isPaused ? asked : Math.min(asked, CHECK_SECONDS);
  }

  /** Reports now, and from now on at the usual pace. Reports may overtake one another: the newest `seq` counts. */
  async function report() {
    if (!isAlive) return;
    clearTimeout(timer);
    const own = (seq += 1);
    const { seconds: position_seconds, isPaused } = where();
    const body = { seq: own, position_seconds, state: isPaused ? 'paused' : 'playing' };
    try {
      await send('POST', `${path}/heartbeat`, { body, ...(headers && { headers }) });
      if (failures > 0 && isAlive) well();
      failures = 0;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (!isAlive) return;
      if (!error.isPassing) {
        isAlive = false;
        cut(error);
        return;
      }
      failures += 1;
      troubled(error);
    }
    if (isAlive && own === seq) timer = setTimeout(() => void report(), seconds() * 1_000);
  }

  return {
    report,
    /** The same for what may happen many times a second, as when somebody looks for a place: the last one counts. */
    touch: () => {
      const early = touchedAt + TOUCH_MS - performance.now();
      clearTimeout(touched);
      if (early > 0) touched = setTimeout(() => void report(), early);
      else {
        touchedAt = performance.now();
        void report();
      }
    },
    /** Ends the stream and frees its seat at once, also while the page goes away. */
    stop: () => {
      if (!isAlive) return undefined;
      isAlive = false;
      clearTimeout(timer);
      return sendLast('DELETE', `${path}?position_seconds=${where().seconds}`, headers && { headers });
    },
  };
}
