import type { Instant } from '../kernel/instant.ts';
import { changeTitle } from './change-title.ts';
import type { CatalogDeps } from './deps.ts';
import { titleDeleted } from './events.ts';
import type { CatalogStores } from './ports.ts';
import { refusals } from './refusals.ts';
import { removeUnwanted } from './remove-asset.ts';
import {
  archive,
  createTitle,
  editTitle,
  publish,
  type Title,
  type TitleChanges,
  type TitleDraft,
} from './title.ts';
import type { TitleKind } from './kinds.ts';

export interface NewTitle {
  readonly kind: TitleKind;
  readonly draft: TitleDraft;
  /** A stable name of the importer's own, or null. */
  readonly code: string | null;
  /** The account that makes it; null when it is seeded. */
  readonly createdBy: string | null;
}

/** A title as editors name it: under the path of its kind, it is found as that kind only. */
export interface TitleRef {
  readonly id: string;
  readonly kind: TitleKind;
}

export interface TitleCommands {
  /** A draft. Refuses with `catalog.unknown-genre`, `catalog.credits-after-end`, `catalog.title-code-taken`. */
  createTitle(title: NewTitle): Promise<Title>;
  editTitle(ref: TitleRef, changes: TitleChanges): Promise<Title>;
  /** Publishes now, or at a later instant. Refuses with `catalog.title-not-ready`, `catalog.already-published`. */
  publishTitle(ref: TitleRef, at: Instant | null): Promise<Title>;
  /** Takes it out of the catalogue, also before its scheduled instant. Refuses with `catalog.not-published`. */
  archiveTitle(ref: TitleRef): Promise<Title>;
  /** Removes a title and, by promises kept with it, its files. */
  deleteTitle(ref: TitleRef): Promise<void>;
}

export function titleCommands(deps: CatalogDeps): TitleCommands {
  const { unitOfWork, clock, ids } = deps;
  const change = (ref: TitleRef, rule: (title: Title, now: Instant) => Title): Promise<Title> =>
    unitOfWork.run(async (stores) => {
      const now = clock.now();
      const stored = await findTitle(stores, ref);
      return changeTitle(stores, stored, { rule: (title) => rule(title, now), context: { now, ids } });
    });

  return {
    createTitle: ({ kind, draft, code, createdBy }) =>
      unitOfWork.run(async (stores) => {
        await refuseUnknownGenres(stores, draft.genreIds);
        if (code !== null && (await stores.titles.findByCode(code))) throw refusals.titleCodeTaken();
        const title = createTitle(draft, { id: ids.next(), kind, code, createdBy, now: clock.now() });
        await stores.titles.add(title);
        return title;
      }),

    editTitle: (ref, changes) =>
      unitOfWork.run(async (stores) => {
        const stored = await findTitle(stores, ref);
        await refuseUnknownGenres(stores, changes.genreIds ?? []);
        const context = { now: clock.now(), ids };
        return changeTitle(stores, stored, { rule: (title) => editTitle(title, changes), context });
      }),

    publishTitle: (ref, at) => change(ref, (title, now) => publish(title, { at: at ?? now, now })),

    archiveTitle: (ref) => change(ref, archive),

    deleteTitle: (ref) =>
      unitOfWork.run(async (stores) => {
        const now = clock.now();
        // An upload that begins at the same moment must meet either the title or its absence.
        await stores.lock(uploadLock(ref.id));
        const title = await findTitle(stores, ref);
        for (const asset of await stores.assets.listOf(title.id)) await removeUnwanted(deps, stores, asset);
        await stores.titles.remove(title.id);
        await stores.outbox.add([titleDeleted(title, { ids, at: now })]);
      }),
  };
}

/** The lock behind which the set of a title's assets changes. */
export const uploadLock = (titleId: string): string => `assets ${titleId}`;

/** The title, or the refusal that tells nothing. */
export async function findTitle(
  { titles }: Pick<CatalogStores, 'titles'>,
  { id, kind }: TitleRef,
): Promise<Title> {
  const title = await titles.find(id);
  if (title?.kind !== kind) throw refusals.notFound();
  return title;
}

async function refuseUnknownGenres(
  { genres }: Pick<CatalogStores, 'genres'>,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  const known = new Set((await genres.findMany(ids)).map(({ id }) => id));
  const unknown = ids.filter((id) => !known.has(id));
  if (unknown.length > 0) throw refusals.unknownGenre(unknown);
}
