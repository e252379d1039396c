import type { AccessLevel } from '../kernel/access-level.ts';
import type { Asset } from './asset.ts';
import type { CatalogDeps } from './deps.ts';
import type { CatalogStores } from './ports.ts';
import type { Bytes, ByteSpan, StoredFile } from './storage-ports.ts';
import type { Rendition } from './rendition.ts';
import { refusals } from './refusals.ts';
import { isPlayable } from './remote-media.ts';
import { isPublished, type Title, type Visibility } from './title.ts';
import type { TitleKind } from './kinds.ts';

/** What an asset that is ready is played from: a file or a package of ours, or the provider that keeps it. */
export type ViewingMedia = StoredMedia | ProvidedMedia;

export interface StoredMedia {
  readonly assetId: string;
  /** A file as it was uploaded, or a package of renditions. */
  readonly form: 'file' | 'package';
  /** Of the file, or of the package. */
  readonly storageKey: string;
  /** Of the uploaded file, as are size and hash. */
  readonly contentType: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface ProvidedMedia {
  readonly assetId: string;
  readonly form: 'remote';
  readonly provider: string;
  readonly playbackId: string;
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
  open(span: ByteSpan): Bytes;
}

export interface OpenPackage {
  readonly renditions: readonly Rendition[];
  /** A part of one of them, ready to be read; undefined when there is none of that name. */
  part(rendition: string, name: string): Promise<OpenMedia | undefined>;
}

export interface NeighbourQuestions {
  /** What playing a title needs; undefined when there is no such title. Calls of one moment share a read. */
  viewing(titleId: string): Promise<Viewing | undefined>;
  /** Cards of the titles that exist, by id: one statement however many. */
  titlesByIds(ids: readonly string[]): Promise<ReadonlyMap<string, TitleCard>>;
  /** A stored file, ready to be read in parts; undefined when it is gone. */
  openMedia(storageKey: string): Promise<OpenMedia | undefined>;
  /** A package, ready to be read part by part; undefined when it is gone. */
  openPackage(packageKey: string): Promise<OpenPackage | undefined>;
  /** The title that an importer gave this name; as stored. */
  titleByCode(code: string): Promise<Title | undefined>;
  /** A ready poster or trailer; everything else is not found. */
  publicFile(assetId: string): Promise<StoredMedia>;
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
      return file && { ...file, open: (span) => storage.open(storageKey, span) };
    },

    openPackage: async (packageKey) => {
      const renditions = await storage.renditionsOf(packageKey);
      if (!renditions) return undefined;
      const part = async (rendition: string, name: string): Promise<OpenMedia | undefined> => {
        const asked = { packageKey, rendition, name };
        const file = await storage.statPart(asked);
        return file && { ...file, open: (span) => storage.openPart(asked, span) };
      };
      return { renditions, part };
    },

    publicFile: async (assetId) => {
      const asset = await unitOfWork.read(({ assets }) => assets.find(assetId));
      const file = asset && asset.kind !== 'media' ? storedOf(asset) : undefined;
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
  const files = new Map(media.map((asset) => [asset.id, mediaOf(asset)]));
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

function mediaOf(asset: Asset): ViewingMedia | undefined {
  const { id, remote } = asset;
  if (!remote) return storedOf(asset);
  const { provider, playbackId } = remote;
  if (!isPlayable(asset) || playbackId === null) return undefined;
  return { assetId: id, form: 'remote', provider, playbackId };
}

function storedOf(asset: Asset): StoredMedia | undefined {
  const { id, status, storageKey, packageKey, renditions, contentType, bytes, sha256 } = asset;
  if (status !== 'ready' || contentType === null || bytes === null || sha256 === null) return undefined;
  const media = { assetId: id, contentType, bytes, sha256 };
  return renditions === null || packageKey === null
    ? { ...media, form: 'file', storageKey }
    : { ...media, form: 'package', storageKey: packageKey };
}
