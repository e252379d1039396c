import { redeemed, releaseCoupon, type DiscountStores, type Settled } from './discount.ts';
import type { MeterStores } from './meter-ports.ts';
import { overageBilled, overageReleased, type Holder } from './overage.ts';

/** What an open payment keeps from others until it is known what becomes of it: a coupon, and units of meters. */
type SetAsideStores = DiscountStores & MeterStores;

/** The purchase is settled: its coupon is redeemed and its overage billed. In the transaction that settles it, and once. */
export async function setAsideUsed(
  stores: SetAsideStores,
  settled: Settled & Holder,
  subscription: { readonly id: string },
): Promise<void> {
  await redeemed(stores, settled, subscription);
  await overageBilled(stores, settled);
}

/** The purchase came to nothing: its coupon can be used, and its overage billed, by another. Again it changes nothing. */
export async function setAsideReleased(stores: SetAsideStores, payment: Holder): Promise<void> {
  await releaseCoupon(stores, payment.id);
  await overageReleased(stores, payment);
}
