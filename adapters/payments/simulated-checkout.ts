import { later } from '../../src/kernel/instant.ts';
import type { SimulatedCharge, SimulatedWebhook } from './simulated-book.ts';
import { arrivalsOf, type SimulatedGatewayDeps } from './simulated-news.ts';

export type Decision = 'pay' | 'decline' | 'cancel';

/** What a payer sees on the page, and where they go on. */
export interface CheckoutPage {
  readonly description: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly state: 'open' | 'paid' | 'declined' | 'closed';
  readonly returnUrl: string | null;
}

export interface SimulatedCheckout {
  /** The page of this secret name; undefined when there is none. */
  show(checkoutId: string): Promise<CheckoutPage | undefined>;
  /**
   * What the payer decided, told to the merchant before the answer, if the line allows. A page that was decided
   * stays as it is.
   */
  decide(checkoutId: string, decision: Decision): Promise<CheckoutPage | undefined>;
}

const OUTCOMES = {
  pay: { outcome: 'captured', reason: null, type: 'charge.captured' },
  decline: { outcome: 'declined', reason: 'card_declined', type: 'charge.declined' },
  cancel: { outcome: 'declined', reason: 'abandoned', type: 'charge.abandoned' },
} as const;

const pageOf = (line: SimulatedCharge): CheckoutPage => ({
  description: line.description,
  amountMinor: line.amountMinor,
  currency: line.currency,
  state: stateOf(line),
  returnUrl: line.returnUrl,
});

function stateOf({ outcome, reason }: SimulatedCharge): CheckoutPage['state'] {
  if (outcome === 'requires_action') return 'open';
  if (outcome === 'captured') return 'paid';
  return reason === 'abandoned' ? 'closed' : 'declined';
}

/** `tell` brings news to the merchant at once, as far as it is due. */
export const simulatedCheckout = (
  deps: SimulatedGatewayDeps,
  tell: (news: readonly SimulatedWebhook[]) => Promise<void>,
): SimulatedCheckout => ({
  show: (checkoutId) =>
    deps.unitOfWork.read(async ({ gatewayBook }) => {
      const line = await gatewayBook.findByCheckout(checkoutId);
      return line && pageOf(line);
    }),

  decide: async (checkoutId, decision) => {
    const { line, news } = await deps.unitOfWork.run(async ({ gatewayBook }) => {
      const line = await gatewayBook.findByCheckout(checkoutId);
      if (line?.outcome !== 'requires_action') return { line, news: [] };
      const { outcome, reason, type } = OUTCOMES[decision];
      const decided: SimulatedCharge = { ...line, outcome, reason, version: line.version + 1 };
      await gatewayBook.saveCharge(decided);
      const at = later(deps.clock.now(), line.createdAt);
      const news = arrivalsOf(deps, { type, charge: decided, at });
      await gatewayBook.addWebhooks(news);
      return { line: decided, news };
    });
    await tell(news);
    return line && pageOf(line);
  },
});
