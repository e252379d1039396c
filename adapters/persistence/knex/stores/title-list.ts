import type { Knex } from 'knex';
import type { TitleListing } from '../../../../src/catalog/ports.ts';
import {
  placeInCursor,
  startOf,
  VIEW_ADDS,
  type TitleOrder,
  type TitlePlace,
} from '../../../../src/catalog/title-order.ts';
import type { Title } from '../../../../src/catalog/title.ts';
import type { Instant } from '../../../../src/kernel/instant.ts';
import { pageOf, type Page, type PageRequest } from '../../../../src/kernel/page.ts';
import { textsFromJson } from '../json-rows.ts';
import type { Database } from '../unit-of-work.ts';
import { matching, namedBy, type NamedWord, type TitleSet } from './title-documents.ts';

/** What each order goes by, and the id that breaks ties: in the same table, so that one index has both. */
const ORDER_BY: Readonly<Record<TitleOrder, { readonly value: string; readonly id: string }>> = {
  newest: { value: 'titles.listed_at', id: 'titles.id' },
  relevance: { value: 'titles.listed_at', id: 'titles.id' },
  title: { value: 'titles.sort_title', id: 'titles.id' },
  popular: { value: 'figures.views', id: 'figures.title_id' },
  trending: { value: 'figures.trending', id: 'figures.title_id' },
};

interface Asked {
  readonly listing: TitleListing;
  /** What is searched for, with the names that have it; none without a search. */
  readonly words: readonly NamedWord[];
  readonly from: TitlePlace | null;
  /** How many rows at most. */
  readonly most: number;
}

type Placed = Omit<TitlePlace, 'asOf'>;

/** One page of titles by their ids: what a row shows is read for those of the page only. */
export async function listTitles(
  database: Database,
  { limit, cursor }: PageRequest,
  listing: TitleListing,
): Promise<Page<string>> {
  const { order, now, filter } = listing;
  const { from, viewsAfter } = startOf(cursor, order, now);
  const words = filter.words === null ? [] : await namedBy(database, filter.words);
  const asked: Asked = { listing, words, from, most: limit + 1 };
  const rows = await (order === 'relevance'
    ? inGroups(database, asked)
    : placed(viewsAfter === null ? inOrder(database, asked) : asItWas(database, asked, viewsAfter)));
  const page = pageOf(rows, limit, (row) => placeInCursor(order, { ...row, asOf: viewsAfter ?? now }));
  return { ...page, items: page.items.map(({ id }) => id) };
}

async function placed(query: Knex.QueryBuilder, group: TitlePlace['group'] = 0): Promise<readonly Placed[]> {
  const rows = (await query) as { readonly id: string; readonly value: string | number }[];
  return rows.map(({ id, value }) => ({ id, value, group }));
}

/** Titles that are called what is searched for, then the others, each newest first: two walks, no score. */
async function inGroups(database: Database, asked: Asked): Promise<readonly Placed[]> {
  const called = matching(
    database.dialect,
    'title_words',
    asked.words.map(({ word }) => word),
  );
  const others = asked.from?.group === 1 ? asked.from : null;
  const first =
    others === null
      ? await placed(inOrder(database, asked).whereRaw(`titles.id in (${called.sql})`, called.binding))
      : [];
  if (first.length === asked.most) return first;
  const rest = { ...asked, from: others, most: asked.most - first.length };
  const second = inOrder(database, rest).whereRaw(`titles.id not in (${called.sql})`, called.binding);
  return [...first, ...(await placed(second, 1))];
}

/** Titles behind a place, in their order as it is now. */
function inOrder(
  { knex, dialect }: Database,
  { listing, words, from, most }: Asked,
  taken = '',
): Knex.QueryBuilder {
  const { order } = listing;
  const { id } = ORDER_BY[order];
  const value = `${ORDER_BY[order].value}${taken}`;
  const [direction, beyond] = order === 'title' ? ['asc', '>'] : ['desc', '<'];
  const query = knex
    .select({ id, value: knex.raw(value) })
    .from(knex.raw(tablesOf(listing, taken !== '')))
    .orderByRaw(`${value} ${direction}, ${id} ${direction}`)
    .limit(most);
  if (VIEW_ADDS[order] !== null) query.whereRaw('figures.title_id = titles.id');
  if (from !== null) query.whereRaw(`(${value}, ${id}) ${beyond} (?, ?)`, [from.value, from.id]);
  narrow(query, listing);
  search(query, words, dialect);
  return query;
}

/**
 * Where a list by views has nothing that narrows it much, SQLite is told to walk the figures in their order
 * (for it a cross join is one in the order written); of its own accord it would look through all titles first.
 */
function tablesOf({ order, filter }: TitleListing, isNarrow: boolean): string {
  if (VIEW_ADDS[order] === null) return 'titles';
  const isBroad = !isNarrow && filter.words === null && filter.genreId === null && filter.channelId === null;
  return isBroad ? 'title_figures as figures cross join titles' : 'title_figures as figures, titles';
}

/** Titles behind a place, in their order as it was: those viewed since then are few, and sorted in by what they had. */
function asItWas(database: Database, asked: Asked, viewsAfter: Instant): Knex.QueryBuilder {
  const { knex } = database;
  const still = inOrder(database, asked).whereNotIn(
    'figures.title_id',
    knex.select('title_id').from('moved'),
  );
  const taken = ` - moved.views * ${VIEW_ADDS[asked.listing.order]}`;
  const moved = inOrder(database, asked, taken).join('moved', 'moved.title_id', 'titles.id');
  return knex
    .with(
      'moved',
      knex('counted_views')
        .select({ title_id: 'title_id', views: knex.raw('count(*)') })
        .where('at', '>', viewsAfter)
        .groupBy('title_id'),
    )
    .select('*')
    .from(
      knex
        .select('*')
        .from(still.as('still'))
        .unionAll(knex.select('*').from(moved.as('moved_on')))
        .as('page'),
    )
    .orderBy([
      { column: 'value', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .limit(asked.most);
}

/** Each word is one of the title's own, or of a name that it carries. */
function search(query: Knex.QueryBuilder, words: readonly NamedWord[], dialect: Database['dialect']): void {
  const isPlain = ({ genreIds, channelIds }: NamedWord): boolean => genreIds.length + channelIds.length === 0;
  const plain = words.filter(isPlain).map(({ word }) => word);
  if (plain.length > 0) within(query, [matching(dialect, 'words', plain)]);
  for (const { word, genreIds, channelIds } of words.filter((each) => !isPlain(each))) {
    const ids = textsFromJson(dialect);
    const sets = [matching(dialect, 'words', [word])];
    if (genreIds.length > 0) {
      const sql = `select title_id from title_genres where genre_id in (${ids})`;
      sets.push({ sql, binding: JSON.stringify(genreIds) });
    }
    if (channelIds.length > 0) {
      const sql = `select id from titles as owned where owned.channel_id in (${ids})`;
      sets.push({ sql, binding: JSON.stringify(channelIds) });
    }
    within(query, sets);
  }
}

/** Titles of any of these sets. */
function within(query: Knex.QueryBuilder, sets: readonly TitleSet[]): void {
  query.whereRaw(
    `titles.id in (${sets.map(({ sql }) => sql).join(' union all ')})`,
    sets.map(({ binding }) => binding),
  );
}

function narrow(query: Knex.QueryBuilder, { filter, openOnly, now }: TitleListing): void {
  if (openOnly) query.where({ 'titles.visibility': 'public' });
  if (openOnly) hasStatus(query, 'published', now);
  if (filter.status !== null) hasStatus(query, filter.status, now);
  if (filter.kind !== null) query.where({ 'titles.kind': filter.kind });
  if (filter.accessLevel !== null) query.where({ 'titles.access_level': filter.accessLevel });
  if (filter.channelId !== null) query.where({ 'titles.channel_id': filter.channelId });
  if (filter.genreId !== null) {
    query.whereRaw(
      'exists (select 1 from title_genres where title_id = titles.id and genre_id = ?)',
      filter.genreId,
    );
  }
}

/** The status at `now`: a scheduled title whose instant has come is published, swept or not. */
function hasStatus(query: Knex.QueryBuilder, status: Title['status'], now: Instant): void {
  if (status === 'published') {
    query.whereIn('titles.status', ['published', 'scheduled']).where('titles.published_at', '<=', now);
  } else {
    query.where({ 'titles.status': status });
    if (status === 'scheduled') query.where('titles.published_at', '>', now);
  }
}
