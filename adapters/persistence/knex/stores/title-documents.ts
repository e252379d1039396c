import { wordsOfTitle, type Title } from '../../../../src/catalog/title.ts';
import { rawRows } from '../json-rows.ts';
import type { Database } from '../unit-of-work.ts';

/** What the index is made from. */
type Described = Pick<Title, 'id' | 'title' | 'description'>;

/**
 * Words come apart by code of ours and go in as they are: what Postgres's parser takes for a word depends on
 * the locale of the database, and it looks for hosts, numbers and paths.
 */
const POSTGRES = `insert into title_documents (title_id, title_words, words)
  select title_id, array_to_tsvector(string_to_array(title_words, ' ')),
         array_to_tsvector(string_to_array(words, ' '))
  from json_to_recordset(?::json) as given (title_id text, title_words text, words text)
  on conflict (title_id) do update set title_words = excluded.title_words, words = excluded.words`;

const SQLITE = [
  `insert into title_documents (title_id)
   select value ->> 'title_id' from json_each(?) where true
   on conflict (title_id) do nothing`,
  `insert or replace into title_index (rowid, title_words, words)
   select documents.docid, value ->> 'title_words', value ->> 'words'
   from json_each(?) join title_documents as documents on documents.title_id = value ->> 'title_id'`,
] as const;

/** Puts titles into the index under the words they have now. */
export async function putDocuments({ knex, dialect }: Database, titles: readonly Described[]): Promise<void> {
  if (titles.length === 0) return;
  const rows = titles.map((title) => {
    const { titleWords, words } = wordsOfTitle(title);
    return { title_id: title.id, title_words: titleWords, words };
  });
  for (const statement of dialect === 'postgres' ? [POSTGRES] : SQLITE)
    await knex.raw(statement, [JSON.stringify(rows)]);
}

export async function removeDocument({ knex, dialect }: Database, titleId: string): Promise<void> {
  if (dialect === 'sqlite') {
    await knex.raw(
      'delete from title_index where rowid = (select docid from title_documents where title_id = ?)',
      [titleId],
    );
  }
  await knex('title_documents').where({ title_id: titleId }).delete();
}

/** A subquery for the ids of titles, with the one value that it takes. */
export interface TitleSet {
  readonly sql: string;
  readonly binding: string;
}

/**
 * The titles that have a word beginning with each of `words`, by id: in their own name, or also in what they
 * are about. `words` are those of `searchedWords`, which hold no operator and no quotation mark.
 */
export function matching(
  dialect: Database['dialect'],
  column: 'title_words' | 'words',
  words: readonly string[],
): TitleSet {
  if (dialect === 'postgres') {
    return {
      sql: `select title_id from title_documents where ${column} @@ ?::tsquery`,
      binding: words.map((word) => `'${word}':*`).join(' & '),
    };
  }
  return {
    sql: `select title_id from title_documents
          where docid in (select rowid from title_index where title_index match ?)`,
    binding: `${column} : (${words.map((word) => `"${word}"*`).join(' AND ')})`,
  };
}

/** A word, with the genres and channels that have it in their names. */
export interface NamedWord {
  readonly word: string;
  readonly genreIds: readonly string[];
  readonly channelIds: readonly string[];
}

const NAMED = {
  postgres: (table: string, id: string) =>
    `select given.word, '${table}' as kind, ${id} as id
     from ${table} join json_array_elements_text(?::json) as given (word)
     on strpos(' ' || ${table}.words, ' ' || given.word) > 0`,
  sqlite: (table: string, id: string) =>
    `select given.value as word, '${table}' as kind, ${id} as id
     from ${table} join json_each(?) as given
     on instr(' ' || ${table}.words, ' ' || given.value) > 0`,
} as const;

/** Looks through the names: there are few of them beside titles, and so a renamed genre leaves the index alone. */
export async function namedBy(database: Database, words: readonly string[]): Promise<readonly NamedWord[]> {
  const named = NAMED[database.dialect];
  const asked = JSON.stringify(words);
  const sql = `${named('genres', 'genres.id')} union all ${named('channel_names', 'channel_names.channel_id')}`;
  const rows = await rawRows(database, sql, [asked, asked]);
  const ids = (word: string, kind: string): readonly string[] =>
    rows.filter((row) => row['word'] === word && row['kind'] === kind).map((row) => String(row['id']));
  return words.map((word) => ({
    word,
    genreIds: ids(word, 'genres'),
    channelIds: ids(word, 'channel_names'),
  }));
}
