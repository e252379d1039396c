import type { Actor } from '../kernel/actor.ts';
import { isId } from '../kernel/ids.ts';
import type { Page, PageRequest } from '../kernel/page.ts';
import type { Payment } from './payment.ts';
import { refusals } from './refusals.ts';
import type { BillingDeps } from './deps.ts';

type AccountActor = Extract<Actor, { kind: 'account' }>;

export interface PaymentQuestions {
  /** The caller's payments, newest first, failed ones too. */
  listPayments(actor: AccountActor, request: PageRequest): Promise<Page<Payment>>;
  /** One of the caller's payments; anybody else's is as absent as one that does not exist. */
  findPayment(actor: AccountActor, id: string): Promise<Payment>;
}

export const paymentQuestions = ({ unitOfWork }: Pick<BillingDeps, 'unitOfWork'>): PaymentQuestions => ({
  listPayments: ({ accountId }, request) =>
    unitOfWork.read(({ payments }) => payments.list(accountId, request)),

  findPayment: async ({ accountId }, id) => {
    const payment = isId(id) ? await unitOfWork.read(({ payments }) => payments.find(id)) : undefined;
    if (payment?.accountId !== accountId) throw refusals.notFound();
    return payment;
  },
});
