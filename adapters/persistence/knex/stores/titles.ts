import type { TitleListing, TitleStore } from '../../../../src/catalog/ports.ts';
import { noFigures, type Title, type TitleDetail, type TitleFigures } from '../../../../src/catalog/title.ts';
import type { Page, PageRequest } from '../../../../src/kernel/page.ts';
import { RecordTable, type Row } from '../columns.ts';
import { earliestDue } from '../due.ts';
import { namedRows, onSqlite } from '../prepared.ts';
import type { Database } from '../unit-of-work.ts';
import { putDocuments, removeDocument } from './title-documents.ts';
import { listTitles } from './title-list.ts';

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
  sortTitle: 'text',
  version: 'number',
});

const FIGURES = new RecordTable<TitleFigures>('title_figures', {
  titleId: 'text',
  views: 'number',
  trending: 'number',
  trendingDueAt: 'number',
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

async function list(
  database: Database,
  request: PageRequest,
  listing: TitleListing,
): Promise<Page<TitleDetail>> {
  const { items: ids, nextCursor } = await listTitles(database, request, listing);
  const found = new Map((await details(database, ids)).map((detail) => [detail.title.id, detail]));
  return { items: ids.flatMap((id) => found.get(id) ?? []), nextCursor };
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
    await putDocuments(database, [title]);
  },
  save: async (title) => {
    await TITLES.update(database, { id: title.id, version: title.version - 1 }, title);
    await linkGenres(database, title);
    await putDocuments(database, [title]);
  },
  remove: async (id) => {
    const { knex } = database;
    await removeDocument(database, id);
    for (const table of ['title_genres', 'counted_views', 'title_views', 'title_figures'])
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
