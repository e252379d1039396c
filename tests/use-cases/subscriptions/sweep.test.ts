import { expect } from 'chai';
import { DAY } from '../../../src/kernel/instant.ts';
import { onEveryStore } from '../../world/stores.ts';
import { stage } from './stage.ts';

onEveryStore('several sweepers at once', (open) => {
  it('tell each end once, and miss none', async () => {
    const world = stage(await open());
    const plan = await world.sell({ validity: { days: 1 } });
    const viewers = Array.from({ length: 12 }, () => world.viewer());
    for (const viewer of viewers) await world.purchase(viewer, plan.id);
    world.wait(DAY);
    for (let round = 0; round < 12; round += 1)
      await Promise.all([1, 2, 3, 4].map(() => world.face.advanceDue(5)));
    const ended = world.news.filter(({ type }) => type === 'subscriptions.expired');
    expect(ended.map(({ accountId }) => accountId)).to.have.members(
      viewers.map(({ accountId }) => accountId),
    );
    expect(await world.face.nextDueAt(world.now())).to.equal(undefined);
  });

  it('and subscribers who cancel meanwhile: one end each, whoever comes first', async () => {
    const world = stage(await open());
    const plan = await world.sell();
    const viewers = Array.from({ length: 8 }, () => world.viewer());
    for (const viewer of viewers) await world.purchase(viewer, plan.id);
    world.wait(23 * DAY);
    await Promise.all([
      ...viewers.map((actor) => world.face.cancel({ actor, when: 'now' })),
      ...[1, 2, 3].map(() => world.face.advanceDue(4)),
    ]);
    for (const { accountId } of viewers) {
      const { items } = await world.face.history(accountId, { limit: 9 });
      expect(items.map(({ type }) => type)).to.deep.equal(['canceled', 'end-neared', 'started']);
    }
  });
});
