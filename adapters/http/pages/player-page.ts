import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { escaped } from './markup.ts';

/** The player as it is sent: one frame around two pages, whose scripts fill them through the REST API. */
export interface PlayerPage {
  readonly html: string;
  /** With its quotes. */
  readonly etag: string;
}

/** What differs from one sending to the next. */
export interface Filling {
  /** What paths on this server begin with. */
  readonly base: string;
  /** The title's id as the API knows it. */
  readonly title: string;
  /** The title's name, where everybody may know it. */
  readonly name: string;
}

const FOLDER = new URL('player/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, FOLDER), 'utf8');

const pageOf = (main: string, script: string): string =>
  read('frame.html')
    .replace('%main%', () => read(main).trim())
    .replace('%script%', script);

const TITLE = pageOf('title.html', 'title-page.js');
const TITLES = pageOf('titles.html', 'titles-page.js');

export const titlePage = (filling: Filling): PlayerPage => filled(TITLE, filling);

export const titlesPage = (base: string): PlayerPage => filled(TITLES, { base, title: '', name: 'Watch' });

function filled(page: string, filling: Filling): PlayerPage {
  const html = page.replaceAll(/%(base|title|name)%/g, (_, name: keyof Filling) => escaped(filling[name]));
  return { html, etag: `"${createHash('sha256').update(html).digest('base64url').slice(0, 22)}"` };
}
