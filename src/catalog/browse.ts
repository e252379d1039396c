import type { Page, PageRequest } from '../kernel/page.ts';
import type { CatalogDeps } from './deps.ts';
import type { Standing, TitleFilter, Viewer } from './ports.ts';
import { refusals } from './refusals.ts';
import { canStream, maySee, type StreamVerdict } from './streaming.ts';
import { asOf, type TitleDetail } from './title.ts';
import type { TitleOrder, TitleSort } from './title-order.ts';
import type { TitleKind } from './kinds.ts';
import { searchedWords } from './words.ts';

/** A title as one viewer sees it now. */
export interface ShownTitle extends TitleDetail {
  readonly verdict: StreamVerdict;
}

export interface BrowseFilter extends Omit<TitleFilter, 'words'> {
  /** Words as a person types them, in any order, the last perhaps unfinished; blank is no condition. */
  readonly q: string | null;
}

export interface BrowseRequest {
  readonly page: PageRequest;
  readonly filter: BrowseFilter;
  /** null: by relevance where something is searched for, else newest first. */
  readonly sort: TitleSort | null;
  readonly viewer: Viewer;
}

export interface ShowRequest {
  readonly id: string;
  /** null: of either kind. */
  readonly kind: TitleKind | null;
  readonly viewer: Viewer;
}

export interface BrowseQuestions {
  /**
   * Published and public titles; admins are shown all. An unknown genre or channel has no titles, and neither
   * has a search for signs without a word.
   */
  browse(request: BrowseRequest): Promise<Page<ShownTitle>>;
  /** One title. What the viewer may not see is not found. Calls of one moment share a read. */
  showTitle(request: ShowRequest): Promise<ShownTitle>;
  /** Titles in the order asked, by one statement; undefined for those that do not exist. Nothing is hidden. */
  detailMany(ids: readonly string[]): Promise<readonly (TitleDetail | undefined)[]>;
}

const NO_PLAN: Standing = { level: 'free', reason: null };

export function browseQuestions({ unitOfWork, clock, standing, batched }: CatalogDeps): BrowseQuestions {
  const detailMany: BrowseQuestions['detailMany'] = async (ids) => {
    const details = await unitOfWork.read(({ titles }) => titles.details(ids));
    const byId = new Map(details.map((detail) => [detail.title.id, detail]));
    return ids.map((id) => byId.get(id));
  };
  const detail = batched(detailMany);

  // Who is nobody, or may see everything, needs no question to the neighbour.
  const standingOf = async (viewer: Viewer): Promise<Standing> =>
    viewer.accountId === null || viewer.isAdmin ? NO_PLAN : standing.of(viewer.accountId);

  const shown = (viewed: TitleDetail, viewer: Viewer, held: Standing): ShownTitle => {
    const now = clock.now();
    const verdict = canStream(viewed.title, { viewer, standing: held }, now);
    return { ...viewed, title: asOf(viewed.title, now), verdict };
  };

  return {
    detailMany,

    browse: async ({ page, filter, sort, viewer }) => {
      const { q, ...rest } = filter;
      const words = q === null || q.trim() === '' ? null : searchedWords(q);
      if (words?.length === 0) return { items: [], nextCursor: null };
      const order: TitleOrder = sort ?? (words === null ? 'newest' : 'relevance');
      const listing = { filter: { ...rest, words }, openOnly: !viewer.isAdmin, order, now: clock.now() };
      const [found, held] = await Promise.all([
        unitOfWork.read(({ titles }) => titles.list(page, listing)),
        standingOf(viewer),
      ]);
      return { ...found, items: found.items.map((item) => shown(item, viewer, held)) };
    },

    showTitle: async ({ id, kind, viewer }) => {
      const [found, held] = await Promise.all([detail(id), standingOf(viewer)]);
      if (!found || !maySee(found.title, viewer, clock.now())) throw refusals.notFound();
      if (kind !== null && found.title.kind !== kind) throw refusals.notFound();
      return shown(found, viewer, held);
    },
  };
}
