import { expect } from 'chai';
import type { ChangeOrder, Pricing } from '../../../src/billing/index.ts';
import { DAY, HOUR, MINUTE } from '../../../src/kernel/instant.ts';
import type { Plan } from '../../../src/subscriptions/index.ts';
import { CHECKOUT, order, putOnSale } from '../../world/billing.ts';
import { overageBooks } from '../../world/meters.ts';
import { nextId, plan } from '../../world/subscriptions.ts';
import { refusalOf } from './cast.ts';
import { openRenewals, type Renewals } from './renewals.ts';

/** Changes of plan settle the meters when they begin a whole new term, and only then. */

const TERM = 30 * DAY;
const NOTHING = { billed: 0, held: 0, invoiced: 0 };
const HELD = { billed: 0, held: 100, invoiced: 0 };
const BILLED = { billed: 100, held: 0, invoiced: 100 };

let world: Renewals;
/** As long as the viewer's own, and dearer. */
let dearer: Plan;
let weekly: Plan;
beforeEach(async () => {
  world = await openRenewals();
  dearer = plan('dearer', 1_999);
  weekly = plan('weekly', 300, { validity: { days: 7 } });
  for (const each of [dearer, weekly]) await putOnSale(world.unitOfWork, each);
  await world.subscribe('pm_ok');
});

const actor = () => order(world.viewer, null).actor;
const use = (units: number): void => world.meters.use(world.viewer, units);
const books = () => overageBooks(world.unitOfWork, world.viewer);
const newest = async () => (await world.payments())[0];
const request = (to: Plan, changes: Partial<ChangeOrder> = {}): ChangeOrder => ({
  ...{ actor: actor(), planId: to.id, proration: 'prorate', paymentMethod: null, idempotency: undefined },
  ...changes,
});
const change = async (to: Plan, changes: Partial<ChangeOrder> = {}) =>
  (await world.billing.changePlan(request(to, changes))).result;
const preview = (to: Plan, changes: Partial<ChangeOrder> = {}) =>
  world.billing.previewChange(request(to, changes));
const overageIn = ({ lines }: Pricing): readonly number[] =>
  lines.filter(({ kind }) => kind === 'overage').map(({ amountMinor }) => amountMinor);
const invoiceLines = async () =>
  (await world.billing.listInvoices(actor(), { limit: 1 })).items.flatMap(({ lines }) => lines);
/** The payer decides on the gateway's page. */
const decide = async (decision: 'pay' | 'decline' | 'cancel'): Promise<void> => {
  const page = (await newest())?.checkoutUrl?.slice(CHECKOUT.length) ?? '';
  await world.simulated.checkout.decide(page, decision);
};

describe('a change of plan that begins a new term', () => {
  it('bills what was used: changing to and fro before each end gains nothing', async () => {
    const paid: (readonly number[])[] = [];
    for (const [to, almost] of [
      [weekly, TERM - HOUR],
      [world.monthly, 7 * DAY - HOUR],
      [weekly, TERM - HOUR],
      [world.monthly, 7 * DAY - HOUR],
    ] as const) {
      use(20);
      await world.pass(almost);
      paid.push(overageIn((await change(to)).pricing));
    }
    expect(paid).to.deep.equal([[100], [100], [100], [100]]);
    expect(await books()).to.deep.equal({ billed: 400, held: 0, invoiced: 400 });
  });

  for (const [to, proration] of [
    ['weekly', 'prorate'],
    ['weekly', 'none'],
    ['weekly', 'full'],
    ['dearer', 'full'],
  ] as const)
    it(`bills what its preview said (to ${to} with \`${proration}\`)`, async () => {
      use(20);
      await world.pass(10 * DAY);
      const wanted = to === 'weekly' ? weekly : dearer;
      const { pricing, prorationDate } = await preview(wanted, { proration });
      expect(pricing.lines.map(({ kind }) => kind).slice(0, 2)).to.deep.equal(['plan', 'overage']);
      expect(overageIn(pricing)).to.deep.equal([100]);
      expect(pricing.subtotalMinor).to.equal(wanted.terms.price.minor + 100);
      expect(await books(), 'a preview sets nothing aside').to.deep.equal(NOTHING);
      world.clock.turn(20 * MINUTE);
      expect((await change(wanted, { proration, prorationDate })).pricing).to.deep.equal(pricing);
      expect(await invoiceLines()).to.deep.equal(pricing.lines);
      expect(await books()).to.deep.equal(BILLED);
    });

  it('bills what was used since the preview as well, whose instant freezes only what time costs', async () => {
    use(20);
    await world.pass(10 * DAY);
    const { pricing, prorationDate } = await preview(weekly);
    use(3);
    const changed = await change(weekly, { prorationDate });
    expect(overageIn(changed.pricing)).to.deep.equal([115]);
    expect(changed.pricing.subtotalMinor).to.equal(pricing.subtotalMinor + 15);
    expect(changed.pricing.creditMinor).to.equal(pricing.creditMinor);
  });

  it('bills as much as a payment may carry, as its preview says', async () => {
    use(25_000_000_000);
    const { pricing } = await preview(weekly);
    expect(overageIn(pricing)).to.deep.equal([10_000_000_000]);
    expect((await change(weekly)).pricing).to.deep.equal(pricing);
  });

  it('is paid for with what it gives back, without a gateway when that is enough', async () => {
    use(20);
    const { payment, pricing } = await change(weekly);
    expect(payment).to.include({ amountMinor: 0, gateway: null, status: 'succeeded' });
    expect(pricing).to.include({ subtotalMinor: 400, creditMinor: 999, creditLeftMinor: 599 });
    expect(await books()).to.deep.equal(BILLED);
  });

  it('is charged for overage alone when the plan costs nothing', async () => {
    const free = plan('free week', 0, { validity: { days: 7 } });
    await putOnSale(world.unitOfWork, free);
    use(20);
    expect((await change(free, { proration: 'full' })).payment).to.include({ amountMinor: 100 });
    expect(await books()).to.deep.equal(BILLED);
  });

  it('credits none of the overage of the change before it', async () => {
    use(20);
    await change(weekly, { proration: 'full' });
    expect((await preview(dearer)).pricing).to.include({ creditMinor: 300, subtotalMinor: 1_999 });
  });
});

describe('a change of plan within its term', () => {
  for (const proration of ['prorate', 'none'] as const)
    it(`carries no overage with \`${proration}\`, and leaves it to the next term`, async () => {
      use(20);
      await world.pass(10 * DAY);
      const { pricing } = await preview(dearer, { proration });
      expect(overageIn(pricing)).to.deep.equal([]);
      expect((await change(dearer, { proration })).pricing).to.deep.equal(pricing);
      expect(await books()).to.deep.equal(NOTHING);
      await world.pass(20 * DAY);
      expect(await newest()).to.include({ status: 'succeeded', amountMinor: 2_099 });
      expect(await books()).to.deep.equal(BILLED);
    });

  it('carries none in a trial, which costs nothing', async () => {
    const tasting = plan('tasting', 999, { trialDays: 14 });
    await putOnSale(world.unitOfWork, tasting);
    await world.subscriptions.cancel({ actor: actor(), when: 'now' });
    await world.billing.purchase(order(world.viewer, tasting.id, { intent: 'subscribe' }));
    expect((await world.current()).status).to.equal('trialing');
    use(20);
    expect((await change(weekly)).pricing.lines).to.deep.equal([]);
    expect(await books()).to.deep.equal(NOTHING);
  });
});

describe('a change of plan at the end of the period', () => {
  it('is paid for by the collection, with the overage', async () => {
    use(20);
    await world.subscriptions.scheduleChange({ actor: actor(), planId: weekly.id, idempotency: undefined });
    expect(await books()).to.deep.equal(NOTHING);
    await world.pass(TERM);
    expect(await world.current()).to.include({ planId: weekly.id, status: 'active' });
    expect(await newest()).to.include({ status: 'succeeded', amountMinor: 400 });
    expect(await books()).to.deep.equal(BILLED);
  });
});

describe('the payment of a change with overage', () => {
  const wanted = { proration: 'full' } as const;
  beforeEach(() => {
    world.clock.turn(DAY);
    use(20);
  });
  /** What is free again is billed by the next change, whole. */
  const expectBilledNext = async (): Promise<void> => {
    expect(await books()).to.deep.equal(NOTHING);
    expect((await change(weekly, wanted)).payment).to.include({ status: 'succeeded', amountMinor: 400 });
    expect(await books()).to.deep.equal(BILLED);
  };

  it('gives it back when it is declined', async () => {
    const refused = await refusalOf(change(weekly, { ...wanted, paymentMethod: 'pm_declined' }));
    expect(refused.code).to.equal('billing.payment-declined');
    expect((await world.current()).planId).to.equal(world.monthly.id);
    await expectBilledNext();
  });

  it('holds it while its outcome is unknown, and bills it when the money came', async () => {
    world.answers.push('lost-after');
    expect((await change(weekly, wanted)).payment.status).to.equal('pending');
    expect(await books()).to.deep.equal(HELD);
    await world.pass(5 * MINUTE);
    expect(await newest()).to.include({ status: 'succeeded', amountMinor: 400 });
    expect(await books()).to.deep.equal(BILLED);
  });

  it('gives it back when it was never charged', async () => {
    world.answers.push('lost-before');
    await change(weekly, wanted);
    await world.pass(5 * MINUTE);
    expect(await newest()).to.include({ status: 'failed', failureReason: 'not-charged' });
    await expectBilledNext();
  });

  for (const [decision, status] of [
    ['decline', 'failed'],
    ['cancel', 'expired'],
  ] as const)
    it(`gives it back when its payer decides to ${decision}`, async () => {
      await change(weekly, { ...wanted, paymentMethod: 'pm_requires_action' });
      expect(await books()).to.deep.equal(HELD);
      await decide(decision);
      expect((await newest())?.status).to.equal(status);
      await expectBilledNext();
    });

  it('bills it when its payer pays', async () => {
    await change(weekly, { ...wanted, paymentMethod: 'pm_requires_action' });
    await decide('pay');
    expect((await world.current()).planId).to.equal(weekly.id);
    expect(await books()).to.deep.equal(BILLED);
  });

  it('gives it back when its payer never comes', async () => {
    await change(weekly, { ...wanted, paymentMethod: 'pm_requires_action' });
    await world.pass(25 * HOUR);
    expect((await newest())?.status).to.equal('expired');
    await expectBilledNext();
  });

  it('leaves it to the change that takes its place, which costs what its preview said', async () => {
    await change(weekly, { ...wanted, paymentMethod: 'pm_requires_action' });
    world.clock.turn(HOUR);
    const { pricing } = await preview(dearer, wanted);
    expect(overageIn(pricing)).to.deep.equal([100]);
    expect((await change(dearer, wanted)).pricing).to.deep.equal(pricing);
    expect(await books()).to.deep.equal(BILLED);
  });

  it('goes back, and gives it back, when the subscription was changed meanwhile', async () => {
    world.answers.push('lost-after');
    const { payment } = await change(weekly, wanted);
    await world.unitOfWork.run(async (stores) => {
      const asked = {
        accountId: world.viewer,
        planId: dearer.id,
        intent: 'change',
        autoRenew: false,
      } as const;
      const how = { startsAt: null, proration: 'none', prorationDate: null, now: world.clock.now() } as const;
      const quote = await world.operations.quotePurchase(stores, { ...asked, ...how });
      const other = { accountId: world.viewer, paymentId: nextId(), nets: null, actor: actor() };
      await world.operations.applyPurchase(stores, { ...other, quote, now: how.now });
    });
    await world.pass(5 * MINUTE);
    expect(await newest()).to.include({ id: payment.id, status: 'refunded', invoiceId: null });
    await expectBilledNext();
  });
});
