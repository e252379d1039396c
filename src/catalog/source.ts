import { after, HOUR } from '../kernel/instant.ts';
import type { Asset } from './asset.ts';
import type { CatalogDeps } from './deps.ts';
import type { OpenMedia } from './neighbours.ts';
import { keepsSource } from './packaging.ts';
import { refusals } from './refusals.ts';

/** A file as it was uploaded, ready to be read in parts. */
export interface OpenSource extends OpenMedia {
  readonly storageKey: string;
  readonly contentType: string;
}

export interface SourceQuestions {
  /**
   * The file that a source link leads to, for as long as its title is there and the file is kept. Refuses with
   * `catalog.source-link-invalid`, `catalog.source-link-expired`, and as not found what is gone.
   */
  openSource(link: string): Promise<OpenSource>;
}

/** A link to the uploaded file of an asset; null where that is not kept. Not for viewers: it needs no stream. */
export function sourceLink({ sourceLinks, clock, policy }: CatalogDeps, asset: Asset): string | null {
  const { titleId, storageKey, contentType } = asset;
  if (contentType === null || !keepsSource(asset)) return null;
  const expiresAt = after(clock.now(), policy.sourceLinkHours * HOUR);
  return sourceLinks.issue({ titleId, storageKey, contentType, expiresAt });
}

export const sourceQuestions = ({
  unitOfWork,
  clock,
  storage,
  sourceLinks,
}: CatalogDeps): SourceQuestions => ({
  openSource: async (text) => {
    const link = sourceLinks.read(text);
    if (link === 'invalid') throw refusals.sourceLinkInvalid();
    if (clock.now() >= link.expiresAt) throw refusals.sourceLinkExpired();
    const { titleId, storageKey, contentType } = link;
    const title = await unitOfWork.read(({ titles }) => titles.find(titleId));
    const file = title && (await storage.stat(storageKey));
    if (!file) throw refusals.notFound();
    return { ...file, storageKey, contentType, open: (span) => storage.open(storageKey, span) };
  },
});
