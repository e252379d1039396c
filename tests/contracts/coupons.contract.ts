import { expect } from 'chai';
import type { Coupon, CouponStores } from '../../src/billing/index.ts';
import { after, DAY, type Instant } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import { amountOff, coupon } from '../world/coupons.ts';
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

export function couponsContract(open: Open<Pick<CouponStores, 'coupons'>>): void {
  let unitOfWork: UnitOfWork<Pick<CouponStores, 'coupons'>>;
  beforeEach(async () => {
    unitOfWork = await open();
  });
  const add = (...rows: readonly Coupon[]): Promise<void> =>
    unitOfWork.run(async ({ coupons }) => {
      for (const row of rows) await coupons.add(row);
    });
  const find = (id: string): Promise<Coupon | undefined> =>
    unitOfWork.read(({ coupons }) => coupons.find(id));
  const save = (row: Coupon): Promise<void> => unitOfWork.run(({ coupons }) => coupons.save(row));
  const claim = (id: string, now: Instant = NOW): Promise<boolean> =>
    unitOfWork.run(({ coupons }) => coupons.claim(id, now));
  const release = (id: string): Promise<void> => unitOfWork.run(({ coupons }) => coupons.release(id));
  const redeem = (id: string): Promise<void> => unitOfWork.run(({ coupons }) => coupons.redeem(id));
  const counts = async (id: string): Promise<unknown> => {
    const { claimed, timesRedeemed } = (await find(id)) ?? {};
    return { claimed, timesRedeemed };
  };

  it('gives back what was added, to the last field, by id and by code', async () => {
    const share = coupon({ planIds: [nextId(), nextId()], maxRedemptions: 10, redeemBy: after(NOW, DAY) });
    const amount = coupon({ ...amountOff(500), duration: 'repeating', durationPeriods: 3, isActive: false });
    await add(share, amount);
    expect(await find(share.id)).to.deep.equal(share);
    expect(await find(amount.id)).to.deep.equal(amount);
    expect(await unitOfWork.read(({ coupons }) => coupons.findByCode(amount.code))).to.deep.equal(amount);
    expect(await unitOfWork.read(({ coupons }) => coupons.findByCode('NONE'))).to.equal(undefined);
    expect(await find(nextId())).to.equal(undefined);
  });

  it('refuses a code in use', async () => {
    const first = coupon();
    await add(first);
    expect(await codeOf(add(coupon({ code: first.code })))).to.equal('service.busy');
  });

  it('saves what may change, and leaves code, size and counts alone', async () => {
    const first = coupon({ maxRedemptions: 5 });
    await add(first);
    await claim(first.id);
    const changed: Coupon = {
      ...first,
      name: 'Summer',
      isActive: false,
      maxRedemptions: 9,
      redeemBy: after(NOW, DAY),
      version: 2,
    };
    await save({ ...changed, code: 'OTHER', percentBasisPoints: 5, claimed: 7, timesRedeemed: 7 });
    expect(await find(first.id)).to.deep.equal({ ...changed, claimed: 1 });
  });

  it('refuses to save over a newer version, and a maximum below what is claimed', async () => {
    const first = coupon({ maxRedemptions: 5 });
    await add(first);
    await claim(first.id);
    await claim(first.id);
    expect(await codeOf(save({ ...first, maxRedemptions: 1, version: 2 }))).to.equal('service.busy');
    await save({ ...first, maxRedemptions: 2, version: 2 });
    expect(await codeOf(save({ ...first, maxRedemptions: 3, version: 2 }))).to.equal('service.busy');
    await save({ ...first, maxRedemptions: null, version: 3 });
    expect((await find(first.id))?.maxRedemptions).to.equal(null);
  });

  it('claims up to the maximum, and again what was released', async () => {
    const two = coupon({ maxRedemptions: 2 });
    await add(two);
    expect([await claim(two.id), await claim(two.id), await claim(two.id)]).to.deep.equal([
      true,
      true,
      false,
    ]);
    await redeem(two.id);
    expect(await counts(two.id)).to.deep.equal({ claimed: 2, timesRedeemed: 1 });
    await release(two.id);
    expect(await counts(two.id)).to.deep.equal({ claimed: 1, timesRedeemed: 1 });
    expect([await claim(two.id), await claim(two.id)]).to.deep.equal([true, false]);
  });

  it('releases and redeems nothing that is not claimed', async () => {
    const one = coupon();
    await add(one);
    const none = `coupon ${one.id} has no claim that is not redeemed`;
    expect(String(await release(one.id).catch((error: unknown) => error))).to.contain(none);
    await claim(one.id);
    await redeem(one.id);
    expect(String(await redeem(one.id).catch((error: unknown) => error))).to.contain(none);
    expect(String(await release(one.id).catch((error: unknown) => error))).to.contain(none);
    expect(await counts(one.id)).to.deep.equal({ claimed: 1, timesRedeemed: 1 });
  });

  it('claims neither what is inactive, nor what has ended, nor what is absent', async () => {
    const [off, ended] = [coupon({ isActive: false }), coupon({ redeemBy: after(NOW, DAY) })];
    await add(off, ended);
    expect(await claim(off.id)).to.equal(false);
    expect(await claim(ended.id, after(NOW, DAY))).to.equal(false);
    expect(await claim(ended.id, after(NOW, DAY - 1))).to.equal(true);
    expect(await claim(nextId())).to.equal(false);
  });

  it('claims no more than the maximum when many ask at once', async () => {
    const ten = coupon({ maxRedemptions: 10 });
    await add(ten);
    const won = await Promise.all(times(40, () => claim(ten.id)));
    expect(won.filter((each) => each)).to.have.length(10);
    expect(await counts(ten.id)).to.deep.equal({ claimed: 10, timesRedeemed: 0 });
  });

  it('gives a claim back with the unit of work that failed', async () => {
    const one = coupon({ maxRedemptions: 1 });
    await add(one);
    const failing = unitOfWork.run(async ({ coupons }) => {
      expect(await coupons.claim(one.id, NOW)).to.equal(true);
      expect(await coupons.claim(one.id, NOW)).to.equal(false);
      throw new Error('not today');
    });
    expect(String(await failing.catch((error: unknown) => error))).to.contain('not today');
    expect(await claim(one.id)).to.equal(true);
  });

  it('lists newest first, page by page', async () => {
    const rows = [NOW, after(NOW, 1), after(NOW, 1), after(NOW, 2)].map((createdAt) => coupon({ createdAt }));
    await add(...rows);
    const seen: string[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < 3; page += 1) {
      const { items, nextCursor } = await unitOfWork.read(({ coupons }) =>
        coupons.list({ limit: 2, cursor }),
      );
      seen.push(...items.map(({ id }) => id));
      if (nextCursor === null) break;
      cursor = nextCursor;
    }
    expect(seen).to.deep.equal(rows.map(({ id }) => id).reverse());
  });
}
