import type { DueWork } from '../kernel/due.ts';
import type { CatalogDeps } from './deps.ts';
import { dueWork, type CatalogSweeps } from './due-work.ts';
import { directUploadCommands, type DirectUploadCommands } from './direct-upload.ts';
import { genreCommands, genreQuestions, type GenreCommands, type GenreQuestions } from './manage-genres.ts';
import { providerNewsCommands, type ProviderNewsCommands } from './hear-provider.ts';
import { titleCommands, type TitleCommands } from './manage-titles.ts';
import { neighbourQuestions, type NeighbourQuestions } from './neighbours.ts';
import { channelNameCommands, type ChannelNameCommands } from './name-channels.ts';
import { browseQuestions, type BrowseQuestions } from './browse.ts';
import { packagingCommands, type PackagingCommands } from './package-assets.ts';
import { sourceQuestions, type SourceQuestions } from './source.ts';
import { uploadFinisher } from './finish-upload.ts';
import { resumableUploadCommands, type ResumableUploadCommands } from './resume-upload.ts';
import { uploadCommands, type UploadCommands } from './upload.ts';
import { figureCommands, type FigureCommands } from './count-views.ts';

export { acceptedTypes, type Asset, type ReceivedFile } from './asset.ts';
export { ASSET_STATUSES, assetLifecycle, type AssetStatus, type AssetTrigger } from './asset-lifecycle.ts';
export type { BrowseFilter, BrowseRequest, ShownTitle } from './browse.ts';
export type { CatalogDeps } from './deps.ts';
export type { DirectUpload, DirectUploadWish } from './direct-upload.ts';
export type { Genre, GenreName } from './genre.ts';
export { ASSET_KINDS, TITLE_KINDS, type AssetKind, type TitleKind } from './kinds.ts';
export type { NewTitle, TitleRef } from './manage-titles.ts';
export type {
  OpenMedia,
  OpenPackage,
  ProvidedMedia,
  StoredMedia,
  TitleCard,
  Viewing,
  ViewingMedia,
} from './neighbours.ts';
export { catalogPolicy, type CatalogPolicy } from './policy.ts';
export type * from './asset-ports.ts';
export type * from './ports.ts';
export { DIGEST_ALGORITHMS, type Digest, type FilePiece, type ResumableUpload } from './resumable-upload.ts';
export { UPLOAD_PROTOCOLS } from './provider-ports.ts';
export type * from './provider-ports.ts';
export type { RemoteFact } from './remote-media.ts';
export type { RemoteMedia, RemoteRef } from './remote-ref.ts';
export type * from './source-ports.ts';
export type * from './storage-ports.ts';
export { ladderOf, type PictureSize, type PlannedPicture, type Rendition } from './rendition.ts';
export { refusals as catalogRefusals } from './refusals.ts';
export { LOCKED_REASONS, type LockedReason, type StreamVerdict } from './streaming.ts';
export {
  VISIBILITIES,
  type Title,
  type TitleChanges,
  type TitleDetail,
  type TitleDraft,
  type TitleFigures,
  type Visibility,
} from './title.ts';
export { TITLE_STATUSES, titleLifecycle, type TitleStatus, type TitleTrigger } from './title-lifecycle.ts';
export { TITLE_SORTS, type TitleOrder, type TitleSort } from './title-order.ts';
export type { DayViews, Trend } from './trending.ts';
export type { MoreBytes, NewResumableUpload, UploadRef, UploadStanding } from './resume-upload.ts';
export type { OpenSource } from './source.ts';
export type { AssetSlot, AssetUpload, SlotAsset } from './upload.ts';

export interface Catalog
  extends
    TitleCommands,
    GenreCommands,
    GenreQuestions,
    ChannelNameCommands,
    BrowseQuestions,
    UploadCommands,
    ResumableUploadCommands,
    DirectUploadCommands,
    ProviderNewsCommands,
    PackagingCommands,
    FigureCommands,
    NeighbourQuestions,
    SourceQuestions,
    CatalogSweeps,
    DueWork {}

export function createCatalog(deps: CatalogDeps): Catalog {
  const finish = uploadFinisher(deps);
  return {
    ...titleCommands(deps),
    ...genreCommands(deps),
    ...genreQuestions(deps),
    ...channelNameCommands(deps),
    ...browseQuestions(deps),
    ...uploadCommands(deps),
    ...resumableUploadCommands(deps, finish),
    ...directUploadCommands(deps),
    ...providerNewsCommands(deps),
    ...packagingCommands(deps),
    ...figureCommands(deps),
    ...neighbourQuestions(deps),
    ...sourceQuestions(deps),
    ...dueWork(deps, finish),
  };
}
