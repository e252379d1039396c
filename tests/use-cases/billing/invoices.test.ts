import { expect } from 'chai';
import {
  UNKNOWN_CHARGE,
  type Invoice,
  type Payment,
  type PurchaseOrder,
} from '../../../src/billing/index.ts';
import { bookDispute, bookRefund } from '../../../src/billing/book.ts';
import { post } from '../../../src/billing/post.ts';
import { DAY, SECOND } from '../../../src/kernel/instant.ts';
import { order, randomIds } from '../../world/billing.ts';
import { nextId, NOW } from '../../world/subscriptions.ts';
import { openShop, refusalOf, type Shop } from './cast.ts';

const viewer = nextId();

describe('the books', () => {
  let shop: Shop;
  beforeEach(async () => {
    shop = await openShop();
  });
  const { actor } = order(viewer, null);
  const buy = async (changes: Partial<PurchaseOrder> = {}, planId: string | null = shop.standard.id) =>
    (await shop.billing.purchase(order(viewer, planId, changes))).result;
  const invoices = async (): Promise<readonly Invoice[]> =>
    (await shop.billing.listInvoices(actor, { limit: 100 })).items;
  const payments = async (): Promise<readonly Payment[]> =>
    (await shop.billing.listPayments(actor, { limit: 100 })).items;
  /** By ledger account; they sum to 0. */
  const sums = async (): Promise<Readonly<Record<string, number>>> => {
    const all = await shop.billing.trialBalance();
    expect(all.reduce((total, { minor }) => total + minor, 0)).to.equal(0);
    return Object.fromEntries(all.map(({ account, minor }) => [account, minor]));
  };
  const credit = (minor: number) =>
    shop.unitOfWork.run(async (stores) => {
      await stores.balances.save({ accountId: viewer, currency: 'USD', minor, version: 1 });
      const given = { accountId: viewer, currency: 'USD', reason: 'gift', reference: 'gift', at: NOW };
      const postings = [
        { account: 'revenue', amountMinor: minor },
        { account: 'customer-credit', amountMinor: -minor },
      ] as const;
      await post(stores, randomIds, { ...given, postings });
    });
  const balance = async (): Promise<number> => (await shop.billing.balancesOf(actor))[0]?.minor ?? 0;

  describe('of a purchase', () => {
    it('hold its invoice and its entries', async () => {
      const { payment, subscription } = await buy();
      const [invoice] = await invoices();
      expect(invoice).to.deep.include({
        id: payment?.invoiceId,
        number: '2026-000001',
        paymentId: payment?.id,
        subscriptionId: subscription?.subscription.id,
        issuedAt: NOW,
        totalMinor: 999,
        dueMinor: 999,
        refundedMinor: 0,
        billTo: { name: null, email: `${viewer}@example.com` },
      });
      expect(invoice?.lines.map(({ kind, amountMinor }) => [kind, amountMinor])).to.deep.equal([
        ['plan', 999],
      ]);
      expect(await sums()).to.deep.equal({ cash: 999, revenue: -999 });
    });

    it('number what is free as well, and start again each year', async () => {
      await buy({}, shop.free.id);
      await shop.billing.purchase(order(nextId(), shop.standard.id));
      shop.clock.turn(360 * DAY);
      await shop.billing.purchase(order(nextId(), shop.standard.id));
      const all = await shop.unitOfWork.read(async (stores) => {
        const entries = await stores.ledger.sums(null);
        return { entries, next: await stores.invoices.list(viewer, { limit: 9 }) };
      });
      expect(all.next.items.map(({ number }) => number)).to.deep.equal(['2026-000001']);
      const taken = (year: number) => shop.unitOfWork.run((stores) => stores.invoices.takeNumber(year));
      expect([await taken(2026), await taken(2027)]).to.deep.equal([3, 2]);
    });

    it('hold nothing of a trial, and nothing of what was declined', async () => {
      await buy({ intent: 'subscribe' }, shop.tasting.id);
      const other = order(nextId(), shop.standard.id, { paymentMethod: 'pm_declined' });
      await refusalOf(shop.billing.purchase(other));
      expect(await invoices()).to.deep.equal([]);
      expect(await sums()).to.deep.equal({});
    });

    it('show an invoice to whom it is made out, alone', async () => {
      const { payment } = await buy();
      const id = payment?.invoiceId ?? '';
      expect((await shop.billing.findInvoice(actor, id)).number).to.equal('2026-000001');
      const printed = await shop.billing.printInvoice(actor, id);
      expect(Buffer.from(printed.bytes.subarray(0, 5)).toString()).to.equal('%PDF-');
      const stranger = order(nextId(), null).actor;
      for (const absent of [
        shop.billing.findInvoice(stranger, id),
        shop.billing.printInvoice(stranger, id),
        shop.billing.findInvoice(actor, nextId()),
        shop.billing.printInvoice(actor, 'not an id'),
      ])
        expect((await refusalOf(absent)).code).to.equal('request.not-found');
    });
  });

  describe('of money that bought nothing', () => {
    it('owe it back, without an invoice', async () => {
      shop.line.charge = 'lost-after';
      await buy();
      await shop.billing.closeAccount(viewer);
      shop.clock.turn(DAY);
      await shop.billing.resolveUnknown(9);
      const [payment] = await payments();
      expect(payment).to.include({ status: 'succeeded', invoiceId: null });
      expect(await invoices()).to.deep.equal([]);
      expect(await sums()).to.deep.equal({ cash: 999, unapplied: -999 });
    });
  });

  describe('of an account with a balance', () => {
    it('use it before the gateway is asked', async () => {
      await credit(300);
      const { payment } = await buy();
      expect(payment).to.include({ amountMinor: 699 });
      expect((await invoices())[0]).to.include({ totalMinor: 999, creditUsedMinor: 300, dueMinor: 699 });
      expect(await balance()).to.equal(0);
      expect(await sums()).to.deep.equal({ cash: 699, revenue: -699, 'customer-credit': 0 });
    });

    it('ask no gateway when it pays for all', async () => {
      await credit(5_000);
      shop.line.charge = 'lost-before';
      const { payment } = await buy();
      expect(payment).to.include({ status: 'succeeded', amountMinor: 0, gateway: null });
      expect(await balance()).to.equal(4_001);
      expect(await sums()).to.include({ 'customer-credit': -4_001 });
    });

    it('give the money back when the balance was used by another way meanwhile', async () => {
      await credit(300);
      shop.line.charge = 'lost-after';
      await buy();
      await shop.unitOfWork.run((stores) =>
        stores.balances.save({ accountId: viewer, currency: 'USD', minor: 200, version: 2 }),
      );
      shop.line.charge = 'through';
      shop.clock.turn(30 * SECOND);
      expect((await buy()).payment?.amountMinor).to.equal(799);
      const [, first] = await payments();
      const [refund] = await shop.unitOfWork.read(({ refunds }) => refunds.listOf(first?.id ?? ''));
      expect(refund).to.include({ reason: 'billing.balance-changed', amountMinor: 699 });
    });

    it('keep it while a payment fails', async () => {
      await credit(300);
      await refusalOf(buy({ paymentMethod: 'pm_declined' }));
      expect(await balance()).to.equal(300);
    });
  });

  describe('of money that goes back', () => {
    const back = (payment: Payment, amountMinor: number) => ({
      payment,
      amountMinor,
      reference: nextId(),
      at: NOW,
    });
    const bought = async (): Promise<Payment> => {
      const { payment } = await buy();
      if (!payment) throw new Error('nothing was paid');
      return payment;
    };

    it('hold refunds, on the invoice too', async () => {
      const payment = await bought();
      for (const minor of [99, 900])
        await shop.unitOfWork.run((stores) => bookRefund({ ids: randomIds }, stores, back(payment, minor)));
      expect((await invoices())[0]).to.include({ refundedMinor: 999, version: 3 });
      expect(await sums()).to.deep.equal({ cash: 0, revenue: -999, refunds: 999 });
      const tooMuch = shop.unitOfWork.run((stores) =>
        bookRefund({ ids: randomIds }, stores, back(payment, 1)),
      );
      expect(await tooMuch.catch((error: unknown) => error)).to.be.instanceOf(RangeError);
      expect(await sums()).to.include({ refunds: 999 });
    });

    it('settle what had bought nothing', async () => {
      const payment = { ...(await bought()), invoiceId: null };
      await shop.unitOfWork.run((stores) => bookRefund({ ids: randomIds }, stores, back(payment, 999)));
      expect(await sums()).to.deep.equal({ cash: 0, revenue: -999, unapplied: 999 });
    });

    it('hold disputes lost, and returned after all', async () => {
      const payment = await bought();
      const dispute = (outcome: 'lost' | 'returned') =>
        shop.unitOfWork.run((stores) =>
          bookDispute({ ids: randomIds }, stores, { ...back(payment, 999), outcome }),
        );
      await dispute('lost');
      expect(await sums()).to.deep.equal({ cash: 0, revenue: -999, disputes: 999 });
      await dispute('returned');
      expect(await sums()).to.deep.equal({ cash: 999, revenue: -999, disputes: 0 });
    });

    it('take no transaction that does not come to nothing', async () => {
      const off = shop.unitOfWork.run((stores) =>
        post(stores, randomIds, {
          ...{ accountId: viewer, currency: 'USD', reason: 'odd', reference: 'odd', at: NOW },
          postings: [{ account: 'cash', amountMinor: 1 }],
        }),
      );
      expect(String(await off.catch((error: unknown) => error))).to.contain('off by 1');
      expect(await sums()).to.deep.equal({});
    });
  });

  describe('of an account that is erased', () => {
    it('keep numbers and amounts, and nobody’s name', async () => {
      await buy();
      await shop.billing.eraseAccount(viewer);
      await shop.billing.eraseAccount(viewer);
      expect((await invoices())[0]).to.include({ number: '2026-000001', dueMinor: 999, billTo: null });
      expect((await refusalOf(buy())).code).to.equal('billing.account-closed');
      expect(await sums()).to.deep.equal({ cash: 999, revenue: -999 });
    });

    it('write no name of whoever is gone when the money arrives', async () => {
      shop.line.charge = 'lost-after';
      await buy();
      await shop.billing.eraseAccount(viewer);
      shop.clock.turn(DAY);
      await shop.billing.resolveUnknown(9);
      expect(await invoices()).to.deep.equal([]);
    });
  });

  it('list the entries of an account, newest first', async () => {
    await buy();
    const { items } = await shop.billing.listLedger(actor, { limit: 9 });
    expect(
      items.map(({ account, amountMinor, reason }) => [account, amountMinor, reason]),
    ).to.have.deep.members([
      ['cash', 999, 'invoice'],
      ['revenue', -999, 'invoice'],
    ]);
    expect(new Set(items.map(({ transactionId }) => transactionId)).size).to.equal(1);
    const { items: others } = await shop.billing.listLedger(order(nextId(), null).actor, { limit: 9 });
    expect(others).to.deep.equal([]);
  });

  it('leave an outcome that nobody knows unbooked', async () => {
    shop.line.charge = UNKNOWN_CHARGE;
    await buy();
    expect(await sums()).to.deep.equal({});
  });
});
