import { expect } from 'chai';
import { after, DAY, fromRfc3339, HOUR, toRfc3339 } from '../../../src/kernel/instant.ts';
import { nextId } from '../../world/subscriptions.ts';
import { refusalOf, stage, type Stage } from './stage.ts';
import { subscriber, typesOf } from './subscriber.ts';

const YEAR = { validity: { months: 12 } } as const;
const MONTH = { validity: { months: 1 } } as const;

describe('changing the plan now', () => {
  let world: Stage;
  beforeEach(() => {
    world = stage();
  });

  it('of the same length keeps the period: the rest is credited, and charged at the new price', async () => {
    const { actor, plan, current } = await subscriber(world);
    const dear = await world.sell({ accessLevel: 'premium' }, 2_000);
    const { endsAt, anchor, stretches } = await current();
    world.wait(10 * DAY);
    const quote = await world.quote(actor, dear.id, { intent: 'change' });
    const rest = { start: world.now(), end: endsAt, planName: 'Standard' };
    expect(quote).to.deep.include({
      ...{ kind: 'change', planId: dear.id, price: { minor: 1_333, currency: 'USD' } },
      charges: [{ ...rest, minor: 1_333, prorated: true }],
      credits: [{ ...rest, minor: 666, paymentId: stretches[0]?.paymentId }],
    });
    const changed = await world.purchase(actor, dear.id, { intent: 'change', nets: [1_300] });
    expect(changed).to.include({ status: 'active', planId: dear.id, endsAt, anchor, terms: 1 });
    expect(changed.stretches).to.have.length(1);
    expect(changed.stretches[0]).to.include({ start: world.now(), end: endsAt, minor: 1_300 });
    expect(changed.stretches[0]?.paymentId, 'paid with another payment')
      .to.be.a('string')
      .not.equal(stretches[0]?.paymentId);
    expect((await world.face.current(actor.accountId))?.access.level).to.equal('premium');
    const news = world.news.at(-1);
    expect(news?.data).to.deep.include({ fromPlanId: plan.id, planId: dear.id });
    expect(typesOf(world)).to.deep.equal(['started', 'changed']);
    world.wait(20 * DAY);
    expect(
      (await world.collect()).map(({ price }) => price.minor),
      'the new price from then on',
    ).to.deep.equal([2_000]);
  });

  /**
   * getlago/lago-api#6194: the denominator was what was left of the first period when the plan began within
   * it, so that the second change was charged as if a short term cost the whole price.
   */
  it('a second time in one period is reckoned by the whole term: getlago/lago-api#6194', async () => {
    const { actor, plan } = await subscriber(world);
    const dear = await world.sell({}, 3_000);
    world.wait(15 * DAY);
    await world.purchase(actor, dear.id, { intent: 'change' });
    world.wait(10 * DAY);
    const back = await world.quote(actor, plan.id, { intent: 'change' });
    // Five days of thirty at 9.99, for five days of the fifteen that 15.00 was paid for.
    expect([back.charges[0]?.minor, back.credits[0]?.minor]).to.deep.equal([167, 500]);
    await world.purchase(actor, plan.id, { intent: 'change' });
    const third = await world.quote(actor, dear.id, { intent: 'change' });
    expect([third.charges[0]?.minor, third.credits[0]?.minor]).to.deep.equal([500, 167]);
  });

  it('counts every prepaid term, each at the amount that was paid for it', async () => {
    const { actor, plan } = await subscriber(world, MONTH);
    const dear = await world.sell(MONTH, 2_800);
    world.wait(14 * DAY);
    await world.purchase(actor, plan.id, { intent: 'renew', nets: [500] });
    const { charges, credits } = await world.quote(actor, dear.id, { intent: 'change' });
    expect(charges.map(({ minor }) => minor)).to.deep.equal([1_400, 2_800]);
    // Half of 28 days, of the odd unit the used part; then the whole of the term bought with a discount.
    expect(credits.map(({ minor }) => minor)).to.deep.equal([499, 500]);
  });

  it('without proration moves no money, and keeps what was paid for the time', async () => {
    const { actor, current } = await subscriber(world);
    const dear = await world.sell({}, 2_000);
    const { stretches, endsAt } = await current();
    world.wait(10 * DAY);
    const buy = { intent: 'change', proration: 'none' } as const;
    expect(await world.quote(actor, dear.id, buy)).to.deep.include({ charges: [], credits: [] });
    expect(await world.purchase(actor, dear.id, buy)).to.deep.include({ stretches, endsAt, planId: dear.id });
  });

  it('in full begins a new term at the full price, and credits nothing', async () => {
    const { actor } = await subscriber(world);
    const dear = await world.sell({}, 2_000);
    world.wait(10 * DAY);
    const changed = await world.purchase(actor, dear.id, { intent: 'change', proration: 'full' });
    const end = after(world.now(), 30 * DAY);
    expect(changed).to.include({ anchor: world.now(), terms: 1, endsAt: end });
    expect(changed.stretches).to.have.length(1);
    expect(changed.stretches[0]).to.include({ start: world.now(), end, minor: 2_000 });
  });

  it('from a year to a month begins a full month, and gives back more than it costs', async () => {
    const { actor, current } = await subscriber(world, YEAR);
    const month = await world.sell(MONTH, 100);
    const { endsAt, stretches } = await current();
    world.wait(100 * DAY);
    const quote = await world.quote(actor, month.id, { intent: 'change' });
    expect(quote.charges.map(({ minor, prorated }) => [minor, prorated])).to.deep.equal([[100, false]]);
    expect(quote.credits).to.deep.equal([
      {
        ...{ start: world.now(), end: endsAt, minor: 725, planName: 'Standard' },
        paymentId: stretches[0]?.paymentId,
      },
    ]);
    const changed = await world.purchase(actor, month.id, { intent: 'change' });
    // 11 May: 31 January and a hundred days.
    expect(toRfc3339(changed.endsAt ?? world.now())).to.equal('2026-06-11T12:00:00.000Z');
    expect(changed).to.include({ anchor: world.now(), terms: 1, remindedDays: null });
  });

  it('on 29 February to a year ends on the 28th', async () => {
    const leapDay = fromRfc3339('2028-02-29T12:00:00Z') ?? world.now();
    world.wait(leapDay - world.now() - DAY);
    const { actor } = await subscriber(world, MONTH);
    const year = await world.sell(YEAR, 9_900);
    world.wait(DAY);
    const changed = await world.purchase(actor, year.id, { intent: 'change' });
    expect(toRfc3339(changed.endsAt ?? world.now())).to.equal('2029-02-28T12:00:00.000Z');
  });

  it('in a trial changes the plan alone: no money, and the trial’s end stays', async () => {
    const { actor, current } = await subscriber(world, { trialDays: 7 });
    const dear = await world.sell({ ...YEAR, trialDays: 30 }, 9_900);
    const { endsAt } = await current();
    world.wait(DAY);
    expect(await world.quote(actor, dear.id, { intent: 'change' })).to.deep.include({
      ...{ charges: [], credits: [], price: { minor: 0, currency: 'USD' } },
    });
    const changed = await world.purchase(actor, dear.id, { intent: 'change' });
    expect(changed).to.include({ status: 'trialing', planId: dear.id, endsAt, anchor: null });
    world.wait(6 * DAY);
    expect((await world.collect()).map(({ price }) => price.minor)).to.deep.equal([9_900]);
  });

  it('holds what a preview said, for an hour, unless something happened since', async () => {
    const { actor } = await subscriber(world);
    const dear = await world.sell({}, 2_000);
    world.wait(10 * DAY);
    const prorationDate = world.now();
    const preview = await world.quote(actor, dear.id, { intent: 'change' });
    world.wait(HOUR);
    const again = await world.quote(actor, dear.id, { intent: 'change', prorationDate });
    expect(again).to.deep.equal(preview);
    const quoted = (date: number) =>
      refusalOf(world.quote(actor, dear.id, { intent: 'change', prorationDate: after(world.now(), date) }));
    expect(await quoted(1)).to.equal('subscriptions.proration-date');
    expect(await quoted(-HOUR - 1)).to.equal('subscriptions.proration-date');
    await world.face.cancel({ actor, when: 'period_end' });
    expect(await quoted(-HOUR)).to.equal('subscriptions.proration-date');
    // A pending end is no obstacle, and stays.
    expect(await world.purchase(actor, dear.id, { intent: 'change' })).to.include({
      cancelAtPeriodEnd: true,
    });
  });

  it('is refused where the state, the plans or the money do not admit it', async () => {
    const { actor, plan } = await subscriber(world);
    const [dear, retired, euro] = [
      await world.sell(),
      await world.sell(),
      await world.sell({ price: { minor: 1, currency: 'EUR' } }),
    ];
    await world.face.revisePlan(retired.id, { isActive: false });
    const refused = (who: typeof actor, planId: string) =>
      refusalOf(world.quote(who, planId, { intent: 'change' }));
    expect(await refused(actor, nextId())).to.equal('request.not-found');
    expect(await refused(world.viewer(), dear.id)).to.equal('subscriptions.no-current');
    expect(await refused(actor, plan.id)).to.equal('subscriptions.same-plan');
    expect(await refused(actor, retired.id)).to.equal('subscriptions.plan-unavailable');
    expect(await refused(actor, euro.id)).to.equal('subscriptions.currency-differs');
    const later = world.viewer();
    const startsAt = after(world.now(), DAY);
    await world.purchase(later, plan.id, { intent: 'subscribe', startsAt });
    expect(await refused(later, dear.id)).to.equal('subscriptions.not-changeable');
    await world.face.pause({ actor, when: 'now', resumesAt: null });
    expect(await refused(actor, dear.id)).to.equal('subscriptions.not-changeable');
  });

  it('to a newer version of the same plan is a change', async () => {
    const { actor, plan, current } = await subscriber(world);
    await world.face.revisePlan(plan.id, { terms: { maxDevices: 7 } });
    await world.purchase(actor, plan.id, { intent: 'change' });
    expect(await current()).to.include({ planId: plan.id, termsVersion: 2 });
  });

  it('gives the money back when anything but a reminder came between', async () => {
    const { actor } = await subscriber(world);
    const dear = await world.sell({}, 2_000);
    world.wait(22 * DAY);
    const quote = await world.quote(actor, dear.id, { intent: 'change' });
    const { accountId } = actor;
    const apply = (paymentId: string) =>
      world.unitOfWork.run((stores) =>
        world.operations.applyPurchase(stores, {
          ...{ accountId, quote, paymentId, nets: null, actor, now: world.now() },
        }),
      );
    world.wait(DAY);
    await world.face.advanceDue(9);
    expect(await apply('reminded')).to.include({ planId: dear.id });
    expect(await apply('reminded'), 'once per payment').to.include({ planId: dear.id, version: 3 });
    expect(await refusalOf(apply('changed'))).to.equal('subscriptions.changed-meanwhile');
    await world.face.cancel({ actor, when: 'now' });
    expect(await refusalOf(apply('ended'))).to.equal('subscriptions.no-current');
  });
});
