import type { CatalogStores } from '../../src/catalog/index.ts';
import { rankByViews } from '../../src/catalog/count-views.ts';
import { dayOf, trendingSince, trendOf } from '../../src/catalog/trending.ts';
import { instant } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import type { Scenario } from './scenario.ts';

export const NOW = instant(Date.UTC(2026, 0, 31, 12));

export interface TrendingSettings {
  /** The naive one looks at the days first, and ranks by what it saw. */
  readonly naive: boolean;
}

export type TrendingInput =
  { readonly act: 'view'; readonly key: string; readonly titleId: string } | { readonly act: 'sweep' };

/** Views are counted while the sweep ranks the same titles. */
const trending: Scenario<TrendingSettings, TrendingInput, 'done'> =
  ({ unitOfWork, settings }) =>
  async (input) => {
    if (input.act === 'sweep') await sweep(unitOfWork);
    else await (settings.naive ? viewNaively : view)(unitOfWork, { ...input, at: NOW });
    return 'done';
  };

export default trending;

const sweep = (unitOfWork: UnitOfWork<CatalogStores>): Promise<void> =>
  unitOfWork.run(async ({ figures }) => rankByViews(figures, await figures.takeDue(NOW, 100), NOW));

type Told = Parameters<CatalogStores['figures']['countViews']>[0][number];

const view = (unitOfWork: UnitOfWork<CatalogStores>, told: Told): Promise<void> =>
  unitOfWork.run(async ({ figures }) => rankByViews(figures, await figures.countViews([told]), NOW));

async function viewNaively(unitOfWork: UnitOfWork<CatalogStores>, told: Told): Promise<void> {
  const { titleId } = told;
  const seen = await unitOfWork.read(({ figures }) => figures.viewsByDay([titleId], trendingSince(NOW)));
  await unitOfWork.run(async ({ figures }) => {
    await figures.countViews([told]);
    await figures.rank([trendOf(titleId, [...seen, { titleId, day: dayOf(NOW), views: 1 }], NOW)]);
  });
}
