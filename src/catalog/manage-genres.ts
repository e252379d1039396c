import type { Page, PageRequest } from '../kernel/page.ts';
import type { CatalogDeps } from './deps.ts';
import { fold } from './fold.ts';
import { createGenre, renameGenre, type Genre } from './genre.ts';
import { refusals } from './refusals.ts';

export interface GenreCommands {
  /** Refuses with `catalog.genre-name-taken`, whatever the case of the name. */
  createGenre(name: string): Promise<Genre>;
  renameGenre(id: string, name: string): Promise<Genre>;
  /** Removes a genre; titles that had it go on without. */
  deleteGenre(id: string): Promise<void>;
}

export interface GenreQuestions {
  /** By name. */
  listGenres(request: PageRequest): Promise<Page<Genre>>;
  findGenre(id: string): Promise<Genre>;
  /** The genre of this name, whatever its case. */
  genreByName(name: string): Promise<Genre | undefined>;
}

export const genreCommands = ({ unitOfWork, clock, ids }: CatalogDeps): GenreCommands => ({
  createGenre: (name) =>
    unitOfWork.run(async ({ genres }) => {
      const genre = createGenre(name, { id: ids.next(), now: clock.now() });
      if (await genres.findByKey(genre.nameKey)) throw refusals.genreNameTaken();
      await genres.add(genre);
      return genre;
    }),

  renameGenre: (id, name) =>
    unitOfWork.run(async ({ genres }) => {
      const current = await genres.find(id);
      if (!current) throw refusals.notFound();
      const renamed = renameGenre(current, name);
      const holder = await genres.findByKey(renamed.nameKey);
      if (holder && holder.id !== id) throw refusals.genreNameTaken();
      await genres.save(renamed);
      return renamed;
    }),

  deleteGenre: (id) =>
    unitOfWork.run(async ({ genres }) => {
      if (!(await genres.find(id))) throw refusals.notFound();
      await genres.remove(id);
    }),
});

export const genreQuestions = ({ unitOfWork }: CatalogDeps): GenreQuestions => ({
  listGenres: (request) => unitOfWork.read(({ genres }) => genres.list(request)),

  genreByName: (name) => unitOfWork.read(({ genres }) => genres.findByKey(fold(name))),

  findGenre: async (id) => {
    const genre = await unitOfWork.read(({ genres }) => genres.find(id));
    if (!genre) throw refusals.notFound();
    return genre;
  },
});
