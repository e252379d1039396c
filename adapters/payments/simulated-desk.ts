import type { GaveBack } from '../../src/billing/index.ts';
import { after, DAY, type Instant } from '../../src/kernel/instant.ts';
import type { Money } from '../../src/kernel/money.ts';
import {
  disputeStatus,
  type GatewayBook,
  type SimulatedCharge,
  type SimulatedDispute,
} from './simulated-book.ts';
import { arrivalsOf, type SimulatedGatewayDeps } from './simulated-news.ts';
import { giveBack } from './simulated-refund.ts';

/** How long a bank thinks about a dispute. */
const DECISION_DAYS = 7;

/** What happens at the gateway without the merchant: at its own desk, and at the payer's bank. */
export interface SimulatedDesk {
  /** Gives money back by hand. */
  refund(reference: string, amount: Money): Promise<GaveBack>;
  /** The payer's bank wants all of a charge back. Answers the dispute's id. */
  openDispute(reference: string): Promise<string>;
  /** The bank decides; a dispute that was decided stays so. */
  closeDispute(id: string, outcome: 'won' | 'lost'): Promise<void>;
}

export const simulatedDesk = (deps: SimulatedGatewayDeps): SimulatedDesk => ({
  refund: (reference, amount) => giveBack(deps, { key: `desk ${deps.ids.next()}`, reference, amount }),

  openDispute: (reference) =>
    deps.unitOfWork.run(async ({ gatewayBook }) => {
      const charge = await gatewayBook.findByReference(reference);
      if (charge?.outcome !== 'captured') throw new Error(`no charge was captured as ${reference}`);
      return disputeAs(deps, gatewayBook, { charge, ending: 'open' });
    }),

  closeDispute: (id, outcome) =>
    deps.unitOfWork.run(async ({ gatewayBook }) => {
      const dispute = await gatewayBook.findDispute(id);
      const charge = dispute && (await gatewayBook.findByReference(dispute.charge));
      if (!charge) throw new Error(`there is no dispute ${id}`);
      const now = deps.clock.now();
      if (disputeStatus(dispute, now) !== 'open') return;
      await gatewayBook.saveDispute({ ...dispute, outcome, closesAt: now, version: dispute.version + 1 });
      await gatewayBook.addWebhooks(decision(deps, { charge, dispute, outcome, at: now }));
    }),
});

/** A dispute of a whole charge, and how it is going to end, told when it is time. Answers its id. */
export async function disputeAs(
  deps: SimulatedGatewayDeps,
  book: GatewayBook,
  { charge, ending }: { readonly charge: SimulatedCharge; readonly ending: 'open' | 'won' | 'lost' },
): Promise<string> {
  const now = deps.clock.now();
  const dispute: SimulatedDispute = {
    id: `simdp_${deps.ids.next()}`,
    charge: charge.reference,
    amountMinor: charge.amountMinor,
    reason: 'fraudulent',
    openedAt: now,
    closesAt: ending === 'open' ? null : after(now, DECISION_DAYS * DAY),
    outcome: ending === 'open' ? null : ending,
    version: 1,
  };
  await book.addDispute(dispute);
  await book.addWebhooks(arrivalsOf(deps, { type: 'charge.dispute.opened', charge, dispute, at: now }));
  const { outcome, closesAt } = dispute;
  if (outcome !== null && closesAt !== null)
    await book.addWebhooks(decision(deps, { charge, dispute, outcome, at: closesAt }));
  return dispute.id;
}

interface Decision {
  readonly charge: SimulatedCharge;
  readonly dispute: SimulatedDispute;
  readonly outcome: 'won' | 'lost';
  readonly at: Instant;
}

const decision = (deps: SimulatedGatewayDeps, { charge, dispute, outcome, at }: Decision) =>
  arrivalsOf(deps, { type: `charge.dispute.${outcome}`, charge, dispute, at });
