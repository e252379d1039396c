import { DomainError } from '../kernel/domain-error.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Instant } from '../kernel/instant.ts';
import { bringer } from './bring-to-life.ts';
import { foldCharge } from './charge-life.ts';
import type { BillingDeps, PurchaseStores } from './deps.ts';
import type { BillTo } from './invoice.ts';
import { bookProviderPayments } from './mirror-payments.ts';
import { rememberCustomer } from './payment-method.ts';
import { livesOf, type ProviderLife } from './provider-life.ts';
import { isObservation, isOfCharge, type ProviderEvent } from './provider-event.ts';
import type { Observed } from './provider-observation.ts';
import {
  isCancelPending,
  newProviderSubscription,
  observed as asObserved,
  wishing,
  type ProviderSubscription,
} from './provider-subscription.ts';

/** A customer of a provider that collects subscriptions. */
export interface CollectedCustomer {
  readonly provider: string;
  readonly customer: string;
}

export interface MirrorCommands {
  /**
   * Brings our subscriptions, payments and invoices to what a provider has told of a customer so far. It reads
   * everything that was told, so neither the order nor the number of calls changes what comes of it. A
   * subscription beside another live one is never given: it is to be cancelled there, and its money goes back
   * (better-auth/better-auth#7239).
   */
  mirror(of: CollectedCustomer): Promise<void>;
}

const MIRROR: Actor = { kind: 'system', job: 'mirror' };

/** One subscription's life, and what is needed to write it down. */
interface Case {
  readonly stores: PurchaseStores;
  readonly of: CollectedCustomer;
  readonly life: ProviderLife;
  readonly accountId: string;
  readonly billTo: BillTo | null;
  readonly now: Instant;
}

export function mirrorCommands(deps: BillingDeps): MirrorCommands {
  const { unitOfWork, payers, collector, clock } = deps;

  /** Which charge paid an invoice is not part of every invoice: then the provider is asked, once. */
  const chargesOf = async (of: CollectedCustomer): Promise<ReadonlyMap<string, string>> => {
    const unknown = await unitOfWork.read((stores) => withoutCharge(stores, of));
    if (unknown.length === 0 || collector?.name !== of.provider) return new Map();
    return collector.chargesOf(unknown);
  };

  const bringLife = bringer(deps);
  /** A dispute names a charge alone: what was told of one before it was known to be ours is acted on now. */
  const objections = async ({ provider }: CollectedCustomer, reference: string): Promise<void> => {
    const { payment, told } = await unitOfWork.read(async ({ payments, providerEvents }) => ({
      payment: await payments.findByReference({ gateway: provider, reference }),
      told: await providerEvents.ofObject({ provider, objectKey: reference }),
    }));
    const events = told.flatMap(({ id, createdAt, body }) =>
      isOfCharge(body) ? [{ id, createdAt, body }] : [],
    );
    if (payment && events.length > 0) await bringLife({ payment, life: foldCharge(events), actor: MIRROR });
  };

  return {
    mirror: async (of) => {
      const charges = await chargesOf(of);
      const lives = await unitOfWork.read((stores) => livesHeard(stores, of, charges));
      for (const { id } of lives) {
        const accountId = await unitOfWork.read((stores) => accountOf(stores, of, lives, id));
        // Nobody of ours, as far as is known: should the order be told later, all of this is read again.
        if (accountId === undefined) continue;
        const billTo = (await payers.of(accountId)) ?? null;
        const named = await unitOfWork.run(async (stores) => {
          await stores.lock(accountId);
          const life = (await livesHeard(stores, of, charges)).find((it) => it.id === id);
          return life ? bring(deps, { stores, of, life, accountId, billTo, now: clock.now() }) : [];
        });
        for (const charge of named) await objections(of, charge);
      }
    },
  };
}

const heard = async (
  { providerEvents }: PurchaseStores,
  { provider, customer }: CollectedCustomer,
): Promise<readonly Observed[]> => {
  const told: readonly ProviderEvent[] = await providerEvents.ofObject({ provider, objectKey: customer });
  return told.filter(isObservation);
};

async function livesHeard(
  stores: PurchaseStores,
  of: CollectedCustomer,
  charges: ReadonlyMap<string, string>,
): Promise<readonly ProviderLife[]> {
  const told = await heard(stores, of);
  const known = new Map(charges);
  for (const life of livesOf(told)) {
    const row = await stores.providerSubscriptions.find({ provider: of.provider, id: life.id });
    for (const [invoice, charge] of Object.entries(row?.charges ?? {})) known.set(invoice, charge);
  }
  return livesOf(told.map((it) => withCharge(it, known)));
}

function withCharge(it: Observed, charges: ReadonlyMap<string, string>): Observed {
  const { body } = it;
  if (body.kind !== 'invoice-paid' || body.charge !== null) return it;
  return { ...it, body: { ...body, charge: charges.get(body.invoice) ?? null } };
}

async function withoutCharge(stores: PurchaseStores, of: CollectedCustomer): Promise<readonly string[]> {
  const lives = await livesHeard(stores, of, new Map());
  return lives.flatMap(({ payments }) =>
    payments
      .filter(({ charge, amountMinor }) => charge === null && amountMinor > 0)
      .map(({ invoice }) => invoice),
  );
}

async function accountOf(
  stores: PurchaseStores,
  { provider, customer }: CollectedCustomer,
  lives: readonly ProviderLife[],
  id: string,
): Promise<string | undefined> {
  const life = lives.find((it) => it.id === id);
  if (life?.order) return life.order.accountId;
  const row = await stores.providerSubscriptions.find({ provider, id });
  return (
    row?.accountId ?? (await stores.billingAccounts.findByCustomer({ provider, id: customer }))?.accountId
  );
}

/** Writes a life down; the charges that became known with it. */
async function bring(deps: BillingDeps, it: Case): Promise<readonly string[]> {
  const { stores, of, life } = it;
  const row = await stores.providerSubscriptions.find({ provider: of.provider, id: life.id });
  const held = row ?? (await adopt(deps, it));
  if (!held) return [];
  const seen = asObserved(held, life);
  const wanted = seen.subscriptionId === null ? wishing(seen, 'cancel-now', it.now) : seen;
  if (row && wanted.subscriptionId !== null) await mirrorState(deps, it, wanted);
  const next = await bookProviderPayments(deps, { ...it, row: wanted });
  if (!row) {
    await stores.providerSubscriptions.save(next);
    await rememberPayer(it);
  } else if (isChanged(row, next))
    await stores.providerSubscriptions.save({ ...next, version: row.version + 1 });
  const before = row?.charges ?? {};
  return Object.entries(next.charges).flatMap(([invoice, charge]) => (invoice in before ? [] : [charge]));
}

const isChanged = (row: ProviderSubscription, next: ProviderSubscription): boolean =>
  JSON.stringify(row) !== JSON.stringify(next);

/**
 * What a subscription that is new to us becomes: one of ours, or one too many. Undefined while nothing was
 * paid: an order is not a grant.
 */
async function adopt(deps: BillingDeps, it: Case): Promise<ProviderSubscription | undefined> {
  const { life, accountId, now } = it;
  const { provider } = it.of;
  if (!life.order || life.status === 'incomplete') return undefined;
  if (life.endedAt !== null && life.payments.length === 0) return undefined;
  const made = { provider, accountId, now };
  const begun = await begin(deps, it, newProviderSubscription(life, { ...made, subscriptionId: null }));
  return newProviderSubscription(life, { ...made, subscriptionId: begun });
}

/** Our subscription's id; null where the account is gone or has another live one, or the plan is gone. */
async function begin(deps: BillingDeps, it: Case, row: ProviderSubscription): Promise<string | null> {
  const { stores, accountId } = it;
  if (await stores.closedAccounts.isClosed(accountId)) return null;
  const before = await stores.subscriptions.newest(accountId);
  try {
    const id = await mirrorState(deps, it, row);
    // What is over already does not begin beside a live one.
    return id === before?.id ? null : id;
  } catch (error) {
    if (error instanceof DomainError && error.kind !== 'unavailable') return null;
    throw error;
  }
}

async function mirrorState(
  { operations }: BillingDeps,
  { stores, life, accountId, now }: Case,
  row: ProviderSubscription,
): Promise<string | null> {
  if (!life.order) return row.subscriptionId;
  const { planId, termsVersion } = life.order;
  const { id } = await operations.mirror(stores, {
    accountId,
    subscriptionId: row.subscriptionId,
    given: {
      status: life.status,
      planId,
      termsVersion,
      startedAt: life.startedAt,
      anchor: life.anchor,
      endsAt: life.endsAt,
      cancelAtPeriodEnd: isCancelPending(row, life),
    },
    actor: MIRROR,
    now,
  });
  return id;
}

/** The provider's first name for an account stays: what was ordered by another is followed all the same. */
async function rememberPayer({ stores, of, accountId }: Case): Promise<void> {
  const customer = { provider: of.provider, id: of.customer };
  const [own, holder] = [
    await stores.billingAccounts.find(accountId),
    await stores.billingAccounts.findByCustomer(customer),
  ];
  if (own?.provider === of.provider || holder) return;
  await rememberCustomer(stores, accountId, customer);
}
