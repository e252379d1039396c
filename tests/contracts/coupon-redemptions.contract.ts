import { expect } from 'chai';
import type { CouponRedemption, CouponStores, SubscriptionDiscount } from '../../src/billing/index.ts';
import { after } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import { nextId, NOW } from '../world/subscriptions.ts';
import type { Open } from './contract.ts';

async function codeOf(work: Promise<unknown>): Promise<unknown> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof Error && 'code' in error ? error.code : error;
}

const times = <T>(count: number, make: () => T): readonly T[] => Array.from({ length: count }, make);

export function couponRedemptionsContract(open: Open<Pick<CouponStores, 'couponRedemptions'>>): void {
  let unitOfWork: UnitOfWork<Pick<CouponStores, 'couponRedemptions'>>;
  beforeEach(async () => {
    unitOfWork = await open();
  });
  const redemption = (changes: Partial<CouponRedemption> = {}): CouponRedemption => ({
    couponId: nextId(),
    accountId: nextId(),
    paymentId: nextId(),
    status: 'reserved',
    createdAt: NOW,
    version: 1,
    ...changes,
  });
  const add = (row: CouponRedemption): Promise<void> =>
    unitOfWork.run(({ couponRedemptions }) => couponRedemptions.add(row));
  const save = (row: CouponRedemption): Promise<void> =>
    unitOfWork.run(({ couponRedemptions }) => couponRedemptions.save(row));
  const remove = (row: CouponRedemption): Promise<void> =>
    unitOfWork.run(({ couponRedemptions }) => couponRedemptions.remove(row));
  const find = (of: CouponRedemption): Promise<CouponRedemption | undefined> =>
    unitOfWork.read(({ couponRedemptions }) => couponRedemptions.find(of));
  const findByPayment = (id: string): Promise<CouponRedemption | undefined> =>
    unitOfWork.read(({ couponRedemptions }) => couponRedemptions.findByPayment(id));

  it('gives back what was added and saved, to the last field', async () => {
    const first = redemption();
    await add(first);
    expect(await find(first)).to.deep.equal(first);
    const used: CouponRedemption = { ...first, status: 'redeemed', version: 2 };
    await save(used);
    expect(await findByPayment(first.paymentId)).to.deep.equal(used);
    expect(await find(redemption())).to.equal(undefined);
    expect(await findByPayment(nextId())).to.equal(undefined);
  });

  it('takes one of each coupon and account, and one of each payment', async () => {
    const first = redemption();
    await add(first);
    const { couponId, accountId, paymentId } = first;
    expect(await codeOf(add(redemption({ couponId, accountId })))).to.equal('service.busy');
    expect(await codeOf(add(redemption({ paymentId })))).to.equal('service.busy');
    await add(redemption({ couponId }));
    await add(redemption({ accountId }));
  });

  it('refuses to save and to remove what has moved on, and takes again what was removed', async () => {
    const first = redemption();
    await add(first);
    const used: CouponRedemption = { ...first, status: 'redeemed', version: 2 };
    await save(used);
    expect(await codeOf(save(used))).to.equal('service.busy');
    expect(await codeOf(remove(first))).to.equal('service.busy');
    await remove(used);
    expect(await find(first)).to.equal(undefined);
    await add(first);
  });

  it('takes one of many that come at once', async () => {
    const first = redemption();
    const all = await Promise.allSettled(times(12, () => add({ ...first, paymentId: nextId() })));
    expect(all.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
  });
}

export function subscriptionDiscountsContract(open: Open<Pick<CouponStores, 'subscriptionDiscounts'>>): void {
  let unitOfWork: UnitOfWork<Pick<CouponStores, 'subscriptionDiscounts'>>;
  beforeEach(async () => {
    unitOfWork = await open();
  });
  const discount = (changes: Partial<SubscriptionDiscount> = {}): SubscriptionDiscount => ({
    subscriptionId: nextId(),
    couponId: nextId(),
    periodsLeft: 3,
    since: NOW,
    version: 1,
    ...changes,
  });
  const add = (row: SubscriptionDiscount): Promise<void> =>
    unitOfWork.run(({ subscriptionDiscounts }) => subscriptionDiscounts.add(row));
  const save = (row: SubscriptionDiscount): Promise<void> =>
    unitOfWork.run(({ subscriptionDiscounts }) => subscriptionDiscounts.save(row));
  const remove = (row: SubscriptionDiscount): Promise<void> =>
    unitOfWork.run(({ subscriptionDiscounts }) => subscriptionDiscounts.remove(row));
  const listOf = (id: string): Promise<readonly SubscriptionDiscount[]> =>
    unitOfWork.read(({ subscriptionDiscounts }) => subscriptionDiscounts.listOf(id));

  it('lists those of one subscription as they came, to the last field', async () => {
    const first = discount();
    const { subscriptionId } = first;
    const second = discount({ subscriptionId, periodsLeft: null, since: after(NOW, 1) });
    await add(second);
    await add(first);
    await add(discount());
    expect(await listOf(subscriptionId)).to.deep.equal([first, second]);
    expect(await listOf(nextId())).to.deep.equal([]);
  });

  it('takes a coupon once for each subscription', async () => {
    const first = discount();
    await add(first);
    expect(await codeOf(add({ ...first, version: 1 }))).to.equal('service.busy');
  });

  it('refuses to save and to remove what has moved on', async () => {
    const first = discount();
    await add(first);
    const fewer = { ...first, periodsLeft: 2, version: 2 };
    await save(fewer);
    expect(await codeOf(save(fewer))).to.equal('service.busy');
    expect(await codeOf(remove(first))).to.equal('service.busy');
    expect(await listOf(first.subscriptionId)).to.deep.equal([fewer]);
    await remove(fewer);
    expect(await listOf(first.subscriptionId)).to.deep.equal([]);
  });
}
