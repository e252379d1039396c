import type { BillingStores, Payment, Refund, RefundOrder } from '../../../src/billing/index.ts';
import { order } from '../../world/billing.ts';
import { nextId } from '../../world/subscriptions.ts';
import { openShop, type Shop } from './cast.ts';

export const ADMIN = {
  kind: 'account',
  accountId: nextId(),
  sessionId: 'desk',
  isAdmin: true,
} as const;

/** Where payments are given back, with somebody who paid 9.99. */
export interface Desk extends Shop {
  readonly viewer: string;
  /** The payment that everything here is about. */
  paid: Payment;
  buy(planId?: string, accountId?: string, intent?: 'buy' | 'renew'): Promise<Payment>;
  asked(changes?: Partial<RefundOrder>): RefundOrder;
  /** Each has a time of its own, by which they are listed. */
  refund(changes?: Partial<RefundOrder>): Promise<Refund>;
  found(stores: Pick<BillingStores, 'payments'>): Promise<Payment>;
  /** Status, what went back and what is on its way. */
  figures(): Promise<unknown>;
  /** By ledger account. */
  sums(): Promise<Readonly<Record<string, number>>>;
  /** What its invoice says went back. */
  invoiced(): Promise<number | undefined>;
  /** What the gateway gave back, by its own book. */
  given(): Promise<number>;
}

export async function openDesk(): Promise<Desk> {
  const shop = await openShop();
  const viewer = nextId();
  const buy: Desk['buy'] = async (planId = shop.standard.id, accountId = viewer, intent = 'buy') => {
    const { payment } = (await shop.billing.purchase(order(accountId, planId, { intent }))).result;
    if (!payment) throw new Error('nothing was bought');
    return payment;
  };
  const desk: Desk = {
    ...shop,
    viewer,
    paid: await buy(),
    buy,
    asked: (changes = {}) => ({
      ...{ actor: ADMIN, paymentId: desk.paid.id, amount: null, endAccess: false },
      ...{ reason: null, idempotency: undefined },
      ...changes,
    }),
    refund: async (changes) => {
      shop.clock.turn(1);
      return (await shop.billing.refundPayment(desk.asked(changes))).result;
    },
    ...reports(shop, () => desk.paid),
  };
  return desk;
}

function reports(
  { unitOfWork, billing }: Shop,
  paid: () => Payment,
): Pick<Desk, 'found' | 'figures' | 'sums' | 'invoiced' | 'given'> {
  const found: Desk['found'] = async ({ payments }) => {
    const payment = await payments.find(paid().id);
    if (!payment) throw new Error('the payment is gone');
    return payment;
  };
  return {
    found,
    figures: async () => {
      const { status, refundedMinor, refundingMinor } = await unitOfWork.read(found);
      return [status, refundedMinor, refundingMinor];
    },
    sums: async () => {
      const all = await billing.trialBalance();
      const total = all.reduce((sum, { minor }) => sum + minor, 0);
      if (total !== 0) throw new Error(`the books are off by ${total}`);
      return Object.fromEntries(all.map(({ account, minor }) => [account, minor]));
    },
    invoiced: async () =>
      (await unitOfWork.read(({ invoices }) => invoices.findByPayment(paid().id)))?.refundedMinor,
    given: async () => {
      const back = await unitOfWork.read(({ gatewayBook }) =>
        gatewayBook.refundsOf(paid().gatewayReference ?? ''),
      );
      return back.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
    },
  };
}
