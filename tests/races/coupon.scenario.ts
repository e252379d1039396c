import { setTimeout as pause } from 'node:timers/promises';
import { redeemed, releaseCoupon, reserveCoupon, type Reservation } from '../../src/billing/discount.ts';
import type { PurchaseStores } from '../../src/billing/index.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import { randomIds } from '../world/billing.ts';
import { startQuote } from '../world/payments.ts';
import { NOW } from '../world/subscriptions.ts';
import type { Scenario } from './scenario.ts';

export interface CouponSettings {
  /** The naive buyer looks how often the coupon was used, and believes it to be so still when buying. */
  readonly naive: boolean;
}

export interface CouponInput {
  readonly code: string;
  readonly accountId: string;
  /** What becomes of the payment. */
  readonly paid: boolean;
}

const ids = randomIds;

/** Accounts that buy with one coupon; an outcome is a coupon that was theirs for a while. */
const couponScenario: Scenario<CouponSettings, CouponInput, CouponInput> = ({ unitOfWork, settings }) => {
  return async (input) => {
    const { code, accountId } = input;
    const wish = { code, accountId, paymentId: ids.next(), quote: startQuote(), now: NOW };
    await (settings.naive ? reserveNaively : reserve)(unitOfWork, wish);
    await unitOfWork.run(async (stores) => {
      await stores.lock(accountId);
      if (input.paid) await redeemed(stores, { ...wish, id: wish.paymentId }, { id: ids.next() });
      else await releaseCoupon(stores, wish.paymentId);
    });
    return input;
  };
};

export default couponScenario;

async function reserve(unitOfWork: UnitOfWork<PurchaseStores>, wish: Reservation): Promise<void> {
  await unitOfWork.run(async (stores) => {
    await stores.lock(wish.accountId);
    await reserveCoupon(stores, wish);
  });
}

async function reserveNaively(unitOfWork: UnitOfWork<PurchaseStores>, wish: Reservation): Promise<void> {
  const seen = await unitOfWork.read(({ coupons }) => coupons.findByCode(wish.code));
  // Where the payment would be priced.
  await pause(25);
  await unitOfWork.run(async (stores) => {
    await stores.lock(wish.accountId);
    const coupons = {
      ...stores.coupons,
      findByCode: async () => seen,
      claim: async () => seen !== undefined && seen.claimed < (seen.maxRedemptions ?? Infinity),
      redeem: async () => undefined,
    };
    await reserveCoupon({ ...stores, coupons }, wish);
  });
}
