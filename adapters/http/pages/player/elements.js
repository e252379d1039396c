/** Elements of the page. Text goes in as text: nothing that anybody wrote becomes markup. */

/**
 * The element with this id, which the page has.
 * @template {Element} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
export function found(id, type) {
  const element = document.getElementById(id);
  if (element instanceof type) return element;
  throw new TypeError(`the page has no such #${id}`);
}

/**
 * A new element: `text` is its text, `onclick` what it does, the rest are its attributes.
 * @template {keyof HTMLElementTagNameMap} N
 * @param {N} name
 * @param {{ text?: string, onclick?: () => void } & Record<string, unknown>} [given]
 * @param {readonly (Node | string)[]} [children]
 * @returns {HTMLElementTagNameMap[N]}
 */
export function made(name, { text, onclick, ...attributes } = {}, children = []) {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, String(value));
  if (text !== undefined) element.textContent = text;
  if (onclick !== undefined) element.addEventListener('click', onclick);
  element.append(...children);
  return element;
}

/**
 * @param {string} text
 * @param {() => void} onclick
 * @param {string} [style]
 */
export const button = (text, onclick, style = 'main') =>
  made('button', { type: 'button', class: style, text, onclick });
