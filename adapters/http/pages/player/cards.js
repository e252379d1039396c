import { send, whoIsIn } from './account.js';
import { found, made } from './elements.js';
import { pageOf, Refusal } from './rest.js';
import { durationSaid, levelSaid, placeSaid } from './words.js';

/**
 * @typedef {object} Title As the API shows it.
 * @property {string} id
 * @property {'video' | 'music'} kind
 * @property {string | null} code
 * @property {string} title
 * @property {string} description
 * @property {{ name: string }[]} genres
 * @property {'free' | 'basic' | 'premium'} access_level
 * @property {number | null} duration_seconds
 * @property {number | null} release_year
 * @property {string | null} poster_url
 * @property {boolean} can_stream
 * @property {string | null} locked_reason
 */

/** One title of a list, as a link with its poster. @param {Title} title */
export function titleCard(title) {
  const { poster_url: poster, duration_seconds: seconds, access_level: level } = title;
  const facts = [
    title.kind === 'music' ? 'Music' : 'Video',
    ...(seconds === null ? [] : [durationSaid(seconds)]),
    ...(title.can_stream ? [] : ['locked for now']),
  ];
  return made('li', {}, [
    made('a', { class: 'card', href: pageOf(title.code ?? title.id) }, [
      made('span', { class: 'poster' }, [
        ...(poster === null ? [] : [made('img', { src: poster, alt: '', loading: 'lazy' })]),
        made('span', {
          class: `badge ${title.can_stream ? 'open' : 'locked'}`,
          text: levelSaid(level),
        }),
      ]),
      made('strong', { text: title.title }),
      made('span', { class: 'soft', text: facts.join(' · ') }),
    ]),
  ]);
}

/** @param {{ title_id: string, title: string, position_seconds: number, percent: number | null, locked: boolean }} item */
const shelfCard = ({ title_id, title, position_seconds: seconds, percent, locked }) =>
  made('li', {}, [
    made('a', { class: 'card', href: pageOf(title_id) }, [
      made('strong', { text: title }),
      made('span', { class: 'soft', text: locked ? 'locked for now' : `at ${placeSaid(seconds)}` }),
      ...(percent === null ? [] : [made('progress', { max: 100, value: percent, 'aria-label': 'Watched' })]),
    ]),
  ]);

const SHELF_LENGTH = 6;

/** Fills the shelf of the page; it is not there for strangers, and without anything on it. */
export async function showShelf() {
  const shelf = found('shelf', HTMLElement);
  try {
    const { items } = whoIsIn()
      ? await send('GET', `activities/continue-watching?limit=${SHELF_LENGTH}`)
      : { items: [] };
    found('shelf-list', HTMLElement).replaceChildren(...items.map(shelfCard));
    shelf.hidden = items.length === 0;
  } catch (error) {
    // A page plays without its shelf.
    if (!(error instanceof Refusal)) throw error;
    shelf.hidden = true;
  }
}
