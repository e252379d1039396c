import { rankByViews } from '../../src/catalog/count-views.ts';
import { createGenre, type Genre } from '../../src/catalog/genre.ts';
import type { CatalogStores, TitleFilter, TitleListing } from '../../src/catalog/ports.ts';
import type { Rendition } from '../../src/catalog/rendition.ts';
import { createTitle, type Title, type TitleDraft } from '../../src/catalog/title.ts';
import { instant, type Instant } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';

export const NOW = instant(Date.UTC(2026, 0, 31, 12));

let counter = 0;
export const nextId = (): string => {
  counter += 1;
  return `01980000-0000-7000-8000-${counter.toString().padStart(12, '0')}`;
};

export const DRAFT: TitleDraft = {
  title: 'Big Buck Bunny',
  description: 'A rabbit.',
  genreIds: [],
  accessLevel: 'basic',
  visibility: 'public',
  durationSeconds: 596,
  language: 'en',
  releaseYear: 2008,
  creditsStartSeconds: 500,
  allowComments: true,
};

export const draft = (changes: Partial<TitleDraft> = {}, code: string | null = null): Title =>
  createTitle({ ...DRAFT, ...changes }, { id: nextId(), kind: 'video', code, createdBy: null, now: NOW });

export const published = (name: string, at: Instant = NOW, changes: Partial<Title> = {}): Title => ({
  ...draft({ title: name }),
  status: 'published',
  publishedAt: at,
  listedAt: at,
  mediaAssetId: nextId(),
  ...changes,
});

export const EVERYTHING: TitleFilter = {
  kind: null,
  words: null,
  genreId: null,
  accessLevel: null,
  channelId: null,
  status: null,
};
export const listing = (
  changes: Partial<TitleListing> = {},
  filter: Partial<TitleFilter> = {},
): TitleListing => ({
  filter: { ...EVERYTHING, ...filter },
  openOnly: true,
  order: 'newest',
  now: NOW,
  ...changes,
});

export const rendition = (changes: Partial<Rendition> = {}): Rendition => ({
  name: '720p',
  lines: 720,
  width: 1_280,
  height: 720,
  frameRate: 23.976,
  codecs: 'avc1.64001f,mp4a.40.2',
  bandwidth: 2_800_000,
  averageBandwidth: 1_900_123,
  ...changes,
});

export const genre = (name: string): Genre => createGenre(name, { id: nextId(), now: NOW });

/** Counts views of titles by id and ranks them by it, as the use case does. */
export const viewTitles = (
  unitOfWork: UnitOfWork<CatalogStores>,
  at: Instant,
  views: Readonly<Record<string, number>>,
): Promise<void> =>
  unitOfWork.run(async ({ figures }) => {
    const told = Object.entries(views).flatMap(([titleId, count]) =>
      Array.from({ length: count }, () => ({ key: nextId(), titleId, at })),
    );
    await rankByViews(figures, [...new Set(await figures.countViews(told))], at);
  });

/** What a save that must lose throws; the unit of work is left without effect. */
export async function lossOf(
  unitOfWork: UnitOfWork<CatalogStores>,
  save: (s: CatalogStores) => Promise<void>,
) {
  let lost: unknown;
  await unitOfWork
    .run(async (stores) => {
      await save(stores).catch((error: unknown) => {
        lost = error;
        throw new Error('give up');
      });
    })
    .catch(() => undefined);
  return lost;
}

export const rejection = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );
