import { expect } from 'chai';
import { after, DAY, HOUR } from '../../../src/kernel/instant.ts';
import type { Quote } from '../../../src/subscriptions/index.ts';
import { nextId } from '../../world/subscriptions.ts';
import { refusalOf, stage, type Stage } from './stage.ts';
import { typesOf } from './subscriber.ts';

type Actor = ReturnType<Stage['viewer']>;

describe('a subscription that waits for its payer', () => {
  let world: Stage;
  let actor: Actor;
  beforeEach(() => {
    world = stage();
    actor = world.viewer();
  });

  const wait = (quote: Quote) =>
    world.unitOfWork.run((stores) =>
      world.operations.awaitPayer(stores, {
        accountId: actor.accountId,
        ...{ quote, actor, now: world.now() },
      }),
    );
  const apply = (quote: Quote, paymentId = nextId()) =>
    world.unitOfWork.run((stores) =>
      world.operations.applyPurchase(stores, {
        accountId: actor.accountId,
        ...{ quote, paymentId, nets: null, actor, now: world.now() },
      }),
    );
  const abandon = (subscriptionId: string) =>
    world.unitOfWork.run((stores) =>
      world.operations.abandonAwaited(stores, {
        accountId: actor.accountId,
        ...{ subscriptionId, actor, now: world.now() },
      }),
    );
  const status = async () => (await world.face.current(actor.accountId))?.subscription.status;

  it('gives nothing until it is paid, and then begins as the same one', async () => {
    const plan = await world.sell();
    const quote = await world.quote(actor, plan.id, { intent: 'subscribe', autoRenew: true });
    const awaited = await wait(quote);
    expect(awaited).to.include({ status: 'incomplete', autoRenew: true, endsAt: null });
    expect((await world.face.current(actor.accountId))?.access.reason).to.equal('not_started');
    world.wait(HOUR);
    expect(await apply(quote)).to.include({
      ...{ id: awaited.id, status: 'active', autoRenew: true, startedAt: world.now() },
      endsAt: after(world.now(), 30 * DAY),
    });
    expect(typesOf(world)).to.deep.equal(['payment-awaited', 'paid']);
  });

  it('with a later start is scheduled when it is paid', async () => {
    const plan = await world.sell();
    const startsAt = after(world.now(), 9 * DAY);
    const quote = await world.quote(actor, plan.id, { intent: 'subscribe', startsAt });
    const awaited = await wait(quote);
    expect(await apply(quote)).to.include({ id: awaited.id, status: 'scheduled', anchor: startsAt });
    world.wait(9 * DAY);
    expect(await status()).to.equal('active');
  });

  it('expires after 23 hours, and is paid no more: who pays then begins anew', async () => {
    const plan = await world.sell();
    const quote = await world.quote(actor, plan.id);
    const awaited = await wait(quote);
    world.wait(23 * HOUR - 1);
    expect(await status()).to.equal('incomplete');
    world.wait(1);
    expect(await status()).to.equal('expired');
    const bought = await apply(quote);
    expect(bought.id).to.not.equal(awaited.id);
    expect(bought).to.include({ status: 'active' });
  });

  it('is superseded by buying again, and by waiting for another payer’s act', async () => {
    const [plan, other] = [await world.sell(), await world.sell()];
    const first = await wait(await world.quote(actor, plan.id));
    const second = await wait(await world.quote(actor, other.id));
    expect(second.version).to.equal(3);
    expect(second.id).to.not.equal(first.id);
    expect(await world.purchase(actor, plan.id)).to.include({ status: 'active', planId: plan.id });
    expect(typesOf(world)).to.deep.equal([
      ...['payment-awaited', 'expired', 'payment-awaited', 'expired', 'started'],
    ]);
  });

  it('does not begin beside a live one', async () => {
    const plan = await world.sell();
    const quote = await world.quote(actor, plan.id);
    await world.purchase(actor, plan.id);
    expect(await refusalOf(wait(quote))).to.equal('subscriptions.already-active');
  });

  it('ends when it is abandoned, once, and nothing else does', async () => {
    const plan = await world.sell();
    const quote = await world.quote(actor, plan.id);
    const awaited = await wait(quote);
    await abandon(nextId());
    expect(await status()).to.equal('incomplete');
    await abandon(awaited.id);
    await abandon(awaited.id);
    expect(await status()).to.equal('expired');
    const bought = await world.purchase(actor, plan.id);
    await abandon(bought.id);
    expect(await status()).to.equal('active');
    expect(typesOf(world)).to.deep.equal(['payment-awaited', 'expired', 'started']);
    expect(world.news[1]?.data).to.include({ was: 'incomplete' });
  });
});

describe('ending a subscription from outside', () => {
  it('ends the one that is named, now, once, and no other', async () => {
    const world = stage();
    const actor = world.viewer();
    const { accountId } = actor;
    const plan = await world.sell();
    const first = await world.purchase(actor, plan.id);
    const end = (subscriptionId: string) =>
      world.unitOfWork.run((stores) =>
        world.operations.cancelNow(stores, { accountId, subscriptionId, actor, now: world.now() }),
      );
    await end(nextId());
    await end(first.id);
    await end(first.id);
    const second = await world.purchase(actor, plan.id);
    await end(first.id);
    expect((await world.face.current(accountId))?.subscription).to.deep.equal(second);
    expect(typesOf(world)).to.deep.equal(['started', 'canceled', 'started']);
  });
});
