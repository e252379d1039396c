import type Stripe from 'stripe';
import type { Charged, ChargeRequest, Found, PaymentGateway, Question } from '../../../src/billing/index.ts';
import { after, HOUR, type Clock } from '../../../src/kernel/instant.ts';
import { ABANDONED, chargedByIntent, chargedBySession, declinedCharge } from './charged.ts';
import { AUTHENTICATION_REQUIRED, declineOf, isMissing, isRefused } from './declines.ts';
import { giveBack, intentOf, review } from './money-back.ts';
import { intentParams, sessionParams } from './params.ts';

/** What is charged when nobody names a stored method: the payer goes to Stripe's page. */
export const CHECKOUT = 'checkout';

/** Stripe forgets an Idempotency-Key after 24 h; an hour less, so that clocks may differ. */
const REPLAY_HOURS = 23;

export interface StripeGatewayDeps {
  readonly stripe: Stripe;
  readonly clock: Clock;
  /** Where payers go on from Stripe's page, unless they said where. */
  readonly returnUrl: string;
}

/**
 * Stripe behind the port of billing. A fault rejects: `boundedGateway` makes `unknown` of it and logs it. What
 * Stripe certainly refused is `declined`, with its word. Everything that is created carries our key, as
 * Idempotency-Key and as metadata.
 */
export function stripeGateway(deps: StripeGatewayDeps): PaymentGateway {
  return {
    name: 'stripe',
    defaultMethod: CHECKOUT,
    defaultOffSession: false,
    knows: (method) => method === CHECKOUT || /^pm_\w{1,190}$/.test(method),
    charge: (request) => charge(deps, request),
    find: (question) => find(deps, question),
    abandon: (question) => abandon(deps, question),
    review: async (question) => review(deps.stripe, await find(deps, question)),
    refund: (request) => giveBack(deps.stripe, request),
  };
}

/** Runs a charge; what Stripe refused for certain is its answer, everything else is a fault. */
async function refusable(work: () => Promise<Charged>): Promise<Charged> {
  try {
    return await work();
  } catch (error) {
    const reason = declineOf(error);
    if (reason === undefined) throw error;
    return declinedCharge(reason, intentIn(error));
  }
}

/** The intent that a declined card leaves behind. */
function intentIn(error: unknown): string | null {
  const intent = (error as Partial<Stripe.errors.StripeCardError>).payment_intent;
  return intent?.id ?? null;
}

async function charge(deps: StripeGatewayDeps, request: ChargeRequest): Promise<Charged> {
  // Nobody is there to see a page.
  if (request.method === CHECKOUT && request.offSession) return declinedCharge(AUTHENTICATION_REQUIRED, null);
  return refusable(() => (request.method === CHECKOUT ? openPage(deps, request) : confirm(deps, request)));
}

async function openPage({ stripe, returnUrl }: StripeGatewayDeps, request: ChargeRequest): Promise<Charged> {
  const session = await stripe.checkout.sessions.create(sessionParams(request, returnUrl), {
    idempotencyKey: request.key,
  });
  return chargedBySession(session);
}

async function confirm(deps: StripeGatewayDeps, request: ChargeRequest): Promise<Charged> {
  const { stripe, returnUrl } = deps;
  const customer = request.customer ?? (request.keepMethod ? await newCustomer(stripe, request) : null);
  const intent = await stripe.paymentIntents.create(intentParams({ ...request, customer }, returnUrl), {
    idempotencyKey: request.key,
  });
  return chargedByIntent(intent);
}

/** A method can only be kept by a customer. Under a key of its own, so that a replay meets the same one. */
async function newCustomer(stripe: Stripe, { key, accountId }: ChargeRequest): Promise<string> {
  const { id } = await stripe.customers.create(
    { metadata: { account_id: accountId } },
    { idempotencyKey: `${key}-customer` },
  );
  return id;
}

/**
 * With a reference Stripe is asked about that. Without one the answer to the charge was lost: the same request
 * under the same key gives it again, and does what never arrived. Once Stripe has forgotten the key that would
 * be a second charge, so it is looked for by our key in its metadata.
 */
async function find(deps: StripeGatewayDeps, question: Question): Promise<Found> {
  const { key, reference, request, since } = question;
  if (reference !== null) return retrieve(deps.stripe, reference);
  if (deps.clock.now() < after(since, REPLAY_HOURS * HOUR)) return charge(deps, request);
  return (await foundByKey(deps.stripe, key)) ?? { outcome: 'absent' };
}

async function retrieve(stripe: Stripe, reference: string): Promise<Found> {
  try {
    if (!reference.startsWith('cs_')) return await retrieveIntent(stripe, reference);
    return chargedBySession(
      await stripe.checkout.sessions.retrieve(reference, { expand: ['payment_intent'] }),
    );
  } catch (error) {
    if (isMissing(error)) return { outcome: 'absent' };
    throw error;
  }
}

/** Of an invoice, the intent that paid it. */
async function retrieveIntent(stripe: Stripe, reference: string): Promise<Found> {
  const intent = await intentOf(stripe, reference);
  if (intent === null) return { outcome: 'absent' };
  return chargedByIntent(await stripe.paymentIntents.retrieve(intent));
}

/** A page that nobody paid leaves no intent, and is closed by then: only intents can hold money. */
async function foundByKey(stripe: Stripe, key: string): Promise<Charged | undefined> {
  const { data } = await stripe.paymentIntents.search({ query: `metadata['key']:'${key}'`, limit: 10 });
  const charges = data.map(chargedByIntent);
  return charges.find(({ outcome }) => outcome === 'captured') ?? charges[0];
}

/** Makes unpayable what waits for its payer; what was paid in between is told as what it is. */
async function abandon(deps: StripeGatewayDeps, question: Question): Promise<Found> {
  const found = question.reference === null ? await findUnasked(deps, question) : undefined;
  const reference = question.reference ?? (found?.outcome === 'absent' ? null : (found?.reference ?? null));
  if (reference === null) return found ?? { outcome: 'absent' };
  try {
    if (reference.startsWith('cs_')) await deps.stripe.checkout.sessions.expire(reference);
    else await deps.stripe.paymentIntents.cancel(reference);
    return declinedCharge(ABANDONED, reference);
  } catch (error) {
    if (!isRefused(error)) throw error;
    return retrieve(deps.stripe, reference);
  }
}

/** As `find`, but never by charging: a stored method is only looked for. */
async function findUnasked(deps: StripeGatewayDeps, question: Question): Promise<Found> {
  if (question.request.method === CHECKOUT) return find(deps, question);
  return (await foundByKey(deps.stripe, question.key)) ?? { outcome: 'absent' };
}
