import type { AccountActor } from '../kernel/actor.ts';
import { newBillingAccount, type BillingAccount, type Customer } from './billing-account.ts';
import type { BillingDeps } from './deps.ts';
import type { BillingStores } from './ports.ts';
import { refusals } from './refusals.ts';

type AccountStores = Pick<BillingStores, 'billingAccounts'>;

/** Saves the account with `changes`, unless they change nothing. */
async function change(
  { billingAccounts }: AccountStores,
  accountId: string,
  changes: Partial<Omit<BillingAccount, 'accountId' | 'version'>>,
): Promise<void> {
  const known = (await billingAccounts.find(accountId)) ?? newBillingAccount(accountId);
  const changed = { ...known, ...changes };
  const isSame =
    changed.paymentMethod === known.paymentMethod &&
    changed.provider === known.provider &&
    changed.providerCustomerId === known.providerCustomerId;
  if (!isSame) await billingAccounts.save({ ...changed, version: known.version + 1 });
}

/** The method that an account left with us; null when there is none. */
export const methodOf = async (
  { billingAccounts }: AccountStores,
  accountId: string,
): Promise<string | null> => (await billingAccounts.find(accountId))?.paymentMethod ?? null;

/** Keeps a method for what is charged later without asking; the one before it is forgotten. */
export const rememberMethod = (stores: AccountStores, accountId: string, method: string): Promise<void> =>
  change(stores, accountId, { paymentMethod: method });

/** Forgets the stored method, which belongs to somebody who is gone. The provider's name of them stays. */
export const forgetMethod = (stores: AccountStores, accountId: string): Promise<void> =>
  change(stores, accountId, { paymentMethod: null });

/** The account as `provider` knows it; null when it does not. */
export async function customerOf(
  { billingAccounts }: AccountStores,
  of: { readonly accountId: string; readonly provider: string },
): Promise<string | null> {
  const known = await billingAccounts.find(of.accountId);
  return known?.provider === of.provider ? known.providerCustomerId : null;
}

/** Keeps how a provider calls an account. */
export const rememberCustomer = (
  stores: AccountStores,
  accountId: string,
  { provider, id }: Customer,
): Promise<void> => change(stores, accountId, { provider, providerCustomerId: id });

export interface NewMethod {
  readonly actor: AccountActor;
  readonly method: string;
}

export interface PaymentMethodCommands {
  /**
   * Replaces the stored payment method; the same again changes nothing. Refuses with `request.invalid` (a
   * method that the gateway does not know, or that needs its payer each time) and `billing.account-closed`.
   */
  setPaymentMethod(given: NewMethod): Promise<void>;
}

export interface PaymentMethodQuestions {
  /** What collections are charged to; null when nothing is stored. */
  storedMethod(accountId: string): Promise<string | null>;
}

export const paymentMethods = ({
  unitOfWork,
  gateway,
}: BillingDeps): PaymentMethodCommands & PaymentMethodQuestions => ({
  setPaymentMethod: async ({ actor: { accountId }, method }) => {
    const unattended = gateway.defaultOffSession || method !== gateway.defaultMethod;
    if (!gateway.knows(method) || !unattended) throw refusals.unknownMethod();
    await unitOfWork.run(async (stores) => {
      await stores.lock(accountId);
      if (await stores.closedAccounts.isClosed(accountId)) throw refusals.accountClosed();
      await rememberMethod(stores, accountId, method);
    });
  },

  storedMethod: (accountId) => unitOfWork.read((stores) => methodOf(stores, accountId)),
});
