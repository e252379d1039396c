import type { Instant } from '../kernel/instant.ts';
import { fold } from './fold.ts';
import { wordText } from './words.ts';

export interface Genre {
  readonly id: string;
  readonly name: string;
  /** The folded name: what is unique, and what lists are ordered by. */
  readonly nameKey: string;
  /** The words of the name, as search compares them. */
  readonly words: string;
  readonly createdAt: Instant;
  readonly version: number;
}

/** A genre as a title shows it. */
export type GenreName = Pick<Genre, 'id' | 'name'>;

export const createGenre = (name: string, made: { readonly id: string; readonly now: Instant }): Genre => ({
  id: made.id,
  name,
  nameKey: fold(name),
  words: wordText(name),
  createdAt: made.now,
  version: 1,
});

export const renameGenre = (genre: Genre, name: string): Genre => ({
  ...genre,
  name,
  nameKey: fold(name),
  words: wordText(name),
  version: genre.version + 1,
});
