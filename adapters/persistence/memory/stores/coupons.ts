import type {
  Coupon,
  CouponRedemption,
  CouponRedemptionStore,
  CouponStore,
  SubscriptionDiscount,
  SubscriptionDiscountStore,
} from '../../../../src/billing/index.ts';
import { LostRace } from '../../../../src/kernel/domain-error.ts';
import { decodeCursor, pageOf } from '../../../../src/kernel/page.ts';
import type { DraftTable, TableDefinition } from '../table.ts';
import type { MemoryTransaction } from '../unit-of-work.ts';

const COUPONS: TableDefinition<Coupon> = {
  name: 'coupons',
  key: ({ id }) => id,
  unique: { coupons_code: ({ code }) => code },
};

const REDEMPTIONS: TableDefinition<CouponRedemption> = {
  name: 'coupon_redemptions',
  key: ({ couponId, accountId }) => `${couponId} ${accountId}`,
  unique: { coupon_redemptions_payment: ({ paymentId }) => paymentId },
};

const DISCOUNTS: TableDefinition<SubscriptionDiscount> = {
  name: 'subscription_discounts',
  key: ({ subscriptionId, couponId }) => `${subscriptionId} ${couponId}`,
};

export function memoryCoupons({ table }: MemoryTransaction): CouponStore {
  const coupons = table(COUPONS);
  const moved = (id: string, counts: (coupon: Coupon) => Partial<Coupon>): void => {
    const coupon = coupons.get(id);
    if (!coupon || coupon.claimed <= coupon.timesRedeemed)
      throw new Error(`coupon ${id} has no claim that is not redeemed`);
    coupons.put({ ...coupon, ...counts(coupon) });
  };
  return {
    find: async (id) => coupons.get(id),
    findByCode: async (code) => coupons.holder('coupons_code', code),
    list: async ({ limit, cursor }) => {
      const from = cursor === undefined ? undefined : decodeCursor(cursor, 'number');
      const rows = coupons
        .where(
          ({ createdAt, id }) =>
            !from || createdAt < Number(from.value) || (createdAt === from.value && id < from.id),
        )
        .sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
      return pageOf(rows.slice(0, limit + 1), limit, ({ createdAt, id }) => ({ value: createdAt, id }));
    },
    add: async (coupon) => coupons.insert(coupon),
    save: async ({ id, name, isActive, maxRedemptions, redeemBy, version }) => {
      const stored = coupons.get(id);
      if (stored?.version !== version - 1 || (maxRedemptions !== null && stored.claimed > maxRedemptions))
        throw new LostRace(`coupon ${id} moved on`);
      coupons.put({ ...stored, name, isActive, maxRedemptions, redeemBy, version });
    },
    claim: async (id, now) => {
      const coupon = coupons.get(id);
      if (!coupon?.isActive || (coupon.redeemBy !== null && coupon.redeemBy <= now)) return false;
      if (coupon.maxRedemptions !== null && coupon.claimed >= coupon.maxRedemptions) return false;
      coupons.put({ ...coupon, claimed: coupon.claimed + 1 });
      return true;
    },
    release: async (id) => moved(id, ({ claimed }) => ({ claimed: claimed - 1 })),
    redeem: async (id) => moved(id, ({ timesRedeemed }) => ({ timesRedeemed: timesRedeemed + 1 })),
  };
}

/** Saving and removing, by the version that is stored. */
function guarded<Row extends { readonly version: number }>(
  rows: DraftTable<Row>,
  { name, key }: TableDefinition<Row>,
) {
  return {
    add: async (row: Row) => rows.insert(row),
    save: async (row: Row) => rows.update(row, (stored) => stored.version === row.version - 1),
    remove: async (row: Row) => {
      if (rows.get(key(row))?.version !== row.version) throw new LostRace(`${name} moved on`);
      rows.delete(key(row));
    },
  };
}

export function memoryCouponRedemptions({ table }: MemoryTransaction): CouponRedemptionStore {
  const redemptions = table(REDEMPTIONS);
  return {
    find: async ({ couponId, accountId }) => redemptions.get(`${couponId} ${accountId}`),
    findByPayment: async (paymentId) => redemptions.holder('coupon_redemptions_payment', paymentId),
    ...guarded(redemptions, REDEMPTIONS),
  };
}

export function memorySubscriptionDiscounts({ table }: MemoryTransaction): SubscriptionDiscountStore {
  const discounts = table(DISCOUNTS);
  return {
    listOf: async (subscriptionId) =>
      discounts
        .where((discount) => discount.subscriptionId === subscriptionId)
        .sort((a, b) => a.since - b.since || (a.couponId < b.couponId ? -1 : 1)),
    ...guarded(discounts, DISCOUNTS),
  };
}
