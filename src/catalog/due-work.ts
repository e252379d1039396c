import { earlier, type Instant } from '../kernel/instant.ts';
import type { DueWork, Swept } from '../kernel/due.ts';
import type { Asset } from './asset.ts';
import { changeTitle } from './change-title.ts';
import { rankByViews } from './count-views.ts';
import type { CatalogDeps } from './deps.ts';
import { failStale, finishLate, type FinishUpload } from './finish-upload.ts';
import { askProvider } from './hear-provider.ts';
import { removeDueFiles } from './remove-files.ts';
import { isWhole } from './resumable-upload.ts';

export interface CatalogSweeps {
  /** Records the publication, and its event, of scheduled titles whose instant has come. */
  publishDue(limit: number): Promise<Swept>;
  /** Lets the scores of `trending` grow old: each is another at midnight of UTC. */
  rankTrending(limit: number): Promise<Swept>;
  /**
   * Ends uploads whose time has run out, and promises the removal of what they stored; those that are whole, and
   * whose process died before they were taken in, it takes in.
   */
  failStaleUploads(limit: number): Promise<Swept>;
  /** Removes files that nothing needs any more. */
  removeDueFiles(limit: number): Promise<Swept>;
  /** Asks the media provider about uploads of which nothing was heard for long: news may be lost. */
  askProvider(limit: number): Promise<Swept>;
}

export function dueWork(deps: CatalogDeps, finish: FinishUpload): CatalogSweeps & DueWork {
  const { unitOfWork, clock, ids, policy } = deps;
  return {
    publishDue: (limit) =>
      unitOfWork.run(async (stores) => {
        const now = clock.now();
        const due = await stores.titles.listDue(now, limit);
        for (const title of due) await changeTitle(stores, title, { rule: asItIs, context: { now, ids } });
        return { done: due.length };
      }),

    rankTrending: (limit) =>
      unitOfWork.run(async ({ figures }) => {
        const now = clock.now();
        const due = await figures.takeDue(now, limit);
        await rankByViews(figures, due, now);
        return { done: due.length };
      }),

    failStaleUploads: async (limit) => {
      const now = clock.now();
      const { done, whole } = await unitOfWork.run(async (stores) => {
        const due = await stores.assets.listDue(now, limit);
        const finishable: Asset[] = [];
        for (const asset of due) {
          const upload = await stores.resumableUploads.find(asset.id);
          if (upload && isWhole(upload)) finishable.push(asset);
          else await failStale(stores, asset, now);
        }
        return { done: due.length, whole: finishable };
      });
      await finishLate({ unitOfWork, policy }, finish, { whole, now });
      return { done };
    },

    removeDueFiles: (limit) => removeDueFiles(deps, limit),

    askProvider: (limit) => askProvider(deps, limit),

    nextDueAt: (until) =>
      unitOfWork.read(async ({ titles, figures, assets, fileRemovals }) => {
        const stores = [titles, figures, assets, fileRemovals];
        const dues = await Promise.all(stores.map((store) => store.nextDueAt(until)));
        return dues.reduce(earliest, undefined);
      }),
  };
}

const asItIs = <T>(title: T): T => title;

const earliest = (a: Instant | undefined, b: Instant | undefined): Instant | undefined =>
  a === undefined || b === undefined ? (a ?? b) : earlier(a, b);
