import type { CatalogDeps } from './deps.ts';
import type { CountedView } from './ports.ts';

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
      return unitOfWork.run(({ figures }) => figures.countViews(views.map((view) => ({ ...view, at }))));
    },
  };
}
