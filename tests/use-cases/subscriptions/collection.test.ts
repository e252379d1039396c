import { expect } from 'chai';
import { after, DAY, fromRfc3339, HOUR, toRfc3339 } from '../../../src/kernel/instant.ts';
import { nextId } from '../../world/subscriptions.ts';
import { refusalOf, stage, type Stage } from './stage.ts';
import { subscriber } from './subscriber.ts';

describe('automatic renewal', () => {
  let world: Stage;
  beforeEach(() => {
    world = stage();
  });

  it('charges at the end of the period, and not a millisecond before', async () => {
    const { current } = await subscriber(world);
    const { endsAt } = await current();
    world.wait(30 * DAY - 1);
    expect(await world.collect()).to.deep.equal([]);
    world.wait(1);
    const asked = await world.collect();
    expect(asked.map(({ kind, price, charges }) => [kind, price.minor, charges])).to.deep.equal([
      [
        'collection',
        999,
        [
          {
            start: endsAt,
            end: after(world.now(), 30 * DAY),
            minor: 999,
            planName: 'Standard',
            prorated: false,
          },
        ],
      ],
    ]);
    expect(await current()).to.include({ status: 'active', terms: 2, endsAt: after(world.now(), 30 * DAY) });
    expect(await world.collect()).to.deep.equal([]);
  });

  it('counts from the old end, also when it is charged late, and keeps access for a day meanwhile', async () => {
    const { actor, current } = await subscriber(world, { validity: { months: 1 } });
    world.wait(28 * DAY + 23 * HOUR);
    expect((await world.face.current(actor.accountId))?.access.reason).to.equal(null);
    await world.collect();
    expect(toRfc3339((await current()).endsAt ?? world.now())).to.equal('2026-03-31T12:00:00.000Z');
  });

  it('catches up on three missed periods, one by one, from the anchor', async () => {
    const { actor, current } = await subscriber(world, { validity: { months: 1 } });
    world.wait(91 * DAY);
    const before = await world.face.current(actor.accountId);
    expect(before?.access.reason, 'unpaid for longer than a day').to.equal('ended');
    const asked = await world.collect();
    const ends = asked.map(({ charges }) => charges.map(({ end }) => toRfc3339(end)).join());
    expect(ends).to.deep.equal([
      '2026-03-31T12:00:00.000Z',
      '2026-04-30T12:00:00.000Z',
      '2026-05-31T12:00:00.000Z',
    ]);
    expect(await current()).to.include({ status: 'active', terms: 4 });
    expect((await world.face.current(actor.accountId))?.access.reason).to.equal(null);
  });

  it('turns a trial into the plan at the trial’s end', async () => {
    const { actor, current } = await subscriber(world, { trialDays: 7 });
    expect(await current()).to.include({ status: 'trialing', autoRenew: true });
    world.wait(7 * DAY + HOUR);
    expect((await world.face.current(actor.accountId))?.access.reason).to.equal(null);
    await world.collect();
    const trialEnd = after(world.now(), -HOUR);
    expect(await current()).to.include({
      status: 'active',
      anchor: trialEnd,
      terms: 1,
      endsAt: after(trialEnd, 30 * DAY),
    });
  });

  it('is off unless it was asked for, and can be switched, twice without effect', async () => {
    const plan = await world.sell();
    const actor = world.viewer();
    const set = (on: boolean) => world.face.setAutoRenew({ actor, on });
    expect(await refusalOf(set(true))).to.equal('subscriptions.no-current');
    expect(await world.purchase(actor, plan.id)).to.include({ autoRenew: false });
    expect((await set(true)).subscription).to.include({ autoRenew: true, version: 2 });
    expect((await set(true)).subscription).to.include({ autoRenew: true, version: 2 });
    expect((await set(false)).subscription).to.include({ autoRenew: false, version: 3 });
    world.wait(30 * DAY);
    expect(await world.collect()).to.deep.equal([]);
    expect((await world.face.current(actor.accountId))?.subscription.status).to.equal('expired');
  });

  it('given up while its charge is on the way ends it there, and the money has nothing to buy', async () => {
    const { actor, current } = await subscriber(world);
    const { id: subscriptionId, accountId } = await current();
    world.wait(30 * DAY + HOUR);
    const [quote] = await world.unitOfWork.run(async (stores) => [
      await world.operations.quoteCollection(stores, { subscriptionId, now: world.now() }),
    ]);
    if (!quote) throw new Error('nothing is due');
    await world.face.setAutoRenew({ actor, on: false });
    const late = world.unitOfWork.run((stores) =>
      world.operations.applyPurchase(stores, {
        ...{ accountId, quote, actor, now: world.now() },
        paymentId: nextId(),
        nets: null,
      }),
    );
    expect(await refusalOf(late)).to.equal('subscriptions.no-current');
    expect(await current()).to.include({ status: 'expired', endedAt: world.now() });
  });

  it('asks for nothing of a subscription that is not there, and fails nothing that is not due', async () => {
    const { actor, current } = await subscriber(world);
    const { id: subscriptionId } = await current();
    const { accountId } = actor;
    const failed = { accountId, subscriptionId, paymentId: nextId(), now: world.now() };
    await world.unitOfWork.run(async (stores) => {
      const ask = (id: string) =>
        world.operations.quoteCollection(stores, { subscriptionId: id, now: world.now() });
      expect(await ask(nextId())).to.equal(undefined);
      expect(await ask(subscriptionId)).to.equal(undefined);
      expect(await world.operations.failCollection(stores, failed)).to.include({
        status: 'active',
        version: 1,
      });
    });
  });
});

describe('the process’s time zone', () => {
  for (const zone of ['America/New_York', 'Pacific/Kiritimati'])
    it(`changes no period that is collected: ${zone}`, async () => {
      const before = process.env['TZ'];
      process.env['TZ'] = zone;
      try {
        const world = stage();
        expect(new Date(world.now()).getTimezoneOffset()).to.not.equal(0);
        const { current } = await subscriber(world, { validity: { months: 1 } });
        const ends: string[] = [];
        for (let month = 0; month < 14; month += 1) {
          const { endsAt } = await current();
          ends.push(toRfc3339(endsAt ?? world.now()).slice(0, 16));
          world.wait((endsAt ?? world.now()) - world.now());
          await world.collect();
        }
        expect(ends).to.deep.equal(ENDS.map((day) => `${day}T12:00`));
      } finally {
        if (before === undefined) delete process.env['TZ'];
        else process.env['TZ'] = before;
      }
    });

  /** Of what was bought on 31 January 2026, and renewed by the month: every month's end, and 29 February. */
  const ENDS = [
    ...['2026-02-28', '2026-03-31', '2026-04-30', '2026-05-31', '2026-06-30', '2026-07-31', '2026-08-31'],
    ...['2026-09-30', '2026-10-31', '2026-11-30', '2026-12-31', '2027-01-31', '2027-02-28', '2027-03-31'],
  ];

  it('nor a 29 February: what was bought on it comes back to it', async () => {
    const world = stage();
    const leapDay = fromRfc3339('2028-02-29T12:00:00Z') ?? world.now();
    world.wait(leapDay - world.now());
    const { current } = await subscriber(world, { validity: { months: 12 } });
    const ends: string[] = [];
    for (let year = 0; year < 4; year += 1) {
      const { endsAt } = await current();
      ends.push(toRfc3339(endsAt ?? world.now()).slice(0, 10));
      world.wait((endsAt ?? world.now()) - world.now());
      await world.collect();
    }
    expect(ends).to.deep.equal(['2029-02-28', '2030-02-28', '2031-02-28', '2032-02-29']);
  });
});
