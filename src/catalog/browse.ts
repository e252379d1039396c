import type { Page, PageRequest } from '../kernel/page.ts';
import type { CatalogDeps } from './deps.ts';
import { fold } from './fold.ts';
import type { Standing, TitleFilter, TitleSort, Viewer } from './ports.ts';
import { refusals } from './refusals.ts';
import { canStream, maySee, type StreamVerdict } from './streaming.ts';
import { asOf, type TitleDetail } from './title.ts';
import type { TitleKind } from './kinds.ts';

/** A title as one viewer sees it now. */
export interface ShownTitle extends TitleDetail {
  readonly verdict: StreamVerdict;
}

export interface BrowseRequest {
  readonly page: PageRequest;
  readonly filter: TitleFilter;
  readonly sort: TitleSort;
  readonly viewer: Viewer;
}

export interface ShowRequest {
  readonly id: string;
  /** null: of either kind. */
  readonly kind: TitleKind | null;
  readonly viewer: Viewer;
}

export interface BrowseQuestions {
  /** Published and public titles; admins are shown all. An unknown genre or channel has no titles. */
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
      const listing = { filter: folded(filter), openOnly: !viewer.isAdmin, sort, now: clock.now() };
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

const folded = (filter: TitleFilter): TitleFilter => {
  const q = fold(filter.q ?? '');
  return { ...filter, q: q === '' ? null : q };
};
