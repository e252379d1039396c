import { expect } from 'chai';
import { LostRace } from '../../src/kernel/domain-error.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import { revisePlan, versionOf } from '../../src/subscriptions/plan.ts';
import type { SubscriptionStores } from '../../src/subscriptions/ports.ts';
import { nextId, NOW, plan, subscription } from '../world/subscriptions.ts';
import type { Open } from './contract.ts';

type PlanStores = Pick<SubscriptionStores, 'plans' | 'subscriptions'>;

export function plansContract(open: Open<PlanStores>): void {
  let unitOfWork: UnitOfWork<PlanStores>;
  beforeEach(async () => {
    unitOfWork = await open();
  });

  it('gives back what was added, to the last field', async () => {
    const added = plan('standard');
    await unitOfWork.run(({ plans }) => plans.add(added));
    expect(await unitOfWork.read(({ plans }) => plans.find(added.id))).to.deep.equal(added);
    expect(await unitOfWork.read(({ plans }) => plans.findByCode('standard'))).to.deep.equal(added);
    expect(await unitOfWork.read(({ plans }) => plans.find(nextId()))).to.equal(undefined);
  });

  it('refuses a second plan with one code as a lost race', async () => {
    await unitOfWork.run(({ plans }) => plans.add(plan('standard')));
    let attempts = 0;
    const second = unitOfWork.run(async ({ plans }) => {
      attempts += 1;
      await plans.add(plan('standard'));
    });
    await expectRejection(second, 'service.busy');
    expect(attempts).to.equal(5);
  });

  it('refuses to save over a newer version', async () => {
    const first = plan('standard');
    await unitOfWork.run(({ plans }) => plans.add(first));
    await unitOfWork.run(({ plans }) => plans.save(revisePlan(first, { name: 'Newer' })));
    let lost: unknown;
    await unitOfWork
      .run(async ({ plans }) => {
        await plans.save(revisePlan(first, { name: 'Stale' })).catch((error: unknown) => {
          lost = error;
        });
      })
      .catch(() => undefined);
    expect(lost).to.be.instanceOf(LostRace);
    expect((await unitOfWork.read(({ plans }) => plans.find(first.id)))?.name).to.equal('Newer');
  });

  it('lists by price, then id, page by page, without the retired ones', async () => {
    const cheap = plan('cheap', 100);
    const twins = [plan('twin-a', 500), plan('twin-b', 500)];
    const retired = { ...plan('retired', 300), isActive: false };
    await unitOfWork.run(async ({ plans }) => {
      for (const each of [...twins, retired, cheap]) await plans.add(each);
    });
    const first = await unitOfWork.read(({ plans }) => plans.list({ limit: 2 }, { withRetired: false }));
    expect(first.items.map(({ code }) => code)).to.deep.equal(['cheap', 'twin-a']);
    const cursor = first.nextCursor ?? undefined;
    const second = await unitOfWork.read(({ plans }) =>
      plans.list({ limit: 2, cursor }, { withRetired: false }),
    );
    expect(second.items.map(({ code }) => code)).to.deep.equal(['twin-b']);
    expect(second.nextCursor).to.equal(null);
    const all = await unitOfWork.read(({ plans }) => plans.list({ limit: 9 }, { withRetired: true }));
    expect(all.items).to.have.length(4);
  });

  it('keeps each version of the terms, and drops them with the plan', async () => {
    const added = plan('standard');
    await unitOfWork.run(async ({ plans }) => {
      await plans.add(added);
      await plans.addVersion(versionOf(added, NOW));
    });
    expect(await unitOfWork.read(({ plans }) => plans.findVersion(added.id, 1))).to.deep.equal(
      versionOf(added, NOW),
    );
    expect(await unitOfWork.run(({ plans }) => plans.removeUnbought(added.id))).to.equal(true);
    expect(await unitOfWork.read(({ plans }) => plans.find(added.id))).to.equal(undefined);
    expect(await unitOfWork.read(({ plans }) => plans.findVersion(added.id, 1))).to.equal(undefined);
  });

  it('holds a plan for a buyer, and keeps one that was ever bought', async () => {
    const added = plan('standard');
    await unitOfWork.run(async ({ plans }) => {
      await plans.add(added);
      await plans.addVersion(versionOf(added, NOW));
    });
    await unitOfWork.run(async ({ plans, subscriptions }) => {
      expect(await plans.hold(added.id)).to.deep.equal(added);
      expect(await plans.hold(nextId())).to.equal(undefined);
      await subscriptions.add(subscription({ planId: added.id, status: 'expired' }), {
        dueAt: null,
        collectAt: null,
      });
    });
    expect(await unitOfWork.run(({ plans }) => plans.removeUnbought(added.id))).to.equal(false);
    expect(await unitOfWork.read(({ plans }) => plans.find(added.id))).to.deep.equal(added);
    expect(await unitOfWork.read(({ plans }) => plans.findVersion(added.id, 1))).to.not.equal(undefined);
  });

  it('keeps one that was ever held, whatever became of the buyer; unless nothing came of it', async () => {
    const [held, dropped] = [plan('held'), plan('dropped')];
    for (const each of [held, dropped])
      await unitOfWork.run(async ({ plans }) => {
        await plans.add(each);
        await plans.addVersion(versionOf(each, NOW));
      });
    await Promise.all([1, 2, 3].map(() => unitOfWork.run(({ plans }) => plans.hold(held.id))));
    const failed = unitOfWork.run(async ({ plans }) => {
      await plans.hold(dropped.id);
      throw new Error('nothing came of it');
    });
    expect(await failed.catch((error: unknown) => String(error))).to.match(/nothing came/);
    expect(await unitOfWork.run(({ plans }) => plans.removeUnbought(held.id))).to.equal(false);
    expect(await unitOfWork.run(({ plans }) => plans.removeUnbought(dropped.id))).to.equal(true);
    expect(await unitOfWork.read(({ plans }) => plans.find(held.id))).to.deep.equal(held);
  });
}

async function expectRejection(work: Promise<unknown>, code: string): Promise<void> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).to.have.property('code', code);
}
