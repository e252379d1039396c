import { send } from './account.js';
import { button, made } from './elements.js';
import { pageOf, Refusal } from './rest.js';
import { agoSaid, clockSaid, priceSaid, refusalSaid } from './words.js';

/** The line below the picture: what happened, and what can be done about it. */

/**
 * @typedef {object} Remedies
 * @property {() => void} again
 * @property {() => void} signIn
 * @property {(code: string) => void} endAndBegin Ends the stream with this code and begins here.
 */

/** @typedef {{ level: string, orSignIn?: boolean }} Context `level`: what the title asks for. */

const LEVELS = ['free', 'basic', 'premium'];

/** @param {{ device_name: string, title: string, started_at: string, last_seen_at: string }} stream */
const deviceSaid = ({ device_name, title, started_at, last_seen_at }) => [
  made('strong', { text: device_name }),
  made('span', { text: title }),
  made('span', { class: 'soft', text: `since ${clockSaid(started_at)}, last seen ${agoSaid(last_seen_at)}` }),
];

/** @param {any} plan */
const planSaid = (plan) =>
  made('li', {}, [
    made('strong', { text: plan.name }),
    made('span', { text: plan.description }),
    made('span', {
      class: 'soft',
      text: `${priceSaid(plan.price, plan.currency)} for ${
        plan.validity_months ? `${plan.validity_months} months` : `${plan.validity_days} days`
      }, up to ${plan.resolution}`,
    }),
  ]);

/** Plans that cover a level, by price; none when they cannot be had. @param {string} level */
async function plansFor(level) {
  try {
    const { items } = await send('GET', 'subscriptions/plans?limit=100');
    const covers = (/** @type {any} */ plan) => LEVELS.indexOf(plan.access_level) >= LEVELS.indexOf(level);
    return items.filter(covers).map(planSaid);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return [];
  }
}

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
    if (remedy === 'plans')
      void plansFor(level).then((plans) => {
        if (line.isConnected && plans.length > 0) element.append(made('ul', { class: 'plans' }, plans));
      });
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
