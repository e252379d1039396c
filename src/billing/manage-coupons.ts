import { isId } from '../kernel/ids.ts';
import type { Page, PageRequest } from '../kernel/page.ts';
import { checkCoupon, checkCouponChanges, normaliseCode } from './coupon-rules.ts';
import { createCoupon, reviseCoupon, type Coupon, type CouponChanges, type CouponDraft } from './coupon.ts';
import type { BillingDeps, PurchaseStores } from './deps.ts';
import { refusals } from './refusals.ts';

export interface CouponCommands {
  /** Refuses with `request.invalid` (coupon-rules.ts, a plan that does not exist) and `billing.coupon-code-taken`. */
  createCoupon(draft: CouponDraft): Promise<Coupon>;
  /**
   * Changes who may still use a coupon; what was redeemed goes on. Refuses with `request.not-found`,
   * `request.invalid` and `billing.coupon-below-redeemed`.
   */
  reviseCoupon(id: string, changes: CouponChanges): Promise<Coupon>;
  /** Every coupon, newest first. */
  listCoupons(request: PageRequest): Promise<Page<Coupon>>;
  /** Refuses with `request.not-found`. */
  findCoupon(id: string): Promise<Coupon>;
}

export const couponCommands = ({
  unitOfWork,
  clock,
  ids,
}: Pick<BillingDeps, 'unitOfWork' | 'clock' | 'ids'>): CouponCommands => ({
  createCoupon: (asked) =>
    unitOfWork.run(async (stores) => {
      const draft = { ...asked, code: normaliseCode(asked.code) };
      checkCoupon(draft);
      if (await stores.coupons.findByCode(draft.code)) throw refusals.couponCodeTaken();
      await checkPlans(stores, draft.planIds ?? []);
      const coupon = createCoupon(draft, { id: ids.next(), now: clock.now() });
      await stores.coupons.add(coupon);
      return coupon;
    }),

  reviseCoupon: (id, changes) =>
    unitOfWork.run(async ({ coupons }) => {
      const current = isId(id) ? await coupons.find(id) : undefined;
      if (!current) throw refusals.notFound();
      checkCouponChanges(changes);
      const max = changes.maxRedemptions ?? null;
      if (max !== null && max < current.claimed) throw refusals.couponBelowRedeemed(current.claimed);
      const revised = reviseCoupon(current, changes);
      await coupons.save(revised);
      return revised;
    }),

  listCoupons: (request) => unitOfWork.read(({ coupons }) => coupons.list(request)),

  findCoupon: async (id) => {
    const coupon = isId(id) ? await unitOfWork.read(({ coupons }) => coupons.find(id)) : undefined;
    if (!coupon) throw refusals.notFound();
    return coupon;
  },
});

async function checkPlans({ plans }: PurchaseStores, planIds: readonly string[]): Promise<void> {
  for (const [index, planId] of planIds.entries())
    if (!isId(planId) || !(await plans.find(planId)))
      throw refusals.invalid([{ pointer: `/plan_ids/${index}`, detail: 'is no plan' }]);
}
