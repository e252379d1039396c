import { randomBytes } from 'node:crypto';
import {
  UNKNOWN_CHARGE,
  type Charged,
  type ChargeLife,
  type ChargeRequest,
  type Found,
  type PaymentGateway,
  type Question,
} from '../../src/billing/index.ts';
import { MINUTE } from '../../src/kernel/instant.ts';
import type { GatewayOperation } from './bounded-gateway.ts';
import { disputeStatus, refundedOf, type GatewayBook, type SimulatedCharge } from './simulated-book.ts';
import { disputeAs } from './simulated-desk.ts';
import { METHODS, verdictOf, type Behaviour } from './simulated-methods.ts';
import { arrivalsOf, type SimulatedGatewayDeps } from './simulated-news.ts';
import { giveBack } from './simulated-refund.ts';

export type { SimulatedGatewayDeps } from './simulated-news.ts';

/** A line that loses an answer is down for so long: the news of it comes later still. */
const LINE_DOWN = 10 * MINUTE;

/**
 * A gateway that ships with the product, for development, demos and tests: it has a book that survives
 * restarts, does a charge once per key, and behaves as the payment method says. A method that times out
 * answers `unknown` at once instead of making the caller wait. Whatever happens behind the merchant's back is
 * told by webhook.
 */
export function simulatedGateway(deps: SimulatedGatewayDeps): PaymentGateway {
  const { unitOfWork, faults } = deps;
  const online = async <R>(operation: GatewayOperation, work: () => Promise<R>, lost: R): Promise<R> => {
    const fate = faults.call(operation);
    if (fate === 'lost-before') return lost;
    const answer = await work();
    return fate === 'lost-after' ? lost : answer;
  };

  const find = ({ key }: Question): Promise<Found> =>
    unitOfWork.read(async ({ gatewayBook }) => foundIn(deps, await gatewayBook.findCharge(key)));

  return {
    name: 'simulated',
    defaultMethod: 'pm_ok',
    defaultOffSession: true,
    knows: (method) => METHODS.has(method),
    charge: (request) => charge(deps, request),
    find: (question) => online('find', () => find(question), UNKNOWN_CHARGE),
    abandon: (question) => online('abandon', () => abandon(deps, question), UNKNOWN_CHARGE),
    review: (question) =>
      online('review', () => review(deps, question), {
        found: UNKNOWN_CHARGE,
        refundedMinor: 0,
        disputes: [],
      }),
    refund: (request) =>
      online('refund', () => giveBack(deps, request), { outcome: 'unknown', reason: null }),
  };
}

const foundIn = (deps: SimulatedGatewayDeps, line: SimulatedCharge | undefined): Found =>
  line ? charged(deps, line) : { outcome: 'absent' };

const charged = ({ checkoutBase }: SimulatedGatewayDeps, line: SimulatedCharge): Charged => ({
  outcome: line.outcome,
  reference: line.reference,
  reason: line.reason,
  checkoutUrl: line.outcome === 'requires_action' ? `${checkoutBase}${line.checkoutId ?? ''}` : null,
  method: line.outcome === 'captured' && line.keepsMethod ? line.method : null,
  customer: null,
});

async function charge(deps: SimulatedGatewayDeps, request: ChargeRequest): Promise<Charged> {
  const behaviour = METHODS.get(request.method);
  if (!behaviour) return { ...UNKNOWN_CHARGE, outcome: 'declined', reason: 'unknown_method' };
  const fate = deps.faults.call('charge');
  if (behaviour.lost === 'before-capture' || fate === 'lost-before') return UNKNOWN_CHARGE;
  const lost = behaviour.lost === 'after-capture' || fate === 'lost-after';
  const { line, isNew } = await deps.unitOfWork.run(async ({ gatewayBook }) => {
    const known = await gatewayBook.findCharge(request.key);
    if (known) return { line: known, isNew: false };
    const made = await decide(deps, gatewayBook, { request, behaviour });
    await gatewayBook.addCharge(made);
    await follow(deps, gatewayBook, { made, behaviour, lost });
    return { line: made, isNew: true };
  });
  return (isNew && lost) || fate === 'lost-after' ? UNKNOWN_CHARGE : charged(deps, line);
}

async function decide(
  { clock, ids }: SimulatedGatewayDeps,
  book: GatewayBook,
  { request, behaviour }: { readonly request: ChargeRequest; readonly behaviour: Behaviour },
): Promise<SimulatedCharge> {
  const { offSession, method, accountId } = request;
  const before = offSession
    ? (await book.chargesOf(accountId)).filter((line) => line.offSession && line.method === method).length
    : 0;
  const verdict = verdictOf(behaviour, { offSession, before });
  // Nobody is there to act.
  const refused = verdict === 'declined' || (verdict === 'requires-action' && offSession);
  return {
    key: request.key,
    reference: `sim_${ids.next()}`,
    accountId,
    amountMinor: request.amount.minor,
    currency: request.amount.currency,
    method,
    description: request.description,
    outcome: refused ? 'declined' : verdict === 'captured' ? 'captured' : 'requires_action',
    reason: refused ? (verdict === 'declined' ? 'card_declined' : 'authentication_required') : null,
    offSession,
    keepsMethod: request.keepMethod,
    checkoutId: !refused && verdict === 'requires-action' ? randomBytes(32).toString('hex') : null,
    returnUrl: request.returnUrl,
    createdAt: clock.now(),
    version: 1,
  };
}

interface Made {
  readonly made: SimulatedCharge;
  readonly behaviour: Behaviour;
  readonly lost: boolean;
}

/** What the merchant is told of besides the answer, and of an answer that did not arrive. */
async function follow(
  deps: SimulatedGatewayDeps,
  book: GatewayBook,
  { made, behaviour, lost }: Made,
): Promise<void> {
  if (made.outcome === 'requires_action') return;
  const type = made.outcome === 'captured' ? 'charge.captured' : 'charge.declined';
  const delay = behaviour.lost === undefined ? 0 : LINE_DOWN;
  if (lost) await book.addWebhooks(arrivalsOf(deps, { type, charge: made, at: made.createdAt, delay }));
  if (made.outcome === 'captured' && behaviour.disputed !== undefined)
    await disputeAs(deps, book, { charge: made, ending: behaviour.disputed });
}

const abandon = (deps: SimulatedGatewayDeps, { key }: Question): Promise<Found> =>
  deps.unitOfWork.run(async ({ gatewayBook }) => {
    const line = await gatewayBook.findCharge(key);
    if (line?.outcome !== 'requires_action') return foundIn(deps, line);
    const closed = { ...line, outcome: 'declined', reason: 'abandoned', version: line.version + 1 } as const;
    await gatewayBook.saveCharge(closed);
    return charged(deps, closed);
  });

const review = (deps: SimulatedGatewayDeps, { key }: Question): Promise<ChargeLife> =>
  deps.unitOfWork.read(async ({ gatewayBook }) => {
    const line = await gatewayBook.findCharge(key);
    const disputes = line ? await gatewayBook.disputesOf(line.reference) : [];
    const now = deps.clock.now();
    return {
      found: foundIn(deps, line),
      refundedMinor: line ? refundedOf(await gatewayBook.refundsOf(line.reference)) : 0,
      disputes: disputes.map((dispute) => ({
        id: dispute.id,
        status: disputeStatus(dispute, now),
        amountMinor: dispute.amountMinor,
        reason: dispute.reason,
        at: disputeStatus(dispute, now) === 'open' ? dispute.openedAt : (dispute.closesAt ?? now),
      })),
    };
  });
