import type {
  Charged,
  ChargeRequest,
  Found,
  GaveBack,
  PaymentGateway,
  RefundRequest,
} from '../../src/billing/index.ts';
import type { Ids } from '../../src/kernel/ids.ts';
import type { Clock } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import type { GatewayBookStores, SimulatedCharge } from './simulated-book.ts';

export interface SimulatedGatewayDeps {
  readonly unitOfWork: UnitOfWork<GatewayBookStores>;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** What a test payment method makes the gateway do. `lost`: where the answer gets lost, if it does. */
interface Behaviour {
  readonly outcome: 'captured' | 'declined';
  readonly lost: 'never' | 'before-capture' | 'after-capture';
}

const METHODS: ReadonlyMap<string, Behaviour> = new Map<string, Behaviour>([
  ['pm_ok', { outcome: 'captured', lost: 'never' }],
  ['pm_declined', { outcome: 'declined', lost: 'never' }],
  ['pm_timeout_before_capture', { outcome: 'captured', lost: 'before-capture' }],
  ['pm_timeout_after_capture', { outcome: 'captured', lost: 'after-capture' }],
]);

const UNKNOWN: Charged = { outcome: 'unknown', reference: null, reason: null, checkoutUrl: null };

const charged = ({ outcome, reference, reason }: SimulatedCharge): Charged => ({
  outcome,
  reference,
  reason,
  checkoutUrl: null,
});

/**
 * A gateway that ships with the product, for development, demos and tests: it has a book that survives
 * restarts, does a charge once per key, and behaves as the payment method says. A method that times out
 * answers `unknown` at once instead of making the caller wait.
 */
export function simulatedGateway({ unitOfWork, clock, ids }: SimulatedGatewayDeps): PaymentGateway {
  return {
    name: 'simulated',
    defaultMethod: 'pm_ok',
    knows: (method) => METHODS.has(method),
    charge: (request) => charge({ unitOfWork, clock, ids }, request),

    find: async (key): Promise<Found> => {
      const line = await unitOfWork.read(({ gatewayBook }) => gatewayBook.findCharge(key));
      return line ? charged(line) : { outcome: 'absent' };
    },

    refund: (request) => giveBack({ unitOfWork, clock, ids }, request),
  };
}

async function charge(
  { unitOfWork, clock, ids }: SimulatedGatewayDeps,
  request: ChargeRequest,
): Promise<Charged> {
  const behaviour = METHODS.get(request.method);
  if (!behaviour) return { ...UNKNOWN, outcome: 'declined', reason: 'unknown_method' };
  const { outcome, lost } = behaviour;
  if (lost === 'before-capture') return UNKNOWN;
  const { line, isNew } = await unitOfWork.run(async ({ gatewayBook }) => {
    const known = await gatewayBook.findCharge(request.key);
    if (known) return { line: known, isNew: false };
    const made: SimulatedCharge = {
      key: request.key,
      reference: `sim_${ids.next()}`,
      accountId: request.accountId,
      amountMinor: request.amount.minor,
      currency: request.amount.currency,
      method: request.method,
      description: request.description,
      outcome,
      reason: outcome === 'declined' ? 'card_declined' : null,
      createdAt: clock.now(),
    };
    await gatewayBook.addCharge(made);
    return { line: made, isNew: true };
  });
  return isNew && lost === 'after-capture' ? UNKNOWN : charged(line);
}

/** Gives back at most what was captured, once per key. */
const giveBack = (
  { unitOfWork, clock }: SimulatedGatewayDeps,
  { key, reference, amount }: RefundRequest,
): Promise<GaveBack> =>
  unitOfWork.run(async ({ lock, gatewayBook }): Promise<GaveBack> => {
    await lock(`simulated-gateway ${reference}`);
    if (await gatewayBook.findRefund(key)) return { outcome: 'refunded', reason: null };
    const line = await gatewayBook.findByReference(reference);
    if (line?.outcome !== 'captured') return { outcome: 'refused', reason: 'no_such_charge' };
    const before = await gatewayBook.refundsOf(reference);
    const total = before.reduce((sum, { amountMinor }) => sum + amountMinor, amount.minor);
    if (total > line.amountMinor || amount.currency !== line.currency)
      return { outcome: 'refused', reason: 'more_than_charged' };
    await gatewayBook.addRefund({
      key,
      charge: reference,
      amountMinor: amount.minor,
      createdAt: clock.now(),
    });
    return { outcome: 'refunded', reason: null };
  });
