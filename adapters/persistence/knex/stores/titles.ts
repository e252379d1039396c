import type { Knex } from 'knex';
import type { TitleListing, TitleStore } from '../../../../src/catalog/ports.ts';
import { noFigures, type Title, type TitleDetail, type TitleFigures } from '../../../../src/catalog/title.ts';
import type { Instant } from '../../../../src/kernel/instant.ts';
import { decodeCursor, pageOf, type Page, type PageRequest } from '../../../../src/kernel/page.ts';
import { RecordTable, type Row } from '../columns.ts';
import { earliestDue } from '../due.ts';
import { namedRows, onSqlite } from '../prepared.ts';
import type { Database } from '../unit-of-work.ts';

type StoredTitle = Omit<Title, 'genreIds'>;

const TITLES = new RecordTable<StoredTitle>('titles', {
  id: 'text',
  kind: 'text',
  code: 'text',
  title: 'text',
  description: 'text',
  accessLevel: 'text',
  visibility: 'text',
  durationSeconds: 'number',
  language: 'text',
  releaseYear: 'number',
  creditsStartSeconds: 'number',
  allowComments: 'boolean',
  mediaAssetId: 'text',
  trailerAssetId: 'text',
  posterAssetId: 'text',
  status: 'text',
  publishedAt: 'number',
  channelId: 'text',
  createdBy: 'text',
  createdAt: 'number',
  listedAt: 'number',
  searchText: 'text',
  sortTitle: 'text',
  version: 'number',
});

const FIGURES = new RecordTable<TitleFigures>('title_figures', {
  titleId: 'text',
  views: 'number',
  votesUp: 'number',
  votesDown: 'number',
  ratingCount: 'number',
  ratingSum: 'number',
});

/** A title with its genres and figures in one statement: its page is the hottest question of the catalogue. */
const selectOf = (dialect: Database['dialect']): string => {
  const [list, object] =
    dialect === 'postgres' ? ['json_agg', 'json_build_object'] : ['json_group_array', 'json_object'];
  return `${TITLES.selected()}, ${FIGURES.selected('figures')}, (
    select ${list}(${object}('id', genres.id, 'name', genres.name, 'key', genres.name_key))
    from title_genres join genres on genres.id = title_genres.genre_id
    where title_genres.title_id = titles.id
  ) as genres`;
};
const FROM = 'titles join title_figures as figures on figures.title_id = titles.id';

const DETAILS = {
  sqlite: `select ${selectOf('sqlite')} from ${FROM} where titles.id in (select value from json_each(?))`,
  postgres: {
    name: 'title-details',
    text: `select ${selectOf('postgres')} from ${FROM}
      where titles.id in (select json_array_elements_text($1::json))`,
  },
} as const;

interface GenreRow {
  readonly id: string;
  readonly name: string;
  readonly key: string;
}

function detailOf(row: Row): TitleDetail {
  const held = typeof row['genres'] === 'string' ? (JSON.parse(row['genres']) as unknown) : row['genres'];
  const genres = ((held ?? []) as readonly GenreRow[]).toSorted((a, b) => compareBytes(a.key, b.key));
  return {
    title: { ...TITLES.fromRow(row), genreIds: genres.map(({ id }) => id).sort() },
    genres: genres.map(({ id, name }) => ({ id, name })),
    figures: FIGURES.fromRow(row),
  };
}

const compareBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

async function details(database: Database, ids: readonly string[]): Promise<readonly TitleDetail[]> {
  const asked = JSON.stringify(ids);
  const rows =
    database.dialect === 'postgres'
      ? await namedRows(database, DETAILS.postgres, [asked])
      : await onSqlite(database, (connection) =>
          connection.prepare<[string], Row>(DETAILS.sqlite).all(asked),
        );
  return rows.map(detailOf);
}

const placeColumn = { newest: 'titles.listed_at', title: 'titles.sort_title' } as const;

async function list(
  { knex, dialect }: Database,
  { limit, cursor }: PageRequest,
  listing: TitleListing,
): Promise<Page<TitleDetail>> {
  const column = placeColumn[listing.sort];
  const [direction, beyond] = listing.sort === 'newest' ? ['desc', '<'] : ['asc', '>'];
  const query = knex
    .select(knex.raw(selectOf(dialect)))
    .from(knex.raw(FROM))
    .orderBy([
      { column, order: direction },
      { column: 'titles.id', order: direction },
    ]);
  if (cursor !== undefined) {
    const from = decodeCursor(cursor, listing.sort === 'newest' ? 'number' : 'string');
    query.whereRaw(`(??, titles.id) ${beyond} (?, ?)`, [column, from.value, from.id]);
  }
  narrow(query, listing, dialect);
  const rows = ((await query.limit(limit + 1)) as Row[]).map(detailOf);
  return pageOf(rows, limit, ({ title }) => ({
    value: listing.sort === 'newest' ? title.listedAt : title.sortTitle,
    id: title.id,
  }));
}

function narrow(
  query: Knex.QueryBuilder,
  { filter, openOnly, now }: TitleListing,
  dialect: Database['dialect'],
): void {
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
  if (filter.q !== null) {
    const position = dialect === 'postgres' ? 'strpos' : 'instr';
    query.whereRaw(`${position}(titles.search_text, ?) > 0`, filter.q);
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

/** Sets a title's genres; one that was removed at this moment is left out, and waited for on Postgres. */
async function linkGenres({ knex, dialect }: Database, { id, genreIds }: Title): Promise<void> {
  await knex('title_genres').where({ title_id: id }).delete();
  if (genreIds.length === 0) return;
  const marks = genreIds.map(() => '?').join(', ');
  const share = dialect === 'postgres' ? 'for key share' : '';
  await knex.raw(
    `insert into title_genres (title_id, genre_id)
     select cast(? as text), id from genres where id in (${marks}) ${share}`,
    [id, ...genreIds],
  );
}

export const knexTitles = (database: Database): TitleStore => ({
  find: async (id) => (await details(database, [id]))[0]?.title,
  findByCode: async (code) => {
    const row = await TITLES.find(database, { code });
    return row && (await details(database, [row.id]))[0]?.title;
  },
  details: (ids) => details(database, ids),
  list: (request, listing) => list(database, request, listing),
  add: async (title) => {
    await TITLES.insert(database, [title]);
    await FIGURES.insert(database, [noFigures(title.id)]);
    await linkGenres(database, title);
  },
  save: async (title) => {
    await TITLES.update(database, { id: title.id, version: title.version - 1 }, title);
    await linkGenres(database, title);
  },
  remove: async (id) => {
    const { knex } = database;
    for (const table of ['title_genres', 'counted_views', 'title_figures'])
      await knex(table).where({ title_id: id }).delete();
    await knex('titles').where({ id }).delete();
  },
  listDue: async (now, limit) => {
    const rows = (await database
      .knex('titles')
      .select('id')
      .where({ status: 'scheduled' })
      .where('published_at', '<=', now)
      .orderBy(['published_at', 'id'])
      .limit(limit)) as { readonly id: string }[];
    const found = new Map(
      (
        await details(
          database,
          rows.map(({ id }) => id),
        )
      ).map(({ title }) => [title.id, title]),
    );
    return rows.flatMap(({ id }) => found.get(id) ?? []);
  },
  nextDueAt: (until) =>
    earliestDue(database.knex('titles').where({ status: 'scheduled' }), 'published_at', until),
});
