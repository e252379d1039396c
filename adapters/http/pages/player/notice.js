import { button, made } from './elements.js';
import { planList } from './plans.js';
import { pageOf } from './rest.js';
import { agoSaid, clockSaid, refusalSaid } from './words.js';

/** The line below the picture: what happened, and what can be done about it. */

/**
 * @typedef {object} Remedies
 * @property {() => void} again
 * @property {() => void} signIn
 * @property {() => void} bought A plan was paid for.
 * @property {(code: string) => void} endAndBegin Ends the stream with this code and begins here.
 */

/** @typedef {import('./rest.js').Refusal} Refusal */
/** @typedef {{ level: string, orSignIn?: boolean, wait?: number }} Context `level`: what the title asks for. */

const MENTION_SECONDS = 6;
const LONGEST_WAIT_SECONDS = 60;

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
export function createNotice(element, { again, signIn, endAndBegin, bought }) {
  /**
   * What is said now: how a title stands, something that passes when all is well again, or an answer to what was asked
   * for, which nothing but a new question takes away.
   * @typedef {'nothing' | 'standing' | 'passing' | 'answer'} Kind
   * @type {Kind}
   */
  let kind = 'nothing';

  /**
   * @param {Kind} as
   * @param {readonly (Node | string)[]} content
   */
  function put(as, ...content) {
    kind = as;
    element.replaceChildren(...content);
  }

  const clear = () => put('nothing');

  /** @param {string} text */
  const pass = (text) => put('passing', made('p', { text }));

  /** Not to be pressed before it may help. @param {number} wait Seconds. */
  function againButton(wait) {
    const pressed = button('Try again', again);
    if (wait > 0) {
      pressed.disabled = true;
      setTimeout(() => (pressed.disabled = false), Math.min(wait, LONGEST_WAIT_SECONDS) * 1_000);
    }
    return pressed;
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
      paid: bought,
      pending: () => put('answer', made('p', { text: 'The payment is on its way.' }), againButton(0)),
      refused: (/** @type {Refusal} */ refusal) => {
        line.textContent = refusalSaid(refusal).text;
      },
    };
    const plans = await planList(level, isForSale ? till : null);
    if (plans && line.isConnected) element.append(plans);
  }

  /**
   * @param {Kind} as
   * @param {import('./words.js').Said} said
   * @param {Context} context
   */
  function tell(as, { text, remedy }, { level, orSignIn = false, wait = 0 }) {
    const line = made('p', { text });
    put(as, line);
    if (remedy === 'sign-in' || orSignIn) element.append(button('Sign in', signIn));
    if (remedy === 'again') element.append(againButton(wait));
    if (remedy === 'leave')
      element.append(made('a', { class: 'button', href: pageOf(''), text: 'See what is on' }));
    if (remedy === 'plans' || remedy === 'other-plans') void offer(level, remedy === 'plans', line);
  }

  return {
    clear,
    /** What was wrong for a moment is right again. */
    pass: () => {
      if (kind === 'passing') clear();
    },
    /** How the title stands for whoever looks at it, unless there is something more urgent. @type {(said: import('./words.js').Said | null, context: Context) => void} */
    stand: (said, context) => {
      if (kind === 'standing') clear();
      if (said && kind === 'nothing') tell('standing', said, context);
    },
    /** @param {string} text */
    mention: (text) => {
      const line = made('p', { text });
      put('standing', line);
      setTimeout(() => line.isConnected && clear(), MENTION_SECONDS * 1_000);
    },
    /** The picture does not come through, and is asked for again. */
    wait: () => pass('The picture does not come through. Trying again …'),
    /** @param {Refusal} refusal Of a report that is tried again. */
    trouble: ({ status }) =>
      pass(`${status === 0 ? 'No connection.' : 'The service does not answer.'} Trying again …`),
    /** @type {(said: import('./words.js').Said, context: Context) => void} */
    answer: (said, context) => tell('answer', said, context),
    /**
     * @param {Refusal} refusal
     * @param {Context} context
     */
    refuse: (refusal, context) => {
      const said = refusalSaid(refusal);
      tell('answer', said, { ...context, wait: refusal.wait });
      if (said.remedy === 'devices') element.append(devices(refusal));
      // Whoever uses the keyboard goes on from here.
      element.focus();
    },
  };
}
