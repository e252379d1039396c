import { expect } from 'chai';
import type { Coupon } from '../../src/billing/index.ts';
import { coupon } from '../world/coupons.ts';
import { nextId } from '../world/subscriptions.ts';
import { inEveryArena, type Arena } from './arena.ts';
import type { CouponInput, CouponSettings } from './coupon.scenario.ts';
import { breaksOnSomeSeed, chanceOf, seeds, sized, tally, unexpected, wins } from './race.ts';

const scenario = new URL('./coupon.scenario.ts', import.meta.url);
const REFUSAL = 'billing.coupon-not-applicable';
const MAX = 10;

type Ring = Arena<CouponInput, CouponInput>;

async function handedOut({ unitOfWork }: Ring, changes: Partial<Coupon> = {}): Promise<Coupon> {
  const row = coupon({ maxRedemptions: MAX, ...changes });
  await unitOfWork.run(({ coupons }) => coupons.add(row));
  return row;
}
const accounts = (count: number): readonly string[] => Array.from({ length: count }, nextId);
const found = ({ unitOfWork }: Ring, { id }: Coupon): Promise<Coupon | undefined> =>
  unitOfWork.read(({ coupons }) => coupons.find(id));
/** How many of them hold the coupon, by the rows that say so. */
const holders = async ({ unitOfWork }: Ring, { id }: Coupon, of: readonly string[]): Promise<number> => {
  const rows = await unitOfWork.read(({ couponRedemptions }) =>
    Promise.all(of.map((accountId) => couponRedemptions.find({ couponId: id, accountId }))),
  );
  return rows.filter((row) => row !== undefined).length;
};

inEveryArena('using one coupon at once', (open) => {
  it('is used too often when it is looked at first and counted later (the naive variant)', async () => {
    const settings: CouponSettings = { naive: true };
    const arena: Ring = await open({ scenario, settings });
    const broken = await breaksOnSomeSeed(async () => {
      const { code, ...row } = await handedOut(arena);
      const buyers = accounts(40);
      await arena.race(buyers.map((accountId) => ({ code, accountId, paid: true })));
      return (await holders(arena, { code, ...row }, buyers)) > MAX;
    });
    expect(broken).to.equal(true);
  });

  for (const seed of seeds())
    it(`lets ${MAX} of 200 accounts use it, exactly (seed ${seed})`, async () => {
      const settings: CouponSettings = { naive: false };
      const arena: Ring = await open({ scenario, settings });
      const row = await handedOut(arena);
      const buyers = accounts(200);
      const outcomes = await arena.race(
        buyers.map((accountId) => ({ code: row.code, accountId, paid: true })),
      );
      expect(unexpected(outcomes, [REFUSAL])).to.deep.equal([]);
      expect(tally(outcomes)).to.deep.equal({ won: MAX, [REFUSAL]: 190 });
      expect(await found(arena, row)).to.include({ claimed: MAX, timesRedeemed: MAX });
      expect(await holders(arena, row, buyers)).to.equal(MAX);
    });

  for (const seed of seeds())
    it(`counts what was given back as free again, and no more (seed ${seed})`, async () => {
      const settings: CouponSettings = { naive: false };
      const arena: Ring = await open({ scenario, settings });
      const row = await handedOut(arena);
      const chance = chanceOf(seed);
      const buyers = accounts(sized(200, 100));
      const outcomes = await arena.race(
        buyers.map((accountId) => ({ code: row.code, accountId, paid: chance() < 0.3 })),
      );
      expect(unexpected(outcomes, [REFUSAL])).to.deep.equal([]);
      const paid = wins(outcomes).filter((each) => each.paid).length;
      expect(paid).to.be.at.most(MAX);
      expect(await found(arena, row)).to.include({ claimed: paid, timesRedeemed: paid });
      expect(await holders(arena, row, buyers)).to.equal(paid);
    });

  it('lets one account use it once', async () => {
    const settings: CouponSettings = { naive: false };
    const arena: Ring = await open({ scenario, settings });
    const row = await handedOut(arena, { maxRedemptions: null });
    const accountId = nextId();
    const outcomes = await arena.race(
      Array.from({ length: sized(50, 20) }, () => ({ code: row.code, accountId, paid: true })),
    );
    expect(unexpected(outcomes, [REFUSAL])).to.deep.equal([]);
    expect(wins(outcomes)).to.have.length(1);
    expect(await found(arena, row)).to.include({ claimed: 1, timesRedeemed: 1 });
  });
});
