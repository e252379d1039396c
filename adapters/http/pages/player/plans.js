import { randomName, send } from './account.js';
import { button, made } from './elements.js';
import { Refusal } from './rest.js';
import { priceSaid } from './words.js';

/** Plans that open a title, and their purchase. */

/**
 * @typedef {object} Plan
 * @property {string} id
 * @property {string} name
 * @property {string} description
 * @property {string} price
 * @property {string} currency
 * @property {number | null} validity_days
 * @property {number | null} validity_months
 * @property {string} access_level
 * @property {string} resolution
 */

/**
 * @typedef {object} Till
 * @property {() => void} paid
 * @property {() => void} pending The provider says later how it went.
 * @property {(refusal: Refusal) => void} refused
 */

const LEVELS = ['free', 'basic', 'premium'];

/** Payers come back from a gateway's page to addresses of these kinds alone. */
const back =
  location.protocol === 'https:' || location.hostname === 'localhost' ? { return_url: location.href } : {};

/** @param {Plan} plan */
const priceOf = ({ price, currency }) => priceSaid(price, currency);

/** @param {Plan} plan */
const termOf = ({ validity_days: days, validity_months: months }) =>
  months ? (months === 1 ? 'a month' : `${months} months`) : `${days} days`;

/**
 * @param {Plan} plan
 * @param {Till} till
 */
function buyButton(plan, { paid, pending, refused }) {
  // Pressed twice, or again after the network failed, it is one purchase.
  let key = randomName();
  const pay = button(`Subscribe for ${priceOf(plan)}`, async () => {
    pay.disabled = true;
    try {
      const headers = { 'Idempotency-Key': key };
      const payment = await send('POST', 'payments', { body: { plan_id: plan.id, ...back }, headers });
      if (payment.checkout_url) location.assign(payment.checkout_url);
      else if (payment.status === 'succeeded') paid();
      else pending();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (!error.isPassing) key = randomName();
      pay.disabled = false;
      refused(error);
    }
  });
  return pay;
}

/**
 * The plans that cover a level, by price; undefined when there are none to be had. Without a till they are only shown:
 * whoever has a plan changes it, and that is no purchase.
 * @param {string} level
 * @param {Till | null} till
 */
export async function planList(level, till) {
  try {
    /** @type {{ items: Plan[] }} */
    const { items } = await send('GET', 'subscriptions/plans?limit=100');
    const covering = items.filter((plan) => LEVELS.indexOf(plan.access_level) >= LEVELS.indexOf(level));
    if (covering.length === 0) return undefined;
    const entries = covering.map((plan) =>
      made('li', {}, [
        made('strong', { text: plan.name }),
        made('span', { text: plan.description }),
        made('span', {
          class: 'soft',
          text: `${priceOf(plan)} for ${termOf(plan)}, up to ${plan.resolution}`,
        }),
        ...(till ? [buyButton(plan, till)] : []),
      ]),
    );
    return made('ul', { class: 'plans' }, entries);
  } catch (error) {
    // What is locked is said all the same.
    if (!(error instanceof Refusal)) throw error;
    return undefined;
  }
}
