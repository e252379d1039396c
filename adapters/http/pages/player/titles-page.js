import { onChange, restore, send } from './account.js';
import { showShelf, titleCard } from './cards.js';
import { button, found, made } from './elements.js';
import { Refusal } from './rest.js';
import { refusalSaid } from './words.js';
import './sign-in.js';

/** `/watch`: what there is to see. */

const list = found('titles', HTMLElement);
const more = found('more', HTMLButtonElement);
const notice = found('notice', HTMLElement);

const PAGE = 24;
/** @type {string | null} */
let cursor = null;

/** @param {boolean} fromTheTop */
async function show(fromTheTop) {
  const from = fromTheTop || cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
  more.disabled = true;
  try {
    const page = await send('GET', `titles?limit=${PAGE}${from}`);
    const cards = page.items.map(titleCard);
    if (fromTheTop) list.replaceChildren(...cards);
    else list.append(...cards);
    cursor = page.next_cursor;
    more.hidden = cursor === null;
    notice.replaceChildren(
      ...(list.childElementCount > 0 ? [] : [made('p', { text: 'Nothing is published yet.' })]),
    );
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    notice.replaceChildren(
      made('p', { text: refusalSaid(error).text }),
      button('Try again', () => void show(fromTheTop)),
    );
  } finally {
    more.disabled = false;
  }
}

more.addEventListener('click', () => void show(false));
// What is locked depends on who asks.
onChange(() => {
  const main = found('main', HTMLElement);
  void Promise.all([show(true), showShelf()]).then(() => main.setAttribute('aria-busy', 'false'));
});
await restore();
