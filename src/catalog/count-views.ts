import type { Instant } from '../kernel/instant.ts';
import type { CatalogDeps } from './deps.ts';
import type { CountedView, FigureStore } from './ports.ts';
import { trendingSince, trendOf } from './trending.ts';

export type View = Pick<CountedView, 'key' | 'titleId'>;

export interface FigureCommands {
  /** Counts views, each `key` once however often it is told; views of absent titles are dropped. How many were new. */
  countViews(views: readonly View[]): Promise<number>;
}

export function figureCommands({ unitOfWork, clock }: CatalogDeps): FigureCommands {
  return {
    countViews: async (views) => {
      if (views.length === 0) return 0;
      const at = clock.now();
      return unitOfWork.run(async ({ figures }) => {
        const counted = await figures.countViews(views.map((view) => ({ ...view, at })));
        await rankByViews(figures, [...new Set(counted)], at);
        return counted.length;
      });
    },
  };
}

/** Stores where titles stand by the views they have. Needs to be the only one who counts theirs meanwhile. */
export async function rankByViews(
  figures: FigureStore,
  titleIds: readonly string[],
  now: Instant,
): Promise<void> {
  if (titleIds.length === 0) return;
  const days = await figures.viewsByDay(titleIds, trendingSince(now));
  await figures.rank(titleIds.map((titleId) => trendOf(titleId, days, now)));
}
