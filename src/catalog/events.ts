import type { DomainEvent } from '../kernel/outbox.ts';
import type { Ids } from '../kernel/ids.ts';
import type { Instant } from '../kernel/instant.ts';
import type { Asset } from './asset.ts';
import type { Title } from './title.ts';

type CatalogEventType =
  | 'catalog.title-scheduled'
  | 'catalog.title-published'
  | 'catalog.title-archived'
  | 'catalog.title-deleted'
  | 'catalog.asset-ready';

interface Happened {
  readonly ids: Ids;
  readonly at: Instant;
}

const titleEvent = (type: CatalogEventType, title: Title, { ids, at }: Happened): DomainEvent => ({
  id: ids.next(),
  type,
  at,
  accountId: title.createdBy,
  subjectId: title.id,
  data: {
    kind: title.kind,
    title: title.title,
    channelId: title.channelId,
    genreIds: title.genreIds,
    visibility: title.visibility,
    publishedAt: title.publishedAt,
  },
});

/** What a change of status tells the others; nothing when the status stayed. */
export function statusEvents(before: Title, next: Title, happened: Happened): readonly DomainEvent[] {
  if (next.status === before.status && next.publishedAt === before.publishedAt) return [];
  switch (next.status) {
    case 'draft':
      return [];
    case 'scheduled':
      return [titleEvent('catalog.title-scheduled', next, happened)];
    case 'published':
      return [titleEvent('catalog.title-published', next, happened)];
    case 'archived':
      return [titleEvent('catalog.title-archived', next, happened)];
  }
}

export const titleDeleted = (title: Title, happened: Happened): DomainEvent =>
  titleEvent('catalog.title-deleted', title, happened);

type AssetEventType = 'catalog.asset-received' | 'catalog.asset-ready' | 'catalog.asset-failed';

const assetEvent = (type: AssetEventType, asset: Asset, { ids, at }: Happened): DomainEvent => ({
  id: ids.next(),
  type,
  at,
  accountId: null,
  subjectId: asset.titleId,
  data: {
    assetId: asset.id,
    kind: asset.kind,
    bytes: asset.bytes,
    contentType: asset.contentType,
    ...(asset.failure === null ? {} : { failure: asset.failure }),
  },
});

/** The file is whole, and waits to be packaged. */
export const assetReceived = (asset: Asset, happened: Happened): DomainEvent =>
  assetEvent('catalog.asset-received', asset, happened);

export const assetReady = (asset: Asset, happened: Happened): DomainEvent =>
  assetEvent('catalog.asset-ready', asset, happened);

/** It could not be packaged. */
export const assetFailed = (asset: Asset, happened: Happened): DomainEvent =>
  assetEvent('catalog.asset-failed', asset, happened);
