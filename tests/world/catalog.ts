import { memoryStorage } from '../../adapters/media/memory-storage.ts';
import { signedSourceLinks } from '../../adapters/media/source-links.ts';
import {
  catalogPolicy,
  createCatalog,
  type Catalog,
  type CatalogDeps,
  type CatalogStores,
  type MediaStorage,
  type Standing,
  type StoredMedia,
  type Title,
  type TitleDraft,
  type Viewer,
  type ViewingMedia,
} from '../../src/catalog/index.ts';
import { after, instant, type Instant } from '../../src/kernel/instant.ts';
import type { DomainEvent } from '../../src/kernel/outbox.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import { keyring } from './keyring.ts';
import { CLIP, inPieces } from './media-samples.ts';

export { CLIP, inPieces, POSTER, TONE } from './media-samples.ts';

/** A catalogue as the tests speak of it: on given stores, with a clock to turn and viewers of any standing. */

export const NOON = instant(Date.UTC(2026, 0, 31, 12));
export const NOBODY: Viewer = { accountId: null, isAdmin: false };
export const VIEWER: Viewer = { accountId: 'viewer', isAdmin: false };
export const ADMIN: Viewer = { accountId: 'admin', isAdmin: true };

export const DRAFT: TitleDraft = {
  title: 'The Moving Square',
  description: 'It moves.',
  genreIds: [],
  accessLevel: 'basic',
  visibility: 'public',
  durationSeconds: 6,
  language: null,
  releaseYear: null,
  creditsStartSeconds: null,
  allowComments: true,
};

export interface CatalogWorld {
  readonly catalog: Catalog;
  readonly unitOfWork: UnitOfWork<CatalogStores>;
  readonly storage: MediaStorage;
  readonly events: DomainEvent[];
  /** What `VIEWER` holds. */
  standing: Standing;
  advance(milliseconds: number): void;
  now(): Instant;
  title(draft?: Partial<TitleDraft>, kind?: Title['kind']): Promise<Title>;
  upload(title: Title, bytes?: Uint8Array): Promise<void>;
  published(draft?: Partial<TitleDraft>): Promise<Title>;
}

/** Sees the events that a committed unit of work added. */
const listening = (
  unitOfWork: UnitOfWork<CatalogStores>,
  heard: DomainEvent[],
): UnitOfWork<CatalogStores> => ({
  read: (work) => unitOfWork.read(work),
  single: (work) => unitOfWork.single(work),
  run: async (work) => {
    let added: DomainEvent[] = [];
    const result = await unitOfWork.run((stores) => {
      added = [];
      const outbox = {
        add: async (events: readonly DomainEvent[]) => {
          added.push(...events);
          await stores.outbox.add(events);
        },
      };
      return work({ ...stores, outbox });
    });
    heard.push(...added);
    return result;
  },
});

export function catalogWorld(
  unitOfWork: UnitOfWork<CatalogStores>,
  changes: Partial<CatalogDeps> = {},
): CatalogWorld {
  let now = NOON;
  let counter = 0;
  const events: DomainEvent[] = [];
  const storage = changes.storage ?? memoryStorage();
  const catalog = createCatalog({
    unitOfWork: listening(unitOfWork, events),
    clock: { now: () => now },
    systemClock: { now: () => now },
    packager: null,
    provider: null,
    tally: { count: () => undefined },
    sourceLinks: signedSourceLinks(keyring('the key')),
    ids: {
      next: () => {
        counter += 1;
        return `01980000-0000-7000-8000-${counter.toString().padStart(12, '0')}`;
      },
    },
    storage,
    standing: { of: async () => world.standing },
    batched: (load) => async (id) => (await load([id]))[0] as never,
    policy: catalogPolicy,
    ...changes,
  });
  const world: CatalogWorld = {
    catalog,
    unitOfWork,
    storage,
    events,
    standing: { level: 'free', reason: 'no_subscription' },
    advance: (milliseconds) => {
      now = after(now, milliseconds);
    },
    now: () => now,
    title: (draft = {}, kind = 'video') =>
      catalog.createTitle({ kind, code: null, createdBy: 'admin', draft: { ...DRAFT, ...draft } }),
    upload: async (title, bytes = CLIP) => {
      await catalog.upload({ title, kind: 'media', stream: inPieces(bytes), contentLength: bytes.length });
    },
    published: async (draft = {}) => {
      const title = await world.title(draft);
      await world.upload(title);
      return catalog.publishTitle(title, null);
    },
  };
  return world;
}

/** What is played from here; undefined where nothing is, or a provider does. */
export const storedHere = (media: ViewingMedia | null | undefined): StoredMedia | undefined =>
  media && media.form !== 'remote' ? media : undefined;

/** The code that a refused command was refused with; undefined when it was not. */
export const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
  );
