import { expect } from 'chai';
import fc from 'fast-check';
import type { Pricing } from '../../../src/billing/index.ts';
import { DAY } from '../../../src/kernel/instant.ts';
import type { Validity } from '../../../src/subscriptions/index.ts';
import { sized } from '../../races/race.ts';
import { billingOn, order as orderOf, putOnSale } from '../../world/billing.ts';
import { DOWNLOADS, overageBooks, turnedMeters, type TurnedMeters } from '../../world/meters.ts';
import { nextId, plan } from '../../world/subscriptions.ts';
import { openShop, refusalOf, type Shop } from './cast.ts';

const viewer = nextId();
const { actor } = orderOf(viewer, null);

const minor = fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 99_999_99 }));
const validity: fc.Arbitrary<Validity> = fc.constantFrom(
  { days: 30 },
  { days: 7 },
  { months: 1 },
  { months: 12 },
);

describe('any sequence of changes', () => {
  it('costs what its previews said, and conserves money to the minor unit', async () => {
    const step = fc.record({
      wait: fc.integer({ min: 1, max: 6 * DAY }),
      to: fc.nat({ max: 3 }),
      proration: fc.constantFrom('prorate', 'prorate', 'none', 'full'),
      used: fc.constantFrom(0, 1, 3, 1_000),
    });
    const plans = fc.array(fc.record({ minor, validity }), { minLength: 4, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(plans, fc.array(step, { minLength: 1, maxLength: 5 }), async (offers, steps) => {
        const opened = await openShop();
        const meters = turnedMeters();
        const shop: Metered = { ...opened, ...billingOn(opened.unitOfWork, { ...opened, meters }), meters };
        const sold = offers.map((offer, index) =>
          plan(`plan-${index}`, offer.minor, { validity: offer.validity }),
        );
        for (const each of sold) await putOnSale(shop.unitOfWork, each);
        await shop.billing.purchase(orderOf(viewer, sold[0]?.id ?? ''));
        for (const { wait, to, proration, used } of steps) {
          shop.clock.turn(wait);
          if (used > 0) meters.use(viewer, used);
          const held = await shop.unitOfWork.read(({ subscriptions }) => subscriptions.newest(viewer));
          if ((held?.endsAt ?? 0) <= shop.clock.now()) break;
          await changeAsPreviewed(shop, { planId: sold[to]?.id ?? '', proration });
        }
      }),
      { numRuns: sized(1_000, 40) },
    );
  }).timeout(300_000);
});

type Metered = Shop & { readonly meters: TurnedMeters };

async function changeAsPreviewed(
  { billing, unitOfWork, meters }: Metered,
  to: { readonly planId: string; readonly proration: 'prorate' | 'none' | 'full' },
): Promise<void> {
  const held = await unitOfWork.read(({ subscriptions }) => subscriptions.newest(viewer));
  const worth = (held?.stretches ?? []).reduce((sum, stretch) => sum + stretch.minor, 0);
  const order = { actor, paymentMethod: null, idempotency: undefined, ...to };
  if (held?.planId === to.planId) {
    expect((await refusalOf(billing.changePlan(order))).code).to.equal('subscriptions.same-plan');
    return;
  }
  const before = await overageBooks(unitOfWork, viewer);
  const preview = await billing.previewChange(order);
  const { result } = await billing.changePlan({ ...order, prorationDate: preview.prorationDate });
  expect(result.pricing).to.deep.equal(preview.pricing);
  const invoice = await unitOfWork.read(({ invoices }) => invoices.findByPayment(result.payment.id));
  expect(invoice?.lines ?? []).to.deep.equal(preview.pricing.lines);
  await expectSettled({ unitOfWork, meters }, { before, pricing: result.pricing });
  // Nobody is given back more than was paid for what is left; what is paid for is what the charges were.
  expect(preview.pricing.creditMinor).to.be.within(0, worth);
  const kept = result.subscription?.subscription.stretches ?? [];
  if (to.proration === 'prorate')
    expect(kept.reduce((sum, stretch) => sum + stretch.minor, 0)).to.equal(
      preview.pricing.nets.reduce((sum, net) => sum + net, 0),
    );
  const sums = await unitOfWork.read(({ ledger }) => ledger.sums(null));
  expect(sums.reduce((total, { minor: of }) => total + of, 0)).to.equal(0);
  const owed = sums.find(({ account }) => account === 'customer-credit')?.minor ?? 0;
  const [balance] = await billing.balancesOf(actor);
  expect((balance?.minor ?? 0) + owed).to.equal(0);
}

/** A whole new term leaves nothing unbilled; whatever else changes bills nothing. */
async function expectSettled(
  { unitOfWork, meters }: Pick<Metered, 'unitOfWork' | 'meters'>,
  { before, pricing }: { readonly before: { readonly billed: number }; readonly pricing: Pricing },
): Promise<void> {
  const [reading] = await meters.overageOf(viewer);
  const shown = (reading?.units ?? 0) * DOWNLOADS.unitPriceMinor;
  const beginsTerm = pricing.lines.some(({ kind }) => kind === 'plan');
  const billed = beginsTerm ? shown : before.billed;
  expect(await overageBooks(unitOfWork, viewer)).to.deep.equal({ billed, held: 0, invoiced: billed });
}
