import type { AccessLevel } from '../kernel/access-level.ts';
import type { Asset } from './asset.ts';
import type { CatalogDeps } from './deps.ts';
import type { Bytes, CatalogStores, StoredFile } from './ports.ts';
import { refusals } from './refusals.ts';
import { isPublished, type Title, type Visibility } from './title.ts';
import type { TitleKind } from './kinds.ts';

/** The file of an asset that is ready. */
export interface ViewingMedia {
  readonly assetId: string;
  readonly storageKey: string;
  readonly contentType: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** What a neighbour's lists show of a title. */
export interface TitleCard {
  readonly id: string;
  readonly kind: TitleKind;
  readonly title: string;
  readonly accessLevel: AccessLevel;
  /** At the moment of the question. */
  readonly isPublished: boolean;
  readonly visibility: Visibility;
  readonly durationSeconds: number | null;
  readonly creditsStartSeconds: number | null;
  readonly posterAssetId: string | null;
}

/** What playing a title needs. */
export interface Viewing extends TitleCard {
  readonly media: ViewingMedia | null;
}

export interface OpenMedia extends StoredFile {
  /** Bytes from `start` up to, not including, `end`. */
  open(range: { readonly start: number; readonly end: number }): Bytes;
}

export interface NeighbourQuestions {
  /** What playing a title needs; undefined when there is no such title. Calls of one moment share a read. */
  viewing(titleId: string): Promise<Viewing | undefined>;
  /** Cards of the titles that exist, by id: one statement however many. */
  titlesByIds(ids: readonly string[]): Promise<ReadonlyMap<string, TitleCard>>;
  /** A stored file, ready to be read in parts; undefined when it is gone. */
  openMedia(storageKey: string): Promise<OpenMedia | undefined>;
  /** The title that an importer gave this name; as stored. */
  titleByCode(code: string): Promise<Title | undefined>;
  /** A ready poster or trailer; everything else is not found. */
  publicFile(assetId: string): Promise<ViewingMedia>;
}

export function neighbourQuestions(deps: CatalogDeps): NeighbourQuestions {
  const { unitOfWork, clock, storage } = deps;
  const loadViewings = (ids: readonly string[]): Promise<readonly (Viewing | undefined)[]> =>
    unitOfWork.read(async (stores) => viewingsOf(stores, ids, (title) => cardOf(title, clock)));
  return {
    viewing: deps.batched(loadViewings),

    titlesByIds: async (ids) => {
      const details = await unitOfWork.read(({ titles }) => titles.details(ids));
      return new Map(details.map(({ title }) => [title.id, cardOf(title, clock)]));
    },

    titleByCode: (code) => unitOfWork.read(({ titles }) => titles.findByCode(code)),

    openMedia: async (storageKey) => {
      const file = await storage.stat(storageKey);
      return file && { ...file, open: (range) => storage.open(storageKey, range) };
    },

    publicFile: async (assetId) => {
      const asset = await unitOfWork.read(({ assets }) => assets.find(assetId));
      const file = asset && asset.kind !== 'media' ? fileOf(asset) : undefined;
      if (!file) throw refusals.notFound();
      return file;
    },
  };
}

async function viewingsOf(
  { titles, assets }: Pick<CatalogStores, 'titles' | 'assets'>,
  ids: readonly string[],
  card: (title: Title) => TitleCard,
): Promise<readonly (Viewing | undefined)[]> {
  const found = (await titles.details(ids)).map(({ title }) => title);
  const media = await assets.findMany(found.flatMap(({ mediaAssetId }) => mediaAssetId ?? []));
  const files = new Map(media.map((asset) => [asset.id, fileOf(asset)]));
  const viewings = new Map(
    found.map((title) => {
      const file = title.mediaAssetId === null ? undefined : files.get(title.mediaAssetId);
      return [title.id, { ...card(title), media: file ?? null }];
    }),
  );
  return ids.map((id) => viewings.get(id));
}

const cardOf = (title: Title, clock: CatalogDeps['clock']): TitleCard => ({
  id: title.id,
  kind: title.kind,
  title: title.title,
  accessLevel: title.accessLevel,
  isPublished: isPublished(title, clock.now()),
  visibility: title.visibility,
  durationSeconds: title.durationSeconds,
  creditsStartSeconds: title.creditsStartSeconds,
  posterAssetId: title.posterAssetId,
});

function fileOf({ id, status, storageKey, contentType, bytes, sha256 }: Asset): ViewingMedia | undefined {
  if (status !== 'ready' || contentType === null || bytes === null || sha256 === null) return undefined;
  return { assetId: id, storageKey, contentType, bytes, sha256 };
}
