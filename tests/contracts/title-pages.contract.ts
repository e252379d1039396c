import { expect } from 'chai';
import type { CatalogStores } from '../../src/catalog/ports.ts';
import type { TitleOrder } from '../../src/catalog/title-order.ts';
import { editTitle, type Title } from '../../src/catalog/title.ts';
import { after, MINUTE, type Instant } from '../../src/kernel/instant.ts';
import { chanceOf, seeds, sized } from '../world/chance.ts';
import { listing, NOW, published, viewTitles } from './catalog.fixtures.ts';
import type { Open } from './contract.ts';

const NAMES = ['a rabbit', 'a', 'b', 'B', 'ç rabbit', ''];

/** Whatever comes, changes and goes between its pages, a list shows each title that is there throughout, once. */
export function titlePagesContract(open: Open<CatalogStores>, order: TitleOrder): void {
  for (const seed of seeds()) {
    it(`neither repeats nor skips while titles come, change, go and are viewed: ${order} (seed ${seed})`, async () => {
      const unitOfWork = await open();
      const chance = chanceOf(seed);
      const below = (limit: number): number => Math.floor(chance() * limit);
      let now: Instant = NOW;
      const made = (): Title => ({
        ...published(NAMES[below(NAMES.length)] ?? '', after(now, -below(9))),
        visibility: chance() < 0.9 ? 'public' : 'private',
      });
      const staying = Array.from({ length: sized(200, 16) }, made);
      const passing = Array.from({ length: sized(60, 8) }, made);
      /** What changed its own place may be met at both. */
      const moved = new Set<string>();
      const views = (): Promise<void> =>
        viewTitles(
          unitOfWork,
          now,
          Object.fromEntries(staying.filter(() => chance() < 0.2).map(({ id }) => [id, 1 + below(9)])),
        );
      const meanwhile = (): Promise<void> =>
        unitOfWork.run(async ({ titles }) => {
          await titles.add(made());
          const gone = passing.pop();
          if (gone) await titles.remove(gone.id);
          const changed = passing.pop();
          if (!changed) return;
          await titles.save({ ...editTitle(changed, { title: 'changed' }), version: 2 });
          moved.add(changed.id);
        });

      await unitOfWork.run(async ({ titles }) => {
        for (const each of [...staying, ...passing]) await titles.add(each);
      });
      await views();
      const seen: string[] = [];
      for (let cursor: string | null | undefined; cursor !== null;) {
        now = after(now, MINUTE / 10);
        const asked = listing({ order, now }, order === 'relevance' ? { words: ['rabb'] } : {});
        const { items, nextCursor } = await unitOfWork.read(({ titles }) =>
          titles.list({ limit: 1 + below(5), cursor: cursor ?? undefined }, asked),
        );
        seen.push(...items.map(({ title }) => title.id));
        cursor = nextCursor;
        now = after(now, 1);
        await views();
        await meanwhile();
      }
      const unmoved = seen.filter((id) => !moved.has(id));
      expect(new Set(unmoved).size, 'no title twice').to.equal(unmoved.length);
      const shown = staying.filter(({ visibility }) => visibility === 'public');
      const hidden = staying.filter(({ visibility }) => visibility === 'private');
      expect(seen, 'none left out').to.include.members(shown.map(({ id }) => id));
      for (const { id } of hidden) expect(seen, 'nothing private').to.not.include(id);
    });
  }
}
