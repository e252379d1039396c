import { expect } from 'chai';
import { after, DAY, HOUR } from '../../../src/kernel/instant.ts';
import type { Mirrored, Plan, Subscription } from '../../../src/subscriptions/index.ts';
import { refusalOf, stage, type Stage } from './stage.ts';
import { typesOf } from './subscriber.ts';

const STRIPE = { kind: 'system', job: 'stripe' } as const;

describe('a subscription that Stripe collects', () => {
  let world: Stage;
  let actor: ReturnType<Stage['viewer']>;
  let plan: Plan;
  beforeEach(async () => {
    world = stage();
    actor = world.viewer();
    plan = await world.sell();
  });

  const facts = (changes: Partial<Mirrored> = {}): Mirrored => ({
    ...{ status: 'active', planId: plan.id, termsVersion: 1, cancelAtPeriodEnd: false },
    ...{ startedAt: world.now(), anchor: world.now(), endsAt: after(world.now(), 30 * DAY) },
    ...changes,
  });
  const mirror = (subscriptionId: string | null, given: Mirrored): Promise<Subscription> =>
    world.unitOfWork.run((stores) =>
      world.operations.mirror(stores, {
        accountId: actor.accountId,
        ...{ subscriptionId, given, actor: STRIPE, now: world.now() },
      }),
    );
  const current = async () => (await world.face.current(actor.accountId))?.subscription;

  it('begins with what Stripe says, and follows it; the same again changes nothing', async () => {
    const begun = await mirror(null, facts());
    expect(begun).to.include({ collectedBy: 'stripe', status: 'active', autoRenew: true, version: 1 });
    expect((await world.face.current(actor.accountId))?.access.grant?.planId).to.equal(plan.id);
    const next = facts({ endsAt: after(world.now(), 60 * DAY), startedAt: begun.startedAt });
    expect(await mirror(begun.id, next)).to.include({ endsAt: next.endsAt, version: 2 });
    expect(await mirror(begun.id, next)).to.include({ version: 2 });
    expect(await mirror(begun.id, { ...next, cancelAtPeriodEnd: true })).to.include({ autoRenew: false });
    expect(typesOf(world)).to.deep.equal(['mirroring-begun', 'mirrored', 'mirrored']);
  });

  it('is never collected, nor ended, by our calendar: its access ends a day behind its end', async () => {
    await mirror(null, facts());
    world.wait(30 * DAY);
    expect(await world.collect()).to.deep.equal([]);
    await world.face.advanceDue(9);
    expect(await current()).to.include({ status: 'active' });
    expect((await world.face.current(actor.accountId))?.access.reason).to.equal(null);
    world.wait(24 * HOUR);
    expect(await current()).to.include({ status: 'active' });
    expect((await world.face.current(actor.accountId))?.access.reason).to.equal('ended');
  });

  it('past due at Stripe is not tried again by us', async () => {
    const begun = await mirror(null, facts());
    await mirror(begun.id, facts({ status: 'past_due' }));
    world.wait(60 * DAY);
    expect(await world.collect()).to.deep.equal([]);
    expect(await current()).to.include({ status: 'past_due' });
  });

  it('ends when Stripe says so, told as an end, and what is over stays over', async () => {
    const begun = await mirror(null, facts());
    expect(await mirror(begun.id, facts({ status: 'canceled' }))).to.include({ status: 'canceled' });
    expect(await mirror(begun.id, facts())).to.include({ status: 'canceled', version: 2 });
    expect(typesOf(world)).to.deep.equal(['mirroring-begun', 'canceled']);
  });

  it('that was over when it was first heard of is kept as such, and is in nobody’s way', async () => {
    const over = await mirror(null, facts({ status: 'canceled' }));
    expect(over).to.include({ status: 'canceled', endedAt: world.now() });
    expect(await world.purchase(actor, plan.id)).to.include({ status: 'active', collectedBy: 'usher' });
  });

  it('is closed once another followed it: a late word of it changes nothing', async () => {
    const begun = await mirror(null, facts());
    const over = await mirror(begun.id, facts({ status: 'canceled' }));
    const own = await world.purchase(actor, plan.id);
    const late = facts({ status: 'canceled', endsAt: after(world.now(), DAY) });
    expect(await mirror(begun.id, late)).to.deep.equal(over);
    expect(await current()).to.deep.equal(own);
  });

  it('does not begin beside a live one; what is over leaves that one what counts', async () => {
    const own = await world.purchase(actor, plan.id);
    expect(await refusalOf(mirror(null, facts()))).to.equal('subscriptions.already-active');
    expect(await mirror(null, facts({ status: 'canceled' }))).to.deep.equal(own);
    expect(await current()).to.deep.equal(own);
  });

  it('is renewed, paused and changed where it is collected, and nowhere else', async () => {
    await mirror(null, facts());
    const other = await world.sell();
    const elsewhere = 'subscriptions.collected-elsewhere';
    const { face } = world;
    for (const work of [
      () => world.quote(actor, plan.id),
      () => world.quote(actor, null, { intent: 'renew' }),
      () => world.quote(actor, null, { intent: 'resume' }),
      () => world.quote(actor, other.id, { intent: 'change' }),
      () => face.scheduleChange({ actor, planId: other.id, idempotency: undefined }),
      () => face.setAutoRenew({ actor, on: false }),
      () => face.pause({ actor, when: 'now', resumesAt: null }),
      () => face.resume({ actor }),
    ])
      expect(await refusalOf(work())).to.equal(elsewhere);
  });

  it('is cancelled here too: at the end, taken back, or now', async () => {
    await mirror(null, facts());
    await world.face.cancel({ actor, when: 'period_end' });
    expect(await current()).to.include({ cancelAtPeriodEnd: true, status: 'active' });
    await world.face.resume({ actor });
    expect(await current()).to.include({ cancelAtPeriodEnd: false });
    await world.face.cancel({ actor, when: 'now' });
    expect(await current()).to.include({ status: 'canceled' });
  });
});
