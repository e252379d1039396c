import { expect } from 'chai';
import { LostRace } from '../../src/kernel/domain-error.ts';
import { after, DAY, instant, type Instant } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import { createPlan, versionOf } from '../../src/subscriptions/plan.ts';
import type { DueTimes } from '../../src/subscriptions/ports.ts';
import type { Subscription } from '../../src/subscriptions/subscription.ts';
import { SUBSCRIPTION_STATUSES } from '../../src/subscriptions/subscription-lifecycle.ts';
import { nextId, NOW, plan, subscription } from '../world/subscriptions.ts';
import type { Open } from './contract.ts';
import { faultOf, NEVER, type Stores } from './subscription-stores.ts';

export function subscriptionsContract(open: Open<Stores>): void {
  let unitOfWork: UnitOfWork<Stores>;
  beforeEach(async () => {
    unitOfWork = await open();
  });
  const add = (added: Subscription, times: Partial<DueTimes> = {}): Promise<void> =>
    unitOfWork.run(({ subscriptions }) => subscriptions.add(added, { ...NEVER, ...times }));
  const find = (id: string): Promise<Subscription | undefined> =>
    unitOfWork.read(({ subscriptions }) => subscriptions.find(id));

  it('gives back what was added, to the last field', async () => {
    const full = subscription({
      ...{ remindedDays: 7, cancelAtPeriodEnd: true, autoRenew: true, endedAt: NOW, collectedBy: 'stripe' },
      stretches: [{ start: NOW, end: after(NOW, DAY), minor: 1 }],
      ...{ pausedAt: NOW, resumesAt: NOW, failures: 2, retryAt: NOW, givesUpAt: NOW },
      scheduledChange: { planId: nextId(), termsVersion: 3 },
    });
    const empty = subscription({ startedAt: null, anchor: null, endsAt: null, status: 'incomplete' });
    await add(full);
    await add(empty);
    expect(await find(full.id)).to.deep.equal(full);
    expect(await find(empty.id)).to.deep.equal(empty);
    expect(await find(nextId())).to.equal(undefined);
  });

  it('takes one live subscription per account, in whatever state it is', async () => {
    for (const status of SUBSCRIPTION_STATUSES) {
      const accountId = nextId();
      await add(subscription({ accountId, status, version: 1 }));
      const fault = await faultOf(unitOfWork, ({ subscriptions }) =>
        subscriptions.add(subscription({ accountId, version: 2 }), NEVER),
      );
      const isOver = status === 'canceled' || status === 'expired';
      expect(fault === undefined, status).to.equal(isOver);
    }
  });

  it('saves over the version that was read, and over no other', async () => {
    const first = subscription();
    await add(first);
    const second = { ...first, cancelAtPeriodEnd: true, version: 2 };
    await unitOfWork.run(({ subscriptions }) => subscriptions.save(second, { from: 1, ...NEVER }));
    expect(await find(first.id)).to.deep.equal(second);
    const stale = { ...first, version: 2 };
    const fault = await faultOf(unitOfWork, ({ subscriptions }) =>
      subscriptions.save(stale, { from: 1, ...NEVER }),
    );
    expect(fault).to.be.instanceOf(LostRace);
    expect(await find(first.id)).to.deep.equal(second);
  });

  it('knows the newest subscription of an account by its version, and the terms it was bought on', async () => {
    const bought = plan('standard');
    const revised = createPlan(
      { ...bought, terms: { ...bought.terms, maxDevices: 9 } },
      { id: bought.id, now: NOW },
    );
    const accountId = nextId();
    const old = subscription({ accountId, planId: bought.id, status: 'canceled', version: 4 });
    const newest = subscription({ accountId, planId: bought.id, termsVersion: 2, version: 5 });
    const other = subscription({ planId: bought.id, status: 'expired' });
    await unitOfWork.run(async ({ plans, subscriptions }) => {
      await plans.add(bought);
      await plans.addVersion(versionOf(bought, NOW));
      await plans.addVersion({ ...versionOf(revised, NOW), termsVersion: 2 });
      for (const each of [newest, other]) await subscriptions.add(each, NEVER);
      await subscriptions.add(old, NEVER);
    });
    await unitOfWork.read(async ({ subscriptions }) => {
      expect(await subscriptions.newest(accountId)).to.deep.equal(newest);
      expect(await subscriptions.newest(nextId())).to.equal(undefined);
      const records = await subscriptions.accessRecords([other.accountId, nextId(), accountId]);
      expect(records).to.have.deep.members([
        { subscription: newest, terms: revised.terms },
        { subscription: other, terms: bought.terms },
      ]);
      expect(await subscriptions.accessRecords([])).to.deep.equal([]);
    });
    const cancelled = { ...newest, status: 'canceled' as const, version: 6 };
    await unitOfWork.run(({ subscriptions }) => subscriptions.save(cancelled, { from: 5, ...NEVER }));
    await unitOfWork.read(async ({ subscriptions }) => {
      const asked = await subscriptions.accessRecords([accountId, accountId]);
      expect(asked[0], 'after it was read once').to.deep.equal({
        subscription: cancelled,
        terms: revised.terms,
      });
    });
  });

  it('hands out what is due, the longest due first, a bounded number at a time', async () => {
    const [late, soon, later] = [subscription(), subscription(), subscription()];
    await add(soon, { dueAt: after(NOW, 2 * DAY) });
    await add(late, { dueAt: after(NOW, DAY) });
    await add(later, { dueAt: after(NOW, 3 * DAY) });
    await add(subscription({ status: 'expired' }));
    const due = (days: number, limit: number): Promise<readonly Subscription[]> =>
      unitOfWork.run(({ subscriptions }) => subscriptions.due(after(NOW, days * DAY), limit));
    expect(await due(2, 9)).to.deep.equal([late, soon]);
    expect(await due(9, 1)).to.deep.equal([late]);
    expect(await due(0, 9)).to.deep.equal([]);
    const next = (until: Instant): Promise<Instant | undefined> =>
      unitOfWork.read(({ subscriptions }) => subscriptions.nextDueAt(until));
    expect(await next(after(NOW, 9 * DAY))).to.equal(after(NOW, DAY));
    expect(await next(instant(after(NOW, DAY) - 1))).to.equal(undefined);
  });

  it('hands out what is to be collected, the longest due first, and puts off what cannot be yet', async () => {
    const [late, soon, later] = [subscription(), subscription(), subscription()];
    await add(soon, { collectAt: after(NOW, 2 * DAY), dueAt: NOW });
    await add(late, { collectAt: after(NOW, DAY) });
    await add(later, { collectAt: after(NOW, 3 * DAY) });
    const never = subscription();
    await add(never, { dueAt: NOW });
    const due = (days: number, limit: number): Promise<readonly Subscription[]> =>
      unitOfWork.read(({ subscriptions }) => subscriptions.collectable(after(NOW, days * DAY), limit));
    const next = (): Promise<Instant | undefined> =>
      unitOfWork.read(({ subscriptions }) => subscriptions.nextCollectAt(after(NOW, 9 * DAY)));
    expect(await due(2, 9)).to.deep.equal([late, soon]);
    expect(await due(9, 1)).to.deep.equal([late]);
    expect(await due(0, 9)).to.deep.equal([]);
    expect(await next()).to.equal(after(NOW, DAY));
    const putOff = (id: string): Promise<void> =>
      unitOfWork.run(({ subscriptions }) => subscriptions.putOffCollection(id, after(NOW, 4 * DAY)));
    await putOff(late.id);
    await putOff(never.id);
    await putOff(nextId());
    expect(await due(9, 9)).to.deep.equal([soon, later, late]);
    expect(await next()).to.equal(after(NOW, 2 * DAY));
    // What changes a subscription says anew when something is to be collected.
    await unitOfWork.run(({ subscriptions }) =>
      subscriptions.save({ ...soon, version: 2 }, { from: 1, ...NEVER }),
    );
    expect(await due(9, 9)).to.deep.equal([later, late]);
  });

  it('knows who ever had something of a subscription', async () => {
    const had = subscription({ status: 'expired' });
    const never = subscription({ status: 'incomplete', startedAt: null, anchor: null, endsAt: null });
    await add(had);
    await add(never);
    const asked = [had.accountId, never.accountId, nextId()];
    expect(await unitOfWork.read(({ subscriptions }) => subscriptions.subscribers(asked))).to.deep.equal([
      had.accountId,
    ]);
  });
}
