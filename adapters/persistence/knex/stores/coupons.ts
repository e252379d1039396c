import type {
  Coupon,
  CouponRedemption,
  CouponRedemptionStore,
  CouponStore,
  SubscriptionDiscount,
  SubscriptionDiscountStore,
} from '../../../../src/billing/index.ts';
import { LostRace } from '../../../../src/kernel/domain-error.ts';
import { RecordTable, type Row } from '../columns.ts';
import { keysetPage } from '../pages.ts';
import type { Database } from '../unit-of-work.ts';

const COUPONS = new RecordTable<Coupon>('coupons', {
  id: 'text',
  code: 'text',
  name: 'text',
  percentBasisPoints: 'number',
  fixedMinor: 'number',
  currency: 'text',
  duration: 'text',
  durationPeriods: 'number',
  maxRedemptions: 'number',
  redeemBy: 'number',
  planIds: 'json',
  isActive: 'boolean',
  claimed: 'number',
  timesRedeemed: 'number',
  createdAt: 'number',
  version: 'number',
});

const REDEMPTIONS = new RecordTable<CouponRedemption>('coupon_redemptions', {
  couponId: 'text',
  accountId: 'text',
  paymentId: 'text',
  status: 'text',
  createdAt: 'number',
  version: 'number',
});

const DISCOUNTS = new RecordTable<SubscriptionDiscount>('subscription_discounts', {
  subscriptionId: 'text',
  couponId: 'text',
  periodsLeft: 'number',
  since: 'number',
  version: 'number',
});

export const knexCoupons = (database: Database): CouponStore => {
  const { knex } = database;
  const moved = async (id: string, from: string, counts: Row): Promise<void> => {
    const affected = await knex('coupons').where({ id }).whereRaw(from).update(counts);
    if (affected !== 1) throw new Error(`coupon ${id} has no claim that is not redeemed`);
  };
  return {
    find: (id) => COUPONS.find(database, { id }),
    findByCode: (code) => COUPONS.find(database, { code }),
    list: (request) =>
      keysetPage(database, COUPONS, request, {
        order: { field: 'createdAt', direction: 'desc', kind: 'number' },
      }),
    add: (coupon) => COUPONS.insert(database, [coupon]),
    save: async ({ id, name, isActive, maxRedemptions, redeemBy, version }) => {
      const affected = await knex('coupons')
        .where({ id, version: version - 1 })
        .where((query) => {
          if (maxRedemptions !== null) query.where('claimed', '<=', maxRedemptions);
        })
        .update({
          name,
          is_active: isActive,
          max_redemptions: maxRedemptions,
          redeem_by: redeemBy,
          version,
        });
      if (affected !== 1) throw new LostRace('coupons moved on');
    },
    // One statement, whose condition the database judges again behind whoever holds the row: that is the count.
    claim: async (id, now) =>
      (await knex('coupons')
        .where({ id, is_active: true })
        .whereRaw('(redeem_by is null or redeem_by > ?)', [now])
        .whereRaw('(max_redemptions is null or claimed < max_redemptions)')
        .update({ claimed: knex.raw('claimed + 1') })) === 1,
    release: (id) => moved(id, 'claimed > times_redeemed', { claimed: knex.raw('claimed - 1') }),
    redeem: (id) => moved(id, 'claimed > times_redeemed', { times_redeemed: knex.raw('times_redeemed + 1') }),
  };
};

/** Removes the row with this version; none found means that another writer was faster. */
async function removeVersion({ knex }: Database, table: string, where: Row): Promise<void> {
  const affected = await knex(table).where(where).delete();
  if (affected !== 1) throw new LostRace(`${table} moved on`);
}

export const knexCouponRedemptions = (database: Database): CouponRedemptionStore => {
  const at = ({ couponId, accountId }: CouponRedemption, version: number): Row => ({
    ...{ coupon_id: couponId, account_id: accountId },
    version,
  });
  return {
    find: ({ couponId, accountId }) =>
      REDEMPTIONS.find(database, { coupon_id: couponId, account_id: accountId }),
    findByPayment: (paymentId) => REDEMPTIONS.find(database, { payment_id: paymentId }),
    add: (redemption) => REDEMPTIONS.insert(database, [redemption]),
    save: (redemption) => REDEMPTIONS.update(database, at(redemption, redemption.version - 1), redemption),
    remove: (redemption) => removeVersion(database, REDEMPTIONS.name, at(redemption, redemption.version)),
  };
};

export const knexSubscriptionDiscounts = (database: Database): SubscriptionDiscountStore => {
  const at = ({ subscriptionId, couponId }: SubscriptionDiscount, version: number): Row => ({
    ...{ subscription_id: subscriptionId, coupon_id: couponId },
    version,
  });
  return {
    listOf: async (subscriptionId) => {
      const rows = (await database
        .knex(DISCOUNTS.name)
        .where({ subscription_id: subscriptionId })
        .orderBy(['since', 'coupon_id'])) as Row[];
      return rows.map((row) => DISCOUNTS.fromRow(row));
    },
    add: (discount) => DISCOUNTS.insert(database, [discount]),
    save: (discount) => DISCOUNTS.update(database, at(discount, discount.version - 1), discount),
    remove: (discount) => removeVersion(database, DISCOUNTS.name, at(discount, discount.version)),
  };
};
