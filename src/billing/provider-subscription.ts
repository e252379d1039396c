import { after, before, MINUTE, SECOND, type Instant } from '../kernel/instant.ts';
import type { BillingPolicy } from './policy.ts';
import type { ProviderLife } from './provider-life.ts';

/** What we want of a subscription that a provider collects. */
export type Wish = 'cancel-now' | 'cancel-at-period-end' | 'keep';

/** A provider's subscription, and what it is to us. */
export interface ProviderSubscription {
  readonly provider: string;
  /** The provider's name of it. */
  readonly providerId: string;
  readonly customer: string;
  readonly accountId: string;
  /** Ours; null for one too many, whose money goes back. */
  readonly subscriptionId: string | null;
  /** Our payments by the provider's name of the invoice that they were made for. */
  readonly payments: Readonly<Record<string, string>>;
  /** The provider's names of the charges that paid those invoices, as far as they are known. */
  readonly charges: Readonly<Record<string, string>>;
  /** The provider has ended it: there is nothing more to tell. */
  readonly isOver: boolean;
  /** What the provider is to be told, or was told and has not confirmed. */
  readonly wish: Wish | null;
  readonly wishedAt: Instant | null;
  readonly toldAt: Instant | null;
  /** When the provider is to be told; null when it was. */
  readonly nextTellAt: Instant | null;
  readonly tries: number;
  readonly createdAt: Instant;
  readonly version: number;
}

export const newProviderSubscription = (
  life: ProviderLife,
  made: Pick<ProviderSubscription, 'provider' | 'accountId' | 'subscriptionId'> & { readonly now: Instant },
): ProviderSubscription => ({
  provider: made.provider,
  providerId: life.id,
  customer: life.customer,
  accountId: made.accountId,
  subscriptionId: made.subscriptionId,
  payments: {},
  charges: {},
  isOver: false,
  wish: null,
  wishedAt: null,
  toldAt: null,
  nextTellAt: null,
  tries: 0,
  createdAt: made.now,
  version: 1,
});

/** Notes what the provider is to be told; the same again changes nothing. */
export const wishing = (row: ProviderSubscription, wish: Wish, now: Instant): ProviderSubscription =>
  row.wish === wish || row.isOver
    ? row
    : { ...row, wish, wishedAt: now, toldAt: null, nextTellAt: now, tries: 0 };

/** Somebody sets out to tell: until they must be done, nobody else does. */
export const telling = (
  row: ProviderSubscription,
  now: Instant,
  { staleSeconds }: BillingPolicy,
): ProviderSubscription => ({
  ...row,
  nextTellAt: after(now, staleSeconds * SECOND),
  version: row.version + 1,
});

export const told = (row: ProviderSubscription, now: Instant): ProviderSubscription => ({
  ...row,
  toldAt: now,
  nextTellAt: null,
  version: row.version + 1,
});

/** No answer: it is told again, at the last delay for as long as it takes. */
export const tellLater = (
  row: ProviderSubscription,
  now: Instant,
  { refundDelays }: BillingPolicy,
): ProviderSubscription => ({
  ...row,
  tries: row.tries + 1,
  nextTellAt: after(now, refundDelays[row.tries] ?? refundDelays.at(-1) ?? 0),
  version: row.version + 1,
});

/** By how much the clocks of a provider and ours may differ. */
const SKEW = 5 * MINUTE;

/**
 * What the life was seen to be, and whether the wish is fulfilled: the provider said so, or something newer,
 * after it was told. Until then news that is older than the wish does not undo it.
 */
export function observed(row: ProviderSubscription, life: ProviderLife): ProviderSubscription {
  const isOver = life.endedAt !== null;
  if (isOver) return { ...row, isOver, wish: null, wishedAt: null, toldAt: null, nextTellAt: null };
  const { wish, wishedAt, toldAt } = row;
  if (wish === null || wishedAt === null || toldAt === null || wish === 'cancel-now') return row;
  const wanted = wish === 'cancel-at-period-end';
  const isSettled = life.cancelWords.some(
    ({ at, cancelAtPeriodEnd }) =>
      at > after(toldAt, SKEW) || (cancelAtPeriodEnd === wanted && at >= before(wishedAt, SKEW)),
  );
  return isSettled ? { ...row, wish: null, wishedAt: null, toldAt: null } : row;
}

/** Whether a cancellation is pending: our wish, until the provider has confirmed it, else the provider's word. */
export const isCancelPending = ({ wish }: ProviderSubscription, life: ProviderLife): boolean =>
  wish === null || wish === 'cancel-now' ? life.cancelAtPeriodEnd : wish === 'cancel-at-period-end';
