import { expect } from 'chai';
import { MOVABLE_CLOCK, UNIT_OF_WORK } from '../../adapters/composition/keys.ts';
import { after as later, DAY, HOUR } from '../../src/kernel/instant.ts';
import { chanceOf, sized } from '../races/race.ts';
import type { Answer, Client } from '../world/client.ts';
import { openMarket, type Market } from './market.ts';

type Deed = () => Promise<Answer | object | void>;

const OUTAGE = 503;

describe('everything at once, around the end of a term', () => {
  let world: Market;
  const chance = chanceOf(20_261_121);
  const pick = <T>(...of: readonly [T, ...T[]]): T => of[Math.floor(chance() * of.length)] ?? of[0];
  before(async () => {
    world = await openMarket();
    const fixed = { amount_off: '7.77', currency: 'USD', duration: 'forever', max_redemptions: 3 };
    await world.boss.post('/coupons', { code: 'FIX', name: 'fixed', ...fixed });
  });
  after(() => world.stop());

  /** What may meet: the payer, an admin, and the jobs of two processes. */
  function deedsOf(viewer: Client, payment: string | undefined): readonly [Deed, ...Deed[]] {
    const { billing, subscriptions } = world.faces;
    const plan = (): string => pick(world.cheap, world.dear, world.odd);
    return [
      () => billing.collectDue(50),
      () => billing.resolveUnknown(50),
      () => subscriptions.advanceDue(50),
      () => viewer.post('/subscriptions/cancel', { at: pick('now', 'period_end') }),
      () =>
        viewer.post('/subscriptions/renew', {
          payment_method: pick('pm_ok', 'pm_timeout_after_capture', 'pm_timeout_before_capture'),
          coupon: pick(undefined, 'fix'),
        }),
      () => viewer.post('/payments', { plan_id: plan(), payment_method: pick('pm_ok', 'pm_disputed') }),
      () => viewer.post('/subscriptions/change', { plan_id: plan(), when: pick('now', 'period_end') }),
      () => viewer.post('/subscriptions/pause', { at: pick('now', 'period_end') }),
      () => viewer.post('/subscriptions/resume'),
      () => viewer.patch('/subscriptions/my', { auto_renew: pick(true, false) }),
      async () =>
        payment === undefined
          ? undefined
          : world.boss.post(`/payments/${payment}/refunds`, { end_access: pick(true, false) }),
    ];
  }

  /** What the gateway holds of an account, by its own book, and what our books say of it. */
  const books = ({ accountId }: Client) =>
    world.usher.get(UNIT_OF_WORK).read(async ({ gatewayBook, ledger, balances, payments }) => {
      let held = 0;
      for (const { outcome, reference, amountMinor } of await gatewayBook.chargesOf(accountId)) {
        if (outcome !== 'captured') continue;
        held += amountMinor;
        for (const refund of await gatewayBook.refundsOf(reference)) held -= refund.amountMinor;
        for (const dispute of await gatewayBook.disputesOf(reference))
          if (dispute.outcome === 'lost' && dispute.closesAt !== null && dispute.closesAt <= world.now())
            held -= dispute.amountMinor;
      }
      const sums = await ledger.sums(accountId);
      const of = (name: string): number => sums.find(({ account }) => account === name)?.minor ?? 0;
      return {
        held,
        cash: of('cash'),
        unapplied: of('unapplied'),
        owed: 0 - of('customer-credit'),
        balance: (await balances.find(accountId, 'USD'))?.minor ?? 0,
        total: sums.reduce((sum, { minor }) => sum + minor, 0),
        isOpen: (await payments.findOpen(accountId)) !== undefined,
      };
    });

  it('answers without a defect, and leaves our books and the gateway’s in agreement', async () => {
    for (let round = 0; round < sized(200, 15); round += 1) {
      const viewer = await world.person();
      await viewer.post('/subscriptions', {
        ...{ plan_id: pick(world.cheap, world.dear, world.tried), auto_renew: pick(true, true, false) },
        payment_method: pick('pm_ok', 'pm_ok_then_declined', 'pm_fails_twice'),
      });
      const { body } = await viewer.get('/payments/my');
      const [first] = body['items'] as unknown as readonly { readonly id: string }[];
      // Past the end for some, without a job having run.
      await world.usher.get(MOVABLE_CLOCK)?.moveTo(later(world.now(), Math.floor(chance() * 40) * DAY));
      const deeds = deedsOf(viewer, first?.id);
      for (let burst = 0; burst < 3; burst += 1) {
        const answers = await Promise.all(Array.from({ length: 8 }, () => pick(...deeds)()));
        for (const answer of answers)
          if (answer && 'status' in answer && 'body' in answer)
            expect(answer.status, JSON.stringify(answer.body)).to.satisfy(
              (status: number) => status < 500 || status === OUTAGE,
            );
      }
      await world.settle();
      await world.advance(`PT${(2 * DAY) / HOUR}H`);
      const { held, cash, unapplied, owed, balance, total, isOpen } = await books(viewer);
      expect({ total, balance }, `round ${round}`).to.deep.equal({ total: 0, balance: owed });
      if (!isOpen) expect({ cash, unapplied }, `round ${round}`).to.deep.equal({ cash: held, unapplied: 0 });
    }
  });
});
