import { button, made } from './elements.js';
import { planList } from './plans.js';
import { pageOf } from './rest.js';
import { agoSaid, clockSaid, refusalSaid } from './words.js';

/** The line below the picture: what happened, and what can be done about it. */

/**
 * @typedef {object} Remedies
 * @property {() => void} again
 * @property {() => void} signIn
 * @property {(code: string) => void} endAndBegin Ends the stream with this code and begins here.
 */

/** @typedef {import('./rest.js').Refusal} Refusal */
/** @typedef {{ level: string, orSignIn?: boolean }} Context `level`: what the title asks for. */

/** @param {{ device_name: string, title: string, started_at: string, last_seen_at: string }} stream */
const deviceSaid = ({ device_name, title, started_at, last_seen_at }) => [
  made('strong', { text: device_name }),
  made('span', { text: title }),
  made('span', { class: 'soft', text: `since ${clockSaid(started_at)}, last seen ${agoSaid(last_seen_at)}` }),
];

/**
 * @param {HTMLElement} element
 * @param {Remedies} remedies
 */
export function createNotice(element, { again, signIn, endAndBegin }) {
  /** What is said passes by itself when all is well again. */
  let isPassing = false;

  /** @param {readonly (Node | string)[]} content */
  function put(...content) {
    isPassing = false;
    element.replaceChildren(...content);
  }

  /** @param {Refusal} refusal */
  const devices = ({ members }) =>
    made(
      'ul',
      { class: 'devices' },
      /** @type {any[]} */ (members['active'] ?? []).map((stream) => {
        const end = button('End it and watch here', () => endAndBegin(stream.termination_code));
        // The visible words first, so that whoever speaks to the browser finds it by them.
        end.setAttribute('aria-label', `End it and watch here, not on ${stream.device_name}`);
        return made('li', {}, [made('div', {}, deviceSaid(stream)), end]);
      }),
    );

  /**
   * @param {string} level
   * @param {boolean} isForSale
   * @param {HTMLElement} line Below which they stand, if it is still there when they come.
   */
  async function offer(level, isForSale, line) {
    const till = {
      paid: again,
      pending: () => put(made('p', { text: 'The payment is on its way.' }), button('Try again', again)),
      refused: (/** @type {Refusal} */ refusal) => {
        line.textContent = refusalSaid(refusal).text;
      },
    };
    const plans = await planList(level, isForSale ? till : null);
    if (plans && line.isConnected) element.append(plans);
  }

  /**
   * @param {import('./words.js').Said} said
   * @param {Context} context
   */
  function tell({ text, remedy }, { level, orSignIn = false }) {
    const line = made('p', { text });
    put(line);
    if (remedy === 'sign-in' || orSignIn) element.append(button('Sign in', signIn));
    if (remedy === 'again') element.append(button('Try again', again));
    if (remedy === 'leave')
      element.append(made('a', { class: 'button', href: pageOf(''), text: 'See what is on' }));
    if (remedy === 'plans' || remedy === 'other-plans') void offer(level, remedy === 'plans', line);
  }

  return {
    /** @param {'passing'} [only] */
    clear: (only) => {
      if (only === undefined || isPassing) put();
    },
    /** @param {string} text Passes when all is well again. */
    say: (text) => {
      put(made('p', { text }));
      isPassing = true;
    },
    tell,
    /** @param {Refusal | null} refusal Of a report that is tried again; null: all is well. */
    trouble: (refusal) => {
      if (refusal === null) {
        if (isPassing) put();
        return;
      }
      const text = refusal.status === 0 ? 'No connection.' : 'The service does not answer.';
      put(made('p', { text: `${text} Trying again …` }));
      isPassing = true;
    },
    /**
     * @param {Refusal} refusal
     * @param {Context} context
     */
    refuse: (refusal, context) => {
      const said = refusalSaid(refusal);
      tell(said, context);
      if (said.remedy === 'devices') element.append(devices(refusal));
      // Whoever uses the keyboard goes on from here.
      element.focus();
    },
  };
}
